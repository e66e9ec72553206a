using System.Text.Json;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary><c>farm add</c>, and crawls that need no browser.</summary>
public sealed class AddCommandTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        foreach (var page in Enumerable.Range(1, 6))
            _site.MapHtml($"/{page}", $"<title>{page}</title><p>text of {page}");
    }

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Add_PagesOfACrawlThatIsOver_AreReadWhenItGoesOn()
    {
        // Without any browser to be found, as on a machine that has none; also when it goes on.
        var crawl = await RunWithoutBrowserAsync("crawl", Url(1), "--http", "*", "--out", "out");
        crawl.ExitCode.Should().Be(0, crawl.Errors);
        crawl.Errors.Should().NotContain("sandbox", "no browser is started");

        (await RunAsync("add", "./out", Url(1), Url(2), Url(3), "--key", "monday")).Output.Should().Contain("2 of 3 pages added, 1 were known");
        (await RunAsync("add", "./out", Url(1), Url(2), Url(3), "--key", "monday")).Output.Should().Contain("2 of 3 pages added, 1 were known", "it is the same addition");
        (await RunAsync("add", "./out", Url(2), "--key", "tuesday")).Output.Should().Contain("0 of 1 pages added, 1 were known");
        var again = await RunWithoutBrowserAsync("crawl", "--resume", "./out");

        again.ExitCode.Should().Be(0, again.Errors);
        var results = (await File.ReadAllLinesAsync(_folder.Combine("out/results.ndjson"))).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        results.Select(result => result.GetProperty("title").GetString()).Should().BeEquivalentTo("1", "2", "3");
        results.Should().OnlyContain(result => result.GetProperty("engine").GetString() == "Http");
    }

    [Theory]
    [InlineData(2, "was used before", "./out", "{4}", "--key", "monday")]
    [InlineData(2, "--key must be", "./out", "{4}", "--key", "two words")]
    [InlineData(2, "No page is given", "./out")]
    [InlineData(2, "not-a-url", "./out", "not-a-url://x")]
    [InlineData(5, "no crawl.db", "./nowhere", "{4}")]
    public async Task Add_Mistakes_AreToldAndAddNothing(int exitCode, string message, params string[] arguments)
    {
        await RunAsync("crawl", Url(1), "--http", "*", "--out", "out");
        await RunAsync("add", "./out", Url(2), "--key", "monday");

        var run = await RunAsync(["add", .. arguments.Select(argument => argument == "{4}" ? Url(4) : argument)]);

        run.ExitCode.Should().Be(exitCode);
        run.Errors.Should().Contain(message);
        (await RunAsync("explain", "./out")).Output.Should().Contain("1 queued", "what was added before is all there is");
    }

    [Fact]
    public async Task Add_MoreThanTheCrawlMayHave_SaysSo()
    {
        await RunAsync("crawl", Url(1), "--http", "*", "--out", "out", "--max-pages", "2");

        (await RunAsync("add", "./out", Url(2), Url(3))).Output.Should().Contain("1 of 2 pages added, 0 were known, 1 are beyond the crawl's --max-pages");
    }

    [Theory]
    [InlineData("crawl", "--http", "*", "--format", "png")]
    [InlineData("render", "--http", "--format", "pdf")]
    public async Task Http_FormatOnlyABrowserCanMake_IsRefusedBeforeAnythingIsBegun(string command, params string[] arguments)
    {
        var run = await RunAsync([command, Url(1), .. arguments]);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain("--http reads pages without a browser");
        Directory.Exists(_folder.Combine("farm-data")).Should().BeFalse();
    }

    [Fact]
    public async Task Render_WithoutABrowser_WritesWhatTheServerSends()
    {
        _site.MapHtml("/app", "<h1>before</h1><script>document.body.innerHTML = 'after'</script>");

        var run = await RunAsync("render", _site.UriOf("/app").AbsoluteUri, "--http", "--format", "text");

        run.ExitCode.Should().Be(0, run.Errors);
        run.Output.Trim().Should().Be("before");
    }

    [Fact]
    public async Task Crawl_FolderThatCannotBeWrittenAnyMore_CanBeLookedAtAndSaysWhyItCannotGoOn()
    {
        const string script = """
            mount -t tmpfs none disk && dotnet "$0" crawl "$1" --http '*' --out disk/crawl >&2 && mount -o remount,ro disk || exit 99
            dotnet "$0" explain disk/crawl
            dotnet "$0" crawl --resume disk/crawl; echo "resume $?"
            dotnet "$0" add disk/crawl "$2"; echo "add $?"
            """;
        Directory.CreateDirectory(_folder.Combine("disk"));
        await using var farm = FarmProcess.StartWith("unshare", _folder.Path, ["-rm", "sh", "-c", script, FarmProcess.ProgramPath, Url(1), Url(2)]);

        var run = await farm.EndAsync(Bounds.Long);

        run.Output.Should().Contain("1 done", run.Errors).And.Contain("finished").And.Contain("resume 5").And.Contain("add 5");
        run.Errors.Should().Contain("Read-only file system").And.Contain("Make the folder writable").And.NotContain("another program");
    }

    private async Task<FarmResult> RunWithoutBrowserAsync(params string[] arguments)
    {
        var nowhere = _folder.Combine("nowhere");
        await using var farm = FarmProcess.StartWith(
            "dotnet", _folder.Path, [FarmProcess.ProgramPath, .. arguments],
            new Dictionary<string, string?> { ["PATH"] = nowhere, ["PLAYWRIGHT_BROWSERS_PATH"] = nowhere, ["BROWSERFARM_CHROMIUM"] = null });
        return await farm.EndAsync(Bounds.Long);
    }

    private string Url(int page) => _site.UriOf($"/{page}").AbsoluteUri;

    private Task<FarmResult> RunAsync(params string[] arguments) => FarmProcess.RunAsync(_folder.Path, arguments);
}
