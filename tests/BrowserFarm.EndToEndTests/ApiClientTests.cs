using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>Clients of the API: those of <c>docs/api.md</c> as they stand there, and one that a public generator makes of the API's document.</summary>
public sealed class ApiClientTests : IAsyncLifetime
{
    private const string Generator = "openapi-typescript-codegen@0.31.0";
    private const string Compiler = "typescript@5.9.3";

    private readonly TempFolder _folder = new();
    private TestSite _site = null!;
    private ServiceProcess _farm = null!;
    private string _url = "";

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _site.MapHtml("/", "<title>Start</title><a href=/next>next</a>");
        _site.MapHtml("/next", "<title>Next</title>");
        _farm = await ServiceProcess.StartAsync(_folder.Path);
        _url = _farm.Url.AbsoluteUri.TrimEnd('/');
    }

    public async Task DisposeAsync()
    {
        await _farm.DisposeAsync();
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("sh", "client.sh", "bash")]
    [InlineData("csharp", "client.cs", "dotnet", "run")]
    [InlineData("python", "client.py", "python3")]
    [InlineData("javascript", "client.mjs", "node")]
    public async Task Example_OfTheDocumentation_CrawlsAndTellsWhatWasRead(string language, string file, params string[] command)
    {
        if (!IsHere(command[0]))
            return;   // Python and JavaScript where the machine has them
        await File.WriteAllTextAsync(_folder.Combine(file), BlockOf(language));

        var output = await RunAsync([.. command, file, .. command[0] == "dotnet" ? new[] { "--" } : [], _site.BaseUri.AbsoluteUri]);

        output.Should().Contain("Start").And.Contain("Next").And.Contain(_site.UriOf("/next").AbsoluteUri);
    }

    [Fact]
    public async Task Client_GeneratedFromTheDocument_SubmitsACrawlAndReadsItsResults()
    {
        using (var http = new HttpClient())
            await File.WriteAllTextAsync(_folder.Combine("openapi.json"), await http.GetStringAsync($"{_url}/openapi/v1.json"));
        await File.WriteAllTextAsync(_folder.Combine("package.json"), "{}");
        await RunAsync(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", Generator, Compiler]);
        await RunAsync(["node_modules/.bin/openapi", "--input", "openapi.json", "--output", "client", "--client", "fetch"]);
        await RunAsync(["node_modules/.bin/tsc", "--strict", "--outDir", "made", "--module", "commonjs", "--target", "es2022", "--lib", "es2022,dom", "client/index.ts"]);
        await File.WriteAllTextAsync(_folder.Combine("use.cjs"), """
            const { OpenAPI, CrawlsService, ApiError } = require('./made/index.js');
            OpenAPI.BASE = process.argv[2];
            (async () => {
              const crawl = await CrawlsService.postCrawls({ urls: [process.argv[3]], page: { formats: ['text'] } });
              let seen;
              do {
                await new Promise((done) => setTimeout(done, 300));
                seen = await CrawlsService.getCrawlsById(crawl.id);
              } while (seen.state === 'running');
              const pages = await CrawlsService.getCrawlsByIdResults(crawl.id, undefined, 10, 'json');
              console.log(seen.state, seen.pages.succeeded, pages.map((page) => page.title).sort().join(' '));
              await CrawlsService.getCrawlsById('none').catch((error) => console.log(error instanceof ApiError, error.status, error.body.detail));
            })();
            """);

        var output = await RunAsync(["node", "use.cjs", _url, _site.BaseUri.AbsoluteUri]);

        output.Should().Contain("finished 2 Next Start").And.Contain("true 404 There is no crawl 'none'.");
    }

    private static string BlockOf(string language)
    {
        var text = File.ReadAllText(Path.Join(RepositoryRoot.Path, "docs", "api.md"));
        var start = text.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return text[start..text.IndexOf("\n```", start, StringComparison.Ordinal)] + "\n";
    }

    private static bool IsHere(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Join(folder, command)));

    /// <returns>What it wrote; it must end with 0.</returns>
    private async Task<string> RunAsync(string[] command)
    {
        await using var process = FarmProcess.StartWith(
            command[0].StartsWith("node_modules", StringComparison.Ordinal) ? _folder.Combine(command[0]) : command[0], _folder.Path, command[1..],
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["FARM_URL"] = _url, ["FARM_TOKEN"] = "", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1" });
        var end = await process.EndAsync(Bounds.Long);
        end.ExitCode.Should().Be(0, $"{string.Join(' ', command)}\n{end.Output}\n{end.Errors}");
        return end.Output;
    }
}
