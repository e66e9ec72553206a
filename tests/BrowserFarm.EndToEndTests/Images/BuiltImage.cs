using System.Text.Json;
using System.Text.Json.Nodes;
using TestKit;

namespace BrowserFarm.EndToEndTests.Images;

/// <summary>The image as the Dockerfile makes it, built once for all tests, and unpacked.</summary>
public sealed class BuiltImage : IAsyncLifetime
{
    private const string Tag = "browserfarm:test";
    private static readonly TimeSpan BuildBound = TimeSpan.FromMinutes(20);
    private static readonly string Folder = Path.Join(RepositoryRoot.Path, ".build", "image");

    private string _container = "";

    /// <summary>Where its files are.</summary>
    public string Root { get; private set; } = "";

    /// <summary>Of all its layers, in bytes.</summary>
    public long Size { get; private set; }

    /// <summary>What it says of itself, as Docker has it: <c>User</c>, <c>Env</c>, <c>Cmd</c> and so on.</summary>
    public JsonObject Config { get; private set; } = [];

    public async Task InitializeAsync()
    {
        if (new ImageFactAttribute().Skip is not null)
            return;

        Directory.CreateDirectory(Folder);
        await RunAsync("bash", [Path.Join(RepositoryRoot.Path, "tests/BrowserFarm.EndToEndTests/Images/build-image"), Folder, Tag]);
        var told = JsonNode.Parse(await BuildahAsync("inspect", "--type", "image", Tag))!;
        Config = told["Docker"]!["config"]!.AsObject();
        Size = (await BuildahAsync("images", "--json", Tag) is var listed && JsonNode.Parse(listed)!.AsArray()[0]!["size"] is { } size) ? Bytes(size.ToString()) : 0;
        _container = (await BuildahAsync("from", "--pull-never", Tag)).Trim();
        Root = (await RunAsync("realpath", [(await BuildahAsync("mount", _container)).Trim()])).Trim();   // .build may be a link
    }

    public async Task DisposeAsync()
    {
        if (_container.Length > 0)
            await BuildahAsync("rm", _container);
    }

    public string[] Texts(string name) => [.. Config[name]!.AsArray().Select(text => text!.GetValue<string>())];

    private static Task<string> BuildahAsync(params string[] arguments) =>
        RunAsync("buildah", ["--root", Path.Join(Folder, "storage"), "--runroot", Path.Join(Folder, "run"), .. arguments]);

    internal static async Task<string> RunAsync(string command, string[] arguments)
    {
        await using var process = FarmProcess.StartWith(command, RepositoryRoot.Path, arguments);
        var end = await process.EndAsync(BuildBound);
        end.ExitCode.Should().Be(0, $"{command} {string.Join(' ', arguments)}\n{end.Output}\n{end.Errors}");
        return end.Output;
    }

    /// <summary>"688 MB", decimal.</summary>
    private static long Bytes(string text)
    {
        var parts = text.Split(' ');
        var number = double.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
        return (long)(number * parts[1] switch { "GB" => 1e9, "MB" => 1e6, "KB" or "kB" => 1e3, _ => throw new JsonException(text) });
    }
}
