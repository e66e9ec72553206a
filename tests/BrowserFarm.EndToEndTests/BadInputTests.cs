using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>What a person may get wrong: one line that names the thing and the remedy, an exit code of its own, nothing half written.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("not a url", "contains a space")]
    [InlineData("example.org/x", "has no scheme; write https://example.org/x")]
    [InlineData("/relative", "not an absolute http or https address")]
    [InlineData("file:///etc/passwd", "scheme file")]
    [InlineData("chrome://version", "scheme chrome")]
    [InlineData("data:text/html,x", "scheme data")]
    [InlineData("javascript:alert(1)", "scheme javascript")]
    [InlineData("http://", "not an absolute http or https address")]
    [InlineData("http://user:secret@example.org/", "user name or password")]
    public async Task CrawlAndRender_UnusableUrl_AreRefused(string url, string saying)
    {
        foreach (var command in new[] { "crawl", "render" })
        {
            var run = await FarmProcess.RunAsync(_folder.Path, command, url);

            OneLine(run, exitCode: 2).Should().Contain(saying).And.NotContain("secret");
        }
    }

    [Theory]
    [InlineData("--no-such-option", "--no-such-option")]
    [InlineData("--max-pages=many", "--max-pages is 'many', but must be a whole number from 1")]
    [InlineData("--max-pages=0", "--max-pages is '0'")]
    [InlineData("--concurrency=-3", "--concurrency is '-3'")]
    [InlineData("--format=docx", "'docx' is not a format; there are html, text, markdown, main, json, metadata, raw, png, jpeg, webp, pdf, mhtml, har, console, network.")]
    [InlineData("--engine=curl", "--engine is 'curl', but must be one of browser, http, auto.")]
    [InlineData("--full-page", "--full-page is about pictures; ask for one with --format png, jpeg or webp.")]
    [InlineData("--element=h1", "--element is about pictures")]
    [InlineData("--capture=/no/such/settings", "--capture is about pictures and printed pages")]
    [InlineData("--device=iPhone 99", "'iPhone 99' is not a device; there are for example iPhone")]
    [InlineData("--select=price", "not of the form NAME=CSS")]
    [InlineData("--select=price=[[", "not a CSS selector")]
    [InlineData("--wait-for=[[", "not a CSS selector")]
    [InlineData("--include=", "--include")]
    [InlineData("--urls=/no/such/list", "/no/such/list")]
    [InlineData("--lane=slow", "--lane is 'slow', but must be one of urgent, normal, background")]
    [InlineData("--priority=1001", "--priority is '1001', but must be a whole number from -1000 to 1000")]
    [InlineData("--order=deep", "--order is 'deep', but must be one of breadth, depth, best-first")]
    [InlineData("--trap-limit=-1", "--trap-limit is '-1', but must be a whole number from 0")]
    [InlineData("--resume=x", "URLs cannot be added")]
    public async Task Crawl_UnusableOption_IsRefused(string option, string saying)
    {
        var run = await FarmProcess.RunAsync(_folder.Path, "crawl", "http://127.0.0.1:9/", option);

        OneLine(run, exitCode: 2).Should().Contain(saying);
    }

    [Fact]
    public async Task Farm_UnknownCommand_IsRefused() =>
        OneLine(await FarmProcess.RunAsync(_folder.Path, "crwal"), exitCode: 2).Should().Contain("crwal").And.Contain("--help");

    [Theory]
    [InlineData("{ \"launch\": { \"headles\": true } }", "launch.headles is not a known setting; known here: launch.channel")]
    [InlineData("{ \"launch\": { \"headless\": \"yes\" } }", "launch.headless is \"yes\", but must be true or false")]
    [InlineData("{ \"launch\": ", "not valid JSON")]
    [InlineData("[]", "must be an object")]
    public async Task Crawl_BadConfigFile_IsRefusedWithThePlace(string json, string saying)
    {
        await File.WriteAllTextAsync(_folder.Combine("c.json"), json);

        var run = await FarmProcess.RunAsync(_folder.Path, "crawl", "http://127.0.0.1:9/", "--config", "c.json");

        OneLine(run, exitCode: 3).Should().Contain(saying).And.Contain("c.json");
        File.Delete(_folder.Combine("c.json"));
        NothingIsWritten();
    }

    [Fact]
    public async Task Crawl_ConfigFileMissing_IsRefused() =>
        OneLine(await FarmProcess.RunAsync(_folder.Path, "crawl", "--config", "none.json"), exitCode: 3).Should().Contain("none.json");

    [Fact]
    public async Task Crawl_BrowserMissing_IsRefusedBeforeAnythingIsWritten()
    {
        await File.WriteAllTextAsync(_folder.Combine("c.json"), """{ "launch": { "executablePath": "/no/such/chromium" } }""");

        var run = await FarmProcess.RunAsync(_folder.Path, "crawl", "--config", "c.json");

        OneLine(run, exitCode: 4).Should().Contain("/no/such/chromium");
        File.Delete(_folder.Combine("c.json"));
        NothingIsWritten();
    }

    [Fact]
    public async Task Crawl_NoBrowserOnTheMachine_SaysWhereItLookedAndWhatToDo()
    {
        var nowhere = new Dictionary<string, string?> { ["PATH"] = _folder.Path, ["HOME"] = _folder.Path, ["XDG_CACHE_HOME"] = null, ["PLAYWRIGHT_BROWSERS_PATH"] = null, ["BROWSERFARM_CHROMIUM"] = null };
        await using var farm = FarmProcess.StartWith(Environment.ProcessPath!, _folder.Path, [FarmProcess.ProgramPath, "crawl"], nowhere);

        OneLine(await farm.EndAsync(Bounds.Medium), exitCode: 4).Should().Contain("No Chromium was found").And.Contain("apt-get install chromium-headless-shell");
        NothingIsWritten();
    }

    [Fact]
    public async Task Crawl_OutputFolderUnusable_IsRefused()
    {
        await File.WriteAllTextAsync(_folder.Combine("file"), "not a folder");

        var run = await FarmProcess.RunAsync(_folder.Path, "crawl", "--out", "file/below");

        OneLine(run, exitCode: 5).Should().Contain("file/below").And.Contain("--out");
    }

    [Fact]
    public async Task Crawl_FolderOfAnotherCrawl_IsRefused()
    {
        (await FarmProcess.RunAsync(_folder.Path, "crawl", "--max-pages", "1", "--out", "out")).ExitCode.Should().Be(0);

        var again = await FarmProcess.RunAsync(_folder.Path, "crawl", "--max-pages", "1", "--out", "out");

        OneLine(again, exitCode: 5).Should().Contain("already holds a crawl").And.Contain("--resume");
    }

    [Fact]
    public async Task Crawl_ResumeOfNothing_IsRefused() =>
        OneLine(await FarmProcess.RunAsync(_folder.Path, "crawl", "--resume", "never"), exitCode: 5).Should().Contain("farm-data/crawls/never");

    [Fact]
    public async Task Crawl_DiskFull_IsRefusedAtTheStartAndLeavesNothing()
    {
        // A file system of one megabyte, seen by this process alone.
        Directory.CreateDirectory(_folder.Combine("small"));
        await using var farm = FarmProcess.StartWith("unshare", _folder.Path,
            ["-rm", "sh", "-c", "mount -t tmpfs -o size=1m none small && dotnet \"$0\" crawl --out small/crawl; code=$?; ls -A small >&2; exit $code", FarmProcess.ProgramPath]);

        var run = await farm.EndAsync(Bounds.Medium);

        OneLine(run, exitCode: 5).Should().Contain("MB free").And.Contain("Free some space");
    }

    [Fact]
    public async Task Render_OutputFull_IsReported()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", "<p>x</p>");
        await using var farm = FarmProcess.StartWith("sh", _folder.Path, ["-c", $"exec dotnet \"$0\" render {site.BaseUri} > /dev/full", FarmProcess.ProgramPath]);

        OneLine(await farm.EndAsync(Bounds.Medium), exitCode: 5).Should().Contain("could not be written");
    }

    [Fact]
    public async Task Demo_PortTaken_IsRefused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var run = await FarmProcess.RunAsync(_folder.Path, "demo", "--port", port);

        OneLine(run, exitCode: 6).Should().Contain(port).And.Contain("--port");
    }

    [Fact]
    public async Task Crawl_DemoResumedWithItsPortTaken_IsRefused()
    {
        var first = await FarmProcess.RunAsync(_folder.Path, "crawl", "--max-pages", "1", "--out", "out");
        var port = Regex.Match(first.Output, @"(?<=http://127\.0\.0\.1:)\d+", RegexOptions.None, Bounds.Short).Value;
        using var listener = new TcpListener(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
        listener.Start();

        var resumed = await FarmProcess.RunAsync(_folder.Path, "crawl", "--resume", "./out");

        OneLine(resumed, exitCode: 6).Should().Contain(port).And.Contain("resume again");
    }

    [Fact]
    public async Task Crawl_ResumedOnADamagedDatabase_SaysSoAndDoesNotAdviseToGoOn()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", "<a href=/hang>more</a>");
        site.Map("/hang", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using (var farm = FarmProcess.Start(_folder.Path, "crawl", site.BaseUri.AbsoluteUri, "--out", "out"))
        {
            await Eventually.HoldsAsync(() => site.VisitsTo("/hang") > 0, Bounds.Long, "the crawl is under way");
            Signal.Interrupt(farm.Pid);
            Signal.Interrupt(farm.Pid);
            await farm.EndAsync(Bounds.Medium);
        }

        // Everything but the first page, which says what kind of file it is.
        await using (var database = File.OpenWrite(_folder.Combine("out/crawl.db")))
        {
            database.Position = 4096;
            await database.WriteAsync(Enumerable.Repeat((byte)0xA5, (int)database.Length - 4096).ToArray());
        }

        var resumed = await FarmProcess.RunAsync(_folder.Path, "crawl", "--resume", "./out");

        resumed.ExitCode.Should().Be(5);
        resumed.Errors.Should().Contain("crawl.db is damaged").And.NotContain("go on with").And.NotContain("   at ");
    }

    /// <summary>The one line it must be, with the notice about root's missing sandbox set aside.</summary>
    private static string OneLine(FarmResult run, int exitCode)
    {
        var lines = run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains("without Chromium's sandbox", StringComparison.Ordinal)).ToList();
        run.ExitCode.Should().Be(exitCode, run.Errors);
        run.Errors.Should().NotContain("   at ", "a stack trace helps nobody here");
        return lines.Should().ContainSingle().Which.Should().StartWith("farm: ").And.Subject;
    }

    private void NothingIsWritten() => Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
}
