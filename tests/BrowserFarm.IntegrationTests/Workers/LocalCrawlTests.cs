using System.Collections.Concurrent;
using System.Text.Json;
using BrowserFarm.Demo;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Workers;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Workers;

/// <summary>Whole crawls: real queue on disk, real Chromium, a site that does as it is told.</summary>
public sealed class LocalCrawlTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync() => _site = await TestSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task RunAsync_DemoShop_ReadsEveryReachablePageOnce()
    {
        await using var shop = await DemoSite.StartAsync(
            new DemoSiteOptions { Products = 14, SlowAnswer = TimeSpan.FromMilliseconds(500), SalePagesPerSecond = 4 }, TimeProvider.System, CancellationToken.None);

        var end = await CrawlAsync(shop.BaseUri, spec => spec);

        // Home, two list pages, browse, infinite, account, slow, six offers and the products.
        var urls = Results().Select(result => new Uri(result.GetProperty("url").GetString()!).PathAndQuery).ToList();
        urls.Should().OnlyHaveUniqueItems();
        urls.Should().Contain(["/", "/products", "/products?page=2", "/browse", "/infinite", "/account", "/slow"]);
        urls.Should().Contain(Enumerable.Range(1, 6).Select(offer => $"/sale/{offer}"), "a page that asks for patience is read in the end");
        urls.Should().Contain(Enumerable.Range(1, 14).Select(product => $"/products/{product}"));
        end.Jobs.Should().BeEquivalentTo(new { Queued = 0, Running = 0, Failed = 0, Succeeded = urls.Count });
        end.Skipped[SkipReason.Robots].Should().BePositive("the misbehaving pages are forbidden by robots.txt");
    }

    [Fact]
    public async Task RunAsync_ScopeDepthAndGlobs_TakeOnlyWhatWasAskedFor()
    {
        Link("/", "/a/1", "/b/1", "/a/secret", "http://example.org/out", "mailto:x@example.org");
        Link("/a/1", "/a/2");
        Link("/a/2", "/a/3");
        Link("/a/3");
        Link("/b/1");
        Link("/a/secret");

        var end = await CrawlAsync(_site.BaseUri, spec => spec with { Include = ["/a/*"], Exclude = ["*secret*"], MaxDepth = 2 });

        Paths().Should().BeEquivalentTo("/", "/a/1", "/a/2");
        end.Skipped.Should().BeEquivalentTo(new Dictionary<SkipReason, long>
        {
            [SkipReason.OtherHost] = 1,
            [SkipReason.NotIncluded] = 1,
            [SkipReason.Excluded] = 1,
            [SkipReason.TooDeep] = 1,
        });
    }

    [Fact]
    public async Task RunAsync_PageBudget_IsNeverExceeded()
    {
        Link("/", [.. Enumerable.Range(1, 30).Select(page => $"/p/{page}")]);
        foreach (var page in Enumerable.Range(1, 30))
            Link($"/p/{page}");

        var end = await CrawlAsync(_site.BaseUri, spec => spec with { MaxPages = 7 });

        end.Jobs.Total.Should().Be(7);
        Paths().Should().HaveCount(7).And.OnlyHaveUniqueItems();
        end.Skipped[SkipReason.MaxPages].Should().Be(24);
    }

    [Fact]
    public async Task RunAsync_Failures_AreRetriedOrKeptByTheirKind()
    {
        Link("/", "/flaky", "/gone", "/broken");
        _site.Map("/flaky", context => _site.VisitsTo("/flaky") < 3 ? Status(context, 500) : context.Response.WriteAsync("<title>well again</title>"));
        _site.MapStatus("/gone", 404);
        _site.MapStatus("/broken", 500);

        var end = await CrawlAsync(_site.BaseUri, spec => spec, options =>
        {
            options.Retry.MaxAttempts = 3;
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(50);
            options.TargetLimit.FirstPause = TimeSpan.FromMilliseconds(50);
        });

        end.Jobs.Should().BeEquivalentTo(new { Succeeded = 2, Failed = 2 });
        Results().Single(result => result.GetProperty("title").GetString() == "well again").GetProperty("attempt").GetInt32().Should().Be(3);
        _site.VisitsTo("/gone").Should().Be(1, "what is gone is not asked for again");
        _site.VisitsTo("/broken").Should().Be(3);
        var failures = File.ReadAllLines(_folder.Combine("crawl/failures.ndjson")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        failures.Select(failure => failure.GetProperty("class").GetString()).Should().BeEquivalentTo("http-404", "http-500");
        failures.Single(failure => failure.GetProperty("class").GetString() == "http-500").GetProperty("attempts").GetArrayLength().Should().Be(3);
    }

    [Fact]
    public async Task RunAsync_RetryAfter_IsKeptByEveryWorker()
    {
        var asked = new ConcurrentQueue<long>();
        var refusedAt = 0L;
        Link("/", [.. Enumerable.Range(1, 12).Select(page => $"/p/{page}")]);
        foreach (var page in Enumerable.Range(1, 12))
        {
            _site.Map($"/p/{page}", context =>
            {
                asked.Enqueue(TimeProvider.System.GetTimestamp());
                if (asked.Count != 3)
                    return context.Response.WriteAsync("<p>ok</p>");

                Volatile.Write(ref refusedAt, TimeProvider.System.GetTimestamp());
                context.Response.Headers.RetryAfter = "4";
                return Status(context, 429);
            });
        }

        var end = await CrawlAsync(_site.BaseUri, spec => spec);

        end.Jobs.Succeeded.Should().Be(13, "a page that was refused is asked for again");
        // Requests that were on their way when the refusal came cannot be called back; a second covers them.
        asked.Select(at => TimeProvider.System.GetElapsedTime(refusedAt, at).TotalSeconds)
            .Should().NotContain(after => after > 1.0 && after < 4.0, "nobody asks while the site wants to be left alone");
        asked.Should().HaveCount(13, "twelve pages, and the refused one once more");
    }

    [Fact]
    public async Task RunAsync_RobotsTxt_IsObeyedForSeedsLinksAndDelay()
    {
        _site.MapText("/robots.txt", "User-agent: *\nDisallow: /private\nCrawl-delay: 0.5", "text/plain");
        Link("/", "/private/x", "/a", "/b");
        Link("/a");
        Link("/b");

        var end = await CrawlAsync(_site.BaseUri, spec => spec, seeds: [_site.BaseUri, _site.UriOf("/private/seed")]);

        _site.VisitsTo("/private/x").Should().Be(0);
        _site.VisitsTo("/private/seed").Should().Be(0);
        _site.VisitsTo("/robots.txt").Should().Be(1);
        end.Jobs.Should().BeEquivalentTo(new { Succeeded = 3, Failed = 1 });
        end.Skipped[SkipReason.Robots].Should().Be(1);
        var times = Results().Select(result => result.GetProperty("fetchedAt").GetDateTimeOffset()).Order().ToList();
        times.Zip(times.Skip(1), (a, b) => (b - a).TotalSeconds).Should().OnlyContain(gap => gap > 0.3, "the site asked for half a second between two requests");
    }

    [Fact]
    public async Task RunAsync_RobotsTxtBroken_FetchesNothing()
    {
        _site.MapStatus("/robots.txt", 500);
        Link("/");

        var end = await CrawlAsync(_site.BaseUri, spec => spec, options =>
        {
            options.Retry.MaxAttempts = 2;
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(10);
        });

        end.Jobs.Failed.Should().Be(1);
        _site.VisitsTo("/").Should().Be(0, "a site whose rules cannot be read is left alone");
    }

    [Fact]
    public async Task RunAsync_OneTarget_NeverGetsMoreThanItsLimit()
    {
        Link("/", [.. Enumerable.Range(1, 12).Select(page => $"/p/{page}")]);
        foreach (var page in Enumerable.Range(1, 12))
        {
            _site.Map($"/p/{page}", async context =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, context.RequestAborted);
                await context.Response.WriteAsync("<p>slow</p>");
            });
        }

        await CrawlAsync(_site.BaseUri, spec => spec, options => options.TargetLimit.Max = 3);

        _site.PeakConcurrency("/p/").Should().BeInRange(2, 3);
    }

    [Fact]
    public async Task Stop_InTheMiddle_KeepsWhatIsDoneAndResumesTheRest()
    {
        Link("/", [.. Enumerable.Range(1, 20).Select(page => $"/p/{page}")]);
        foreach (var page in Enumerable.Range(1, 20))
            Link($"/p/{page}");

        await using (var crawl = await BeginAsync(_site.BaseUri, spec => spec))
        {
            var running = crawl.RunAsync();
            await Eventually.HoldsAsync(async () => (await crawl.LookAsync(CancellationToken.None)).Jobs.Succeeded >= 4, Bounds.Medium, "some pages are read");
            crawl.Stop();
            await running.WaitAsync(Bounds.Medium);
            (await crawl.LookAsync(CancellationToken.None)).Jobs.Running.Should().Be(0, "what was in hand is finished or given back");
        }

        Paths().Count.Should().BeInRange(4, 20);
        await using (var crawl = await LocalCrawl.ResumeAsync(_folder.Combine("crawl"), Config(), new FarmOptions { Workers = 3 }, logging: null, CancellationToken.None))
            await crawl.RunAsync();

        Paths().Should().HaveCount(21).And.OnlyHaveUniqueItems();
        _site.VisitsTo("/p/1").Should().Be(1, "what was read is not read again");
    }

    [Fact]
    public async Task RunAsync_NothingLeftToDo_EndsAtOnce()
    {
        Link("/");
        await CrawlAsync(_site.BaseUri, spec => spec);

        // More than once: the end may come before the host has finished starting.
        for (var i = 0; i < 10; i++)
        {
            await using var crawl = await LocalCrawl.ResumeAsync(_folder.Combine("crawl"), Config(), new FarmOptions(), logging: null, CancellationToken.None);
            await crawl.RunAsync().WaitAsync(Bounds.Short);
        }

        Paths().Should().Equal("/");
        _site.VisitsTo("/").Should().Be(1);
    }

    [Fact]
    public async Task Stop_BeforeItHasStarted_EndsInOrder()
    {
        Link("/");
        await using var crawl = await BeginAsync(_site.BaseUri, spec => spec);

        crawl.Stop();
        await crawl.RunAsync().WaitAsync(Bounds.Medium);

        (await crawl.LookAsync(CancellationToken.None)).Jobs.Queued.Should().Be(1, "it can be resumed");
    }

    [Fact]
    public async Task BeginAsync_FolderInUse_IsRefused()
    {
        Link("/");
        await using var crawl = await BeginAsync(_site.BaseUri, spec => spec);

        var again = () => LocalCrawl.ResumeAsync(_folder.Combine("crawl"), Config(), new FarmOptions(), logging: null, CancellationToken.None);

        (await again.Should().ThrowAsync<Exception>()).WithMessage("*another program is using it*");
    }

    [Fact]
    public async Task RunAsync_BrowserThatDoesNotStart_LeavesNothingBehind()
    {
        Link("/");
        var config = Config();
        config.Launch.ExecutablePath = "/bin/false";
        await using var crawl = await LocalCrawl.BeginAsync(
            _folder.Combine("crawl"), Spec(_site.BaseUri), [CanonicalUrl.Parse(_site.BaseUri.AbsoluteUri)], config, new FarmOptions(), logging: null, CancellationToken.None);

        var run = crawl.RunAsync;

        await run.Should().ThrowAsync<global::ContextPool.BrowserLaunchException>();
        Directory.Exists(_folder.Combine("crawl")).Should().BeFalse();
    }

    [Fact]
    public async Task RunAsync_FieldsAndFiles_AreInTheResults()
    {
        _site.MapHtml("/", "<h1 class=t> A  title </h1><ul><li>x<li>y</ul><a class=t href=/z rel=nofollow>z</a>");
        Link("/z");

        await CrawlAsync(_site.BaseUri, spec => spec with
        {
            Page = new PageWish([PageFormat.Markdown, PageFormat.Png],
                [new FieldSpec("title", ".t"), new FieldSpec("items", "li", IsList: true), new FieldSpec("link", "a", "href"), new FieldSpec("none", ".none")]),
        });

        var result = Results().Single(result => result.GetProperty("depth").GetInt32() == 0);
        result.GetProperty("fields").GetRawText().Should().Be("""{"title":"A title","items":["x","y"],"link":"/z","none":null}""");
        result.GetProperty("markdown").GetString().Should().StartWith("# A title");
        result.TryGetProperty("html", out _).Should().BeFalse("it was not asked for");
        File.Exists(_folder.Combine("crawl/" + result.GetProperty("artifacts").GetProperty("png").GetString())).Should().BeTrue();
    }

    private async Task<FarmSnapshot> CrawlAsync(
        Uri start, Func<CrawlSpec, CrawlSpec> change, Action<FarmOptions>? configure = null, IReadOnlyList<Uri>? seeds = null)
    {
        await using var crawl = await BeginAsync(start, change, configure, seeds);
        await crawl.RunAsync().WaitAsync(Bounds.Long);
        return await crawl.LookAsync(CancellationToken.None);
    }

    private Task<LocalCrawl> BeginAsync(
        Uri start, Func<CrawlSpec, CrawlSpec> change, Action<FarmOptions>? configure = null, IReadOnlyList<Uri>? seeds = null)
    {
        var options = new FarmOptions { Workers = 4 };
        configure?.Invoke(options);
        return LocalCrawl.BeginAsync(
            _folder.Combine("crawl"), change(Spec(start)), [.. (seeds ?? [start]).Select(seed => CanonicalUrl.Parse(seed.AbsoluteUri))],
            Config(), options, logging: null, CancellationToken.None);
    }

    private static CrawlSpec Spec(Uri start) => new() { Seeds = [start.AbsoluteUri], Page = new PageWish([PageFormat.Text], []) };

    private static PlaywrightConfig Config() => PlaywrightConfigFile.Read(Path.Join(RepositoryRoot.Path, PlaywrightConfigFile.FileName));

    private void Link(string path, params string[] links) =>
        _site.MapHtml(path, $"<title>{path}</title>{string.Concat(links.Select(link => $"<a href=\"{link}\">{link}</a> "))}");

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private List<JsonElement> Results() =>
        [.. File.ReadAllLines(_folder.Combine("crawl/results.ndjson")).Select(line => JsonDocument.Parse(line).RootElement)];

    private List<string> Paths() => [.. Results().Select(result => new Uri(result.GetProperty("url").GetString()!).PathAndQuery)];
}
