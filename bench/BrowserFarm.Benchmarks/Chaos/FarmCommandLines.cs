using TestKit;

namespace BrowserFarm.Benchmarks.Chaos;

/// <summary>How the program is called: begun, resumed, and told to try again what was given up.</summary>
internal sealed class FarmCommandLines(ChaosOptions options, string folder, string start)
{
    private string Out { get; } = Path.Join(folder, "out");

    /// <summary>The crawl's folder.</summary>
    public string Crawl => Out;

    /// <summary>The site's pages and those that are missing, with room to spare: a page that is taken twice must not be hidden by the budget.</summary>
    public string[] Begin => ["crawl", start, "--out", Out, "--max-pages", $"{2 * options.Pages}", "--format", "text", .. Both];

    public string[] Resume => ["crawl", "--resume", Out, .. Both];

    /// <summary>Puts pages back that were given up because five programs died with them.</summary>
    public string[] Requeue => ["requeue", Out, "--class", "claim-lost", "--class", "browser-lost"];

    private string[] Both => options.Stop ? ["--claim", $"{ChaosOptions.ClaimFor.TotalSeconds:0}", .. Config] : Config;

    /// <summary>Pages are done when they are loaded: the farm is to be busy, not patient.</summary>
    private string[] Config
    {
        get
        {
            var path = Path.Join(folder, "chaos.config.json");
            File.WriteAllText(path, """{ "navigation": { "waitUntil": "load" } }""");
            return ["--config", path];
        }
    }

    /// <summary>Starts the program in a process group of its own: what is typed at the terminal does not reach it.</summary>
    /// <remarks>The runtime's diagnostic sockets are left out: a killed program cannot remove its own, and they would be counted as left behind.</remarks>
    public FarmProcess Start(string[] arguments) => FarmProcess.StartWith(
        "setsid", folder, ["dotnet", FarmProcess.ProgramPath, .. arguments], new Dictionary<string, string?> { ["DOTNET_EnableDiagnostics"] = "0" });
}
