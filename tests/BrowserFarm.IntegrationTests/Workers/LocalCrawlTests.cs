using System.Collections.Concurrent;
using System.Text.Json;
using BrowserFarm.Cli;
using BrowserFarm.Demo;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Workers;

/// <summary>Whole crawls: real queue on disk, real Chromium, a site that does as it is told.</summary>
public sealed class LocalCrawlTests : CrawlTest
{
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
        Skipped[SkipReason.Robots].Should().BePositive("the misbehaving pages are forbidden by robots.txt");
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

        var end = await CrawlAsync(Site.BaseUri, spec => spec with { Include = ["/a/*"], Exclude = ["*secret*"], MaxDepth = 2 });

        Paths().Should().BeEquivalentTo("/", "/a/1", "/a/2");
        Skipped.Should().BeEquivalentTo(new Dictionary<SkipReason, long>
        {
            [SkipReason.OtherHost] = 1,
            [SkipReason.NotIncluded] = 1,
            [SkipReason.Excluded] = 1,
            [SkipReason.TooDeep] = 1,
        });
    }

    [Fact]
    public async Task RunAsync_DemoShopBySitemap_ReadsTheProductsItLists()
    {
        await using var shop = await DemoSite.StartAsync(new DemoSiteOptions { Products = 14 }, TimeProvider.System, CancellationToken.None);

        var end = await CrawlAsync(shop.BaseUri, spec => spec with { Sitemaps = true, MaxDepth = 0 });

        Paths().Should().BeEquivalentTo(["/", .. Enumerable.Range(1, 14).Select(product => $"/products/{product}")]);
        end.IsFinished.Should().BeTrue();
        end.Sitemaps.Should().BeEquivalentTo(new { IsDone = true, Files = 1, Addresses = 14, ProblemCount = 0 });
    }

    [Fact]
    public async Task RunAsync_SitemapSlowerThanTheCrawl_IsWaitedForAndReadAgainAfterAStop()
    {
        var go = new TaskCompletionSource();
        Link("/");
        Link("/listed");
        Site.Map("/sitemap.xml", async context =>
        {
            await go.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync($"{Site.UriOf("/listed")}\n{Site.BaseUri}\nhttp://example.org/\n");
        });

        await using (var crawl = await BeginAsync(Site.BaseUri, spec => spec with { Sitemaps = true }))
        {
            var running = crawl.RunAsync();
            await Eventually.HoldsAsync(
                async () => await crawl.LookAsync(CancellationToken.None) is { Jobs.Succeeded: 1, Jobs.IsFinished: true } && Site.VisitsTo("/sitemap.xml") == 1,
                Bounds.Medium, "all but the sitemap is done");
            (await crawl.LookAsync(CancellationToken.None)).IsFinished.Should().BeFalse();
            crawl.Stop();
            await running.WaitAsync(Bounds.Medium);
        }

        go.SetResult();
        await using (var crawl = await LocalCrawl.ResumeAsync(Folder.Combine("crawl"), Config(), new FarmOptions { Workers = 3 }, logging: null, CancellationToken.None))
        {
            await crawl.RunAsync().WaitAsync(Bounds.Medium);
            (await crawl.SkippedAsync(CancellationToken.None)).Should().Equal(new Dictionary<SkipReason, long> { [SkipReason.OtherHost] = 1 });
        }

        Paths().Should().BeEquivalentTo("/", "/listed");
        await using (var crawl = await LocalCrawl.ResumeAsync(Folder.Combine("crawl"), Config(), new FarmOptions { Workers = 3 }, logging: null, CancellationToken.None))
            await crawl.RunAsync().WaitAsync(Bounds.Medium);
        Site.VisitsTo("/sitemap.xml").Should().Be(2, "what was read to its end is not read again");
    }

    [Fact]
    public async Task RunAsync_EverDeeperLinks_EndWithTheirReason()
    {
        Link("/", "/x/");
        Site.Map("/x/", DeeperAsync);
        foreach (var depth in Enumerable.Range(2, 60))
            Site.Map(string.Concat(Enumerable.Repeat("/x", depth)) + "/", DeeperAsync);

        var end = await CrawlAsync(Site.BaseUri, spec => spec with { TrapLimit = 500 });

        Paths().Should().HaveCount(1 + 2 + 5, "the start, two ordinary pages, and a hundredth of the limit");
        Skipped.Should().Equal(new Dictionary<SkipReason, long> { [SkipReason.Trap] = 1 });
        end.Traps.Should().ContainSingle().Which.Pattern.Should().EndWith("/x/…");

        static Task DeeperAsync(HttpContext context)
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<a href='x/'>on</a>");
        }
    }

    [Fact]
    public async Task RunAsync_LinkOfAMegabyte_IsRecordedAndNotInTheResult()
    {
        Site.MapHtml("/", $"<a href='/{new string('y', 1 << 20)}'>long</a><a href='/a'>a</a>");
        Link("/a");

        var end = await CrawlAsync(Site.BaseUri, spec => spec);

        Skipped.Should().Equal(new Dictionary<SkipReason, long> { [SkipReason.BadUrl] = 1 });
        Results()[0].GetProperty("links").EnumerateArray().Select(link => link.GetProperty("text").GetString()).Should().Equal("a");
    }

    [Fact]
    public async Task RunAsync_PageBudget_IsNeverExceeded()
    {
        Link("/", [.. Enumerable.Range(1, 30).Select(page => $"/p/{page}")]);
        foreach (var page in Enumerable.Range(1, 30))
            Link($"/p/{page}");

        var end = await CrawlAsync(Site.BaseUri, spec => spec with { MaxPages = 7 });

        end.Jobs.Total.Should().Be(7);
        Paths().Should().HaveCount(7).And.OnlyHaveUniqueItems();
        Skipped[SkipReason.MaxPages].Should().Be(24);
    }

    [Fact]
    public async Task RunAsync_Failures_AreRetriedOrKeptByTheirKind()
    {
        Link("/", "/flaky", "/gone", "/broken");
        Site.Map("/flaky", context => Site.VisitsTo("/flaky") < 3 ? Status(context, 500) : context.Response.WriteAsync("<title>well again</title>"));
        Site.MapStatus("/gone", 404);
        Site.MapStatus("/broken", 500);

        var end = await CrawlAsync(Site.BaseUri, spec => spec, options =>
        {
            options.Retry.MaxAttempts = 3;
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(50);
            options.TargetLimit.FirstPause = TimeSpan.FromMilliseconds(50);
        });

        end.Jobs.Should().BeEquivalentTo(new { Succeeded = 2, Failed = 2 });
        Results().Single(result => result.GetProperty("title").GetString() == "well again").GetProperty("attempt").GetInt32().Should().Be(3);
        Site.VisitsTo("/gone").Should().Be(1, "what is gone is not asked for again");
        Site.VisitsTo("/broken").Should().Be(3);
        var failures = File.ReadAllLines(Folder.Combine("crawl/failures.ndjson")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
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
            Site.Map($"/p/{page}", context =>
            {
                asked.Enqueue(TimeProvider.System.GetTimestamp());
                if (asked.Count != 3)
                    return context.Response.WriteAsync("<p>ok</p>");

                Volatile.Write(ref refusedAt, TimeProvider.System.GetTimestamp());
                context.Response.Headers.RetryAfter = "4";
                return Status(context, 429);
            });
        }

        var end = await CrawlAsync(Site.BaseUri, spec => spec);

        end.Jobs.Succeeded.Should().Be(13, "a page that was refused is asked for again");
        // Requests that were on their way when the refusal came cannot be called back; a second covers them.
        asked.Select(at => TimeProvider.System.GetElapsedTime(refusedAt, at).TotalSeconds)
            .Should().NotContain(after => after > 1.0 && after < 4.0, "nobody asks while the site wants to be left alone");
        asked.Should().HaveCount(13, "twelve pages, and the refused one once more");
    }

    [Fact]
    public async Task RunAsync_RobotsTxt_IsObeyedForSeedsLinksAndDelay()
    {
        Site.MapText("/robots.txt", "User-agent: *\nDisallow: /private\nCrawl-delay: 0.5", "text/plain");
        Link("/", "/private/x", "/a", "/b");
        Link("/a");
        Link("/b");

        var end = await CrawlAsync(Site.BaseUri, spec => spec, seeds: [Site.BaseUri, Site.UriOf("/private/seed")]);

        Site.VisitsTo("/private/x").Should().Be(0);
        Site.VisitsTo("/private/seed").Should().Be(0);
        Site.VisitsTo("/robots.txt").Should().Be(1);
        end.Jobs.Should().BeEquivalentTo(new { Succeeded = 3, Failed = 1 });
        Skipped[SkipReason.Robots].Should().Be(1);
        var times = Results().Select(result => result.GetProperty("fetchedAt").GetDateTimeOffset()).Order().ToList();
        times.Zip(times.Skip(1), (a, b) => (b - a).TotalSeconds).Should().OnlyContain(gap => gap > 0.3, "the site asked for half a second between two requests");
    }

    [Fact]
    public async Task RunAsync_RobotsTxtBroken_FetchesNothing()
    {
        Site.MapStatus("/robots.txt", 500);
        Link("/");

        var end = await CrawlAsync(Site.BaseUri, spec => spec, options =>
        {
            options.Retry.MaxAttempts = 2;
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(10);
        });

        end.Jobs.Failed.Should().Be(1);
        Site.VisitsTo("/").Should().Be(0, "a site whose rules cannot be read is left alone");
    }

    [Fact]
    public async Task RunAsync_OneTarget_NeverGetsMoreThanItsLimit()
    {
        Link("/", [.. Enumerable.Range(1, 12).Select(page => $"/p/{page}")]);
        foreach (var page in Enumerable.Range(1, 12))
        {
            Site.Map($"/p/{page}", async context =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, context.RequestAborted);
                await context.Response.WriteAsync("<p>slow</p>");
            });
        }

        await CrawlAsync(Site.BaseUri, spec => spec, options => options.TargetLimit.Max = 3);

        Site.PeakConcurrency("/p/").Should().BeInRange(2, 3);
    }

    [Fact]
    public async Task Stop_InTheMiddle_KeepsWhatIsDoneAndResumesTheRest()
    {
        Link("/", [.. Enumerable.Range(1, 20).Select(page => $"/p/{page}")]);
        foreach (var page in Enumerable.Range(1, 20))
            Link($"/p/{page}");

        await using (var crawl = await BeginAsync(Site.BaseUri, spec => spec))
        {
            var running = crawl.RunAsync();
            await Eventually.HoldsAsync(async () => (await crawl.LookAsync(CancellationToken.None)).Jobs.Succeeded >= 4, Bounds.Medium, "some pages are read");
            crawl.Stop();
            await running.WaitAsync(Bounds.Medium);
            (await crawl.LookAsync(CancellationToken.None)).Jobs.Running.Should().Be(0, "what was in hand is finished or given back");
        }

        Paths().Count.Should().BeInRange(4, 20);
        await using (var crawl = await LocalCrawl.ResumeAsync(Folder.Combine("crawl"), Config(), new FarmOptions { Workers = 3 }, logging: null, CancellationToken.None))
            await crawl.RunAsync();

        Paths().Should().HaveCount(21).And.OnlyHaveUniqueItems();
        Site.VisitsTo("/p/1").Should().Be(1, "what was read is not read again");
    }

    [Fact]
    public async Task RunAsync_NothingLeftToDo_EndsAtOnce()
    {
        Link("/");
        await CrawlAsync(Site.BaseUri, spec => spec);

        // More than once: the end may come before the host has finished starting.
        for (var i = 0; i < 10; i++)
        {
            await using var crawl = await LocalCrawl.ResumeAsync(Folder.Combine("crawl"), Config(), new FarmOptions(), logging: null, CancellationToken.None);
            await crawl.RunAsync().WaitAsync(Bounds.Short);
        }

        Paths().Should().Equal("/");
        Site.VisitsTo("/").Should().Be(1);
    }

    [Fact]
    public async Task Stop_BeforeItHasStarted_EndsInOrder()
    {
        Link("/");
        await using var crawl = await BeginAsync(Site.BaseUri, spec => spec);

        crawl.Stop();
        await crawl.RunAsync().WaitAsync(Bounds.Medium);

        (await crawl.LookAsync(CancellationToken.None)).Jobs.Queued.Should().Be(1, "it can be resumed");
    }

    [Fact]
    public async Task BeginAsync_FolderInUse_IsRefused()
    {
        Link("/");
        await using var crawl = await BeginAsync(Site.BaseUri, spec => spec);

        var again = () => LocalCrawl.ResumeAsync(Folder.Combine("crawl"), Config(), new FarmOptions(), logging: null, CancellationToken.None);

        (await again.Should().ThrowAsync<Exception>()).WithMessage("*another program is using it*");
    }

    [Fact]
    public async Task ResumeAsync_KilledWhileItsSeedsWereBeingStored_IsRefusedInsteadOfLosingTheOthers()
    {
        var folder = Folder.Combine("crawl");
        Directory.CreateDirectory(folder);
        await using (var queue = SqliteJobQueue.Open(Path.Join(folder, "crawl.db"), TimeProvider.System))
        {
            await queue.CreateCrawlAsync(new Crawl("crawl", Spec(Site.BaseUri) with { SeedCount = 2 }, TimeProvider.System.GetUtcNow()), CancellationToken.None);
            await queue.SubmitAsync("crawl", [new NewJob(CanonicalUrl.Parse(Site.BaseUri.AbsoluteUri), Depth: 0)], key: null, CancellationToken.None);
        }

        var resume = () => LocalCrawl.ResumeAsync(folder, Config(), new FarmOptions(), logging: null, CancellationToken.None);

        (await resume.Should().ThrowAsync<CrawlFolderException>()).WithMessage("*1 of the 2 URLs*Delete the folder*");
    }

    [Fact]
    public async Task ResumeAsync_SeedsGivenTwiceOrBeyondTheBudget_AreNotMissed()
    {
        Link("/", "/1");
        Link("/1");
        Uri[] seeds = [Site.BaseUri, Site.BaseUri, Site.UriOf("/1"), Site.UriOf("/2")];
        await using (await BeginAsync(Site.BaseUri, spec => spec with { MaxPages = 2 }, seeds: seeds))
        {
            // Begun and not run.
        }

        await using var crawl = await LocalCrawl.ResumeAsync(Folder.Combine("crawl"), Config(), new FarmOptions(), logging: null, CancellationToken.None);

        (await crawl.LookAsync(CancellationToken.None)).Jobs.Queued.Should().Be(2);
    }

    [Fact]
    public async Task RunAsync_PageThatTakesLongerThanAClaimHolds_IsAskedForOnce()
    {
        Site.Map("/", async context =>
        {
            await Task.Delay(TimeSpan.FromSeconds(9), TimeProvider.System, context.RequestAborted);
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<p>late</p>", context.RequestAborted);
        });

        var end = await CrawlAsync(Site.BaseUri, spec => spec, options => options.ClaimFor = TimeSpan.FromSeconds(4));

        end.Jobs.Should().BeEquivalentTo(new { Succeeded = 1, Failed = 0, Queued = 0, Running = 0 });
        Site.VisitsTo("/").Should().Be(1);
    }

    [Fact]
    public async Task RunAsync_BrowserThatDoesNotStart_LeavesNothingBehind()
    {
        Link("/");
        var config = Config();
        config.Launch.ExecutablePath = "/bin/false";
        await using var crawl = await LocalCrawl.BeginAsync(
            Folder.Combine("crawl"), Spec(Site.BaseUri), [CanonicalUrl.Parse(Site.BaseUri.AbsoluteUri)], config, new FarmOptions(), logging: null, CancellationToken.None);

        var run = crawl.RunAsync;

        await run.Should().ThrowAsync<global::ContextPool.BrowserLaunchException>();
        Directory.Exists(Folder.Combine("crawl")).Should().BeFalse();
        using var progress = CrawlProgress.For(crawl, plain: true);
        await progress.Invoking(late => late.ShowAsync().WaitAsync(Bounds.Medium)).Should().NotThrowAsync("who still watches must not change the reason that is told");
    }

    [Fact]
    public async Task RunAsync_FieldsAndFiles_AreInTheResults()
    {
        Site.MapHtml("/", "<h1 class=t> A  title </h1><ul><li>x<li>y</ul><a class=t href=/z rel=nofollow>z</a>");
        Link("/z");

        await CrawlAsync(Site.BaseUri, spec => spec with
        {
            Page = new PageWish([PageFormat.Markdown, PageFormat.Png],
                [new FieldSpec("title", ".t"), new FieldSpec("items", "li", IsList: true), new FieldSpec("link", "a", "href"), new FieldSpec("none", ".none")]),
        });

        var result = Results().Single(result => result.GetProperty("depth").GetInt32() == 0);
        result.GetProperty("fields").GetRawText().Should().Be("""{"title":"A title","items":["x","y"],"link":"/z","none":null}""");
        result.GetProperty("markdown").GetString().Should().StartWith("# A title");
        result.TryGetProperty("html", out _).Should().BeFalse("it was not asked for");
        File.Exists(Folder.Combine("crawl/" + result.GetProperty("artifacts").GetProperty("png").GetString())).Should().BeTrue();
    }

    [Fact]
    public async Task DisposeAsync_WhileItStops_DoesNotBringTheProgramDown()
    {
        // A timer that throws ends the process, and this test with it.
        Site.Map("/", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        var crawl = await BeginAsync(Site.BaseUri, spec => spec, options => options.DrainGrace = TimeSpan.FromMilliseconds(300));
        var running = crawl.RunAsync();
        await Eventually.HoldsAsync(() => Site.VisitsTo("/") == 1, Bounds.Medium, "the page is being loaded");

        crawl.Stop();
        await crawl.DisposeAsync();

        var end = async () => await running.WaitAsync(Bounds.Medium);
        await end.Should().NotThrowAsync<TimeoutException>();
    }
}
