using System.Text.Json;
using BrowserFarm.Demo;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary><c>farm crawl</c> as a process: to the end, stopped, killed, and started again.</summary>
public sealed class CrawlCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Crawl_WithoutUrl_CrawlsTheDemoShop()
    {
        var run = await FarmProcess.RunAsync(_folder.Path, "crawl", "--max-pages", "20");

        run.ExitCode.Should().Be(0, run.Errors);
        run.Output.Should().Contain("Finished after").And.Contain("20 pages read, 0 failed").And.Contain("results.ndjson").And.Contain("crawl.db");
        run.Output.Should().NotContain("\u001b", "a pipe gets plain lines");
        var crawl = Directory.EnumerateDirectories(_folder.Combine("farm-data/crawls")).Single();
        Urls(Path.Join(crawl, "results.ndjson")).Should().HaveCount(20).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Crawl_SwaggerUi_ReturnsWhatOnlyItsScriptsShow()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        await site.MapSwaggerUiAsync(CancellationToken.None);

        var run = await FarmProcess.RunAsync(_folder.Path, "crawl", site.UriOf("/swagger/").AbsoluteUri, "--out", "out", "--format", "text", "--select", "first=.opblock-summary-path");

        run.ExitCode.Should().Be(0, run.Errors);
        var result = Results(_folder.Combine("out/results.ndjson")).First();
        result.GetProperty("text").GetString().Should().Contain("Get all planets");
        result.GetProperty("fields").GetProperty("first").GetString().Should().StartWith("/", "the paths of operations are drawn by the script");
    }

    [Fact]
    public async Task Crawl_Killed_ResumesWithEveryPageExactlyOnceAndNoBrowserLeft()
    {
        const int Products = 182;   // with the other pages of the shop, 200 and a few
        await using var shop = await DemoSite.StartAsync(
            new DemoSiteOptions { Products = Products, SalePagesPerSecond = 50, SaleBurst = 50, ReviewDelay = TimeSpan.Zero, SlowAnswer = TimeSpan.Zero, Latency = TimeSpan.Zero },
            TimeProvider.System, CancellationToken.None);
        var arguments = new[] { "crawl", shop.BaseUri.AbsoluteUri, "--out", "out", "--max-pages", "300", "--format", "text", "--config", FastConfig() };
        var results = _folder.Combine("out/results.ndjson");

        // Killed twice, at different depths, and resumed: the third run ends it.
        foreach (var pages in new[] { 20, 90 })
        {
            await using var farm = FarmProcess.Start(_folder.Path, arguments);
            await Eventually.HoldsAsync(() => File.Exists(results) && Lines(results) >= pages, Bounds.Long, $"{pages} pages are read");
            var family = ProcessTable.DescendantsOf(farm.Pid).Select(process => process.Pid).ToList();
            family.Should().NotBeEmpty();

            Signal.Kill(farm.Pid);

            await Eventually.HoldsAsync(() => family.All(IsGone), Bounds.Medium, "browser and drivers die with the program");
            arguments = ["crawl", "--resume", _folder.Combine("out"), "--config", FastConfig()];
        }

        var end = await FarmProcess.RunAsync(_folder.Path, arguments);

        end.ExitCode.Should().Be(0, end.Errors);
        var expected = Enumerable.Range(1, Products).Select(product => $"/products/{product}")
            .Concat(Enumerable.Range(1, 6).Select(offer => $"/sale/{offer}"))
            .Concat(Enumerable.Range(2, ((Products + 11) / 12) - 1).Select(page => $"/products?page={page}"))
            .Concat(["/", "/products", "/browse", "/infinite", "/account", "/slow"]);
        Urls(results).Select(url => new Uri(url).PathAndQuery).Should().BeEquivalentTo(expected, "every page is there exactly once");
        ProcessTable.WithArgument("run-driver").Where(process => process.ParentPid == 1).Should().BeEmpty("no driver is left an orphan");
    }

    [Fact]
    public async Task Crawl_Interrupted_DrainsSaysHowToGoOnAndResumes()
    {
        await using var shop = await DemoSite.StartAsync(new DemoSiteOptions { Products = 24 }, TimeProvider.System, CancellationToken.None);
        FarmResult stopped;
        await using (var farm = FarmProcess.Start(_folder.Path, "crawl", shop.BaseUri.AbsoluteUri, "--out", "out", "--format", "text"))
        {
            await Eventually.HoldsAsync(() => File.Exists(_folder.Combine("out/results.ndjson")) && Lines(_folder.Combine("out/results.ndjson")) >= 3, Bounds.Long, "some pages are read");
            Signal.Interrupt(farm.Pid);
            stopped = await farm.EndAsync(Bounds.Medium);
        }

        stopped.ExitCode.Should().Be(130);
        stopped.Output.Should().Contain("Stopped after").And.Contain("--resume ./out");

        var resumed = await FarmProcess.RunAsync(_folder.Path, "crawl", "--resume", "./out");

        resumed.ExitCode.Should().Be(0, resumed.Errors);
        Urls(_folder.Combine("out/results.ndjson")).Should().OnlyHaveUniqueItems().And.HaveCount(24 + 2 + 11);
    }

    [Fact]
    public async Task Crawl_InterruptedTwiceWhileAPageHangs_EndsAtOnce()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.Map("/", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var farm = FarmProcess.Start(_folder.Path, "crawl", site.BaseUri.AbsoluteUri, "--out", "out");
        await Eventually.HoldsAsync(() => site.VisitsTo("/") > 0, Bounds.Medium, "the page is being asked for");

        Signal.Terminate(farm.Pid);
        await Eventually.HoldsAsync(() => farm.Output.Contains("Stopping", StringComparison.Ordinal), Bounds.Medium, "the first signal is acknowledged");
        Signal.Terminate(farm.Pid);

        var end = await farm.EndAsync(TimeSpan.FromSeconds(10));
        end.ExitCode.Should().Be(130);
        end.Output.Should().Contain("1 to do");
    }

    [Fact]
    public async Task Crawl_UrlList_IsReadFromAFileAndFromTheInput()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/a", "<p>a</p>").MapHtml("/b", "<p>b</p>");
        await File.WriteAllLinesAsync(_folder.Combine("urls.txt"), ["# two pages", "", site.UriOf("/a").AbsoluteUri, site.UriOf("/b").AbsoluteUri, site.UriOf("/a").AbsoluteUri]);

        var fromFile = await FarmProcess.RunAsync(_folder.Path, "crawl", "--urls", "urls.txt", "--out", "one", "--max-depth", "0");
        await using var piped = FarmProcess.StartWith("sh", _folder.Path, ["-c", "exec dotnet \"$0\" crawl --urls - --out two < urls.txt", FarmProcess.ProgramPath]);
        var fromInput = await piped.EndAsync(Bounds.Long);

        fromFile.ExitCode.Should().Be(0, fromFile.Errors);
        fromInput.ExitCode.Should().Be(0, fromInput.Errors);
        Urls(_folder.Combine("one/results.ndjson")).Should().HaveCount(2);
        Urls(_folder.Combine("two/results.ndjson")).Should().HaveCount(2);
    }

    [Fact]
    public async Task Requeue_FailedPages_AreReadWhenTheCrawlGoesOn()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapStatus("/", 404);
        var failed = await FarmProcess.RunAsync(_folder.Path, "crawl", site.BaseUri.AbsoluteUri, "--out", "out");
        failed.ExitCode.Should().Be(7, failed.Output);

        var none = await FarmProcess.RunAsync(_folder.Path, "requeue", "./out", "--class", "dns");
        none.Output.Should().Contain("None of 1 failed pages matches");
        site.MapHtml("/", "<h1>well again</h1>");
        var requeued = await FarmProcess.RunAsync(_folder.Path, "requeue", "./out", "--class", "http-404", "--url", site.BaseUri.AbsoluteUri + "*");
        requeued.Output.Should().Contain("1 of 1 failed pages are back in line").And.Contain("--resume ./out");
        var again = await FarmProcess.RunAsync(_folder.Path, "crawl", "--resume", "./out");

        again.ExitCode.Should().Be(0, again.Errors);
        Urls(_folder.Combine("out/results.ndjson")).Should().Equal(site.BaseUri.AbsoluteUri);
    }

    [Fact]
    public async Task Crawl_NothingReadable_SaysSoInItsExitCode()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);

        var run = await FarmProcess.RunAsync(_folder.Path, "crawl", site.UriOf("/missing").AbsoluteUri, "--out", "out");

        run.ExitCode.Should().Be(7);
        run.Output.Should().Contain("0 pages read, 1 failed").And.Contain("status 404").And.Contain("failures.ndjson");
    }

    /// <summary>Pages of the shop are complete when parsed and quiet for a moment; the kill test is about kills.</summary>
    private string FastConfig()
    {
        var path = _folder.Combine("fast.json");
        File.WriteAllText(path, """{ "block": { "resourceTypes": ["image", "font", "media", "stylesheet"] } }""");
        return path;
    }

    private static bool IsGone(int pid) => ProcessTable.Find(pid) is null or { IsZombie: true };

    private static int Lines(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Count(c => c == '\n');
    }

    private static List<JsonElement> Results(string path) => [.. File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement)];

    private static List<string> Urls(string path) => [.. Results(path).Select(result => result.GetProperty("url").GetString()!)];
}
