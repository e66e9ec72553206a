using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Scheduling;
using BrowserFarm.Workers;
using ContextPool.Browsers;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Workers;

/// <summary>Whole crawls: with and without a browser, of more than the queue should hold, through a proxy, and what is kept of pages that fail.</summary>
public sealed class EnginesAndIntakeTests : CrawlTest
{
    private const string App = "<title>app</title><main></main><script>document.querySelector('main').innerHTML = '<h1>made</h1><a href=/made>made</a>'</script>";

    [Fact]
    public async Task RunAsync_PagesThatNeedNoBrowser_AreReadAsTheServerSendsThem()
    {
        Site.MapHtml("/", App + "<a href=/static/1>1</a>");
        Site.MapHtml("/static/1", App + "<a href=/static/2>2</a>");
        Site.MapHtml("/static/2", "<title>two</title><p>two");
        Site.MapHtml("/made", "<title>found by a script</title>");

        var end = await CrawlAsync(Site.BaseUri, spec => spec with { Http = ["/static/*"], Page = new PageWish([PageFormat.Text, PageFormat.Markdown], [new FieldSpec("head", "h1")]) });

        end.Jobs.Should().BeEquivalentTo(new { Succeeded = 4, Failed = 0 });
        Paths().Should().BeEquivalentTo("/", "/static/1", "/static/2", "/made");
        string? Head(string path) => Results().Single(result => new Uri(result.GetProperty("url").GetString()!).AbsolutePath == path).GetProperty("fields").GetProperty("head").GetString();
        Head("/").Should().Be("made", "the browser runs scripts");
        Head("/static/1").Should().BeNull("nothing ran there");
        Results().Should().OnlyContain(result => result.GetProperty("engine").GetString() == (result.GetProperty("url").GetString()!.Contains("/static/") ? "Http" : "Browser"));
    }

    /// <summary>Pages that a script makes, pages that are sent whole, and a path where both are: all are read, none of the whole ones in a browser.</summary>
    [Fact]
    public async Task RunAsync_Auto_RendersThePagesThatNeedItAndNoOthers()
    {
        const string Whole = "<title>whole</title><main><p class=said>There is enough said on this page for anybody who came to read it, and nothing of it is drawn by a script.</p></main>";
        const string Shell = "<title>shell</title><div id=root></div><script>root.innerHTML = '<p class=said>drawn</p>'</script>";
        var links = new StringBuilder("<main>");
        for (var i = 0; i < 20; i++)
        {
            Site.MapHtml($"/blog/{i}", Whole).MapHtml($"/app/{i}", Shell).MapHtml($"/mixed/{i}", i % 2 == 0 ? Whole : Shell);
            links.Append($"<a href=/blog/{i}>b</a> <a href=/app/{i}>a</a> <a href=/mixed/{i}>m</a> ");
        }

        Site.MapHtml("/", links.ToString());

        var end = await CrawlAsync(Site.BaseUri, spec => spec with { Engine = EngineChoice.Auto, Page = new PageWish([PageFormat.Text], [new FieldSpec("said", ".said")]) });

        end.Jobs.Should().BeEquivalentTo(new { Succeeded = 61, Failed = 0 });
        var pages = Results().Select(result => (Path: new Uri(result.GetProperty("url").GetString()!).AbsolutePath, Engine: result.GetProperty("engine").GetString(), Result: result)).Where(page => page.Path != "/").ToList();
        pages.Should().OnlyContain(page => page.Result.GetProperty("fields").GetProperty("said").GetString() != null, "every page is read whole");
        pages.Where(page => page.Engine == "Browser").Select(page => page.Path).Should().OnlyContain(path => path.StartsWith("/app/") || int.Parse(path.Substring(7)) % 2 == 1).And.HaveCount(30);
        pages.Should().OnlyContain(page => page.Result.GetProperty("engineReason").GetString()!.Length > 10);
    }

    [Fact]
    public async Task RunAsync_EverythingWithoutABrowser_StartsNone()
    {
        Link("/", "/1", "/2");
        Link("/1");
        Link("/2");

        var end = await CrawlAsync(Site.BaseUri, spec => spec with { Http = ["*"] });

        end.Jobs.Succeeded.Should().Be(3);
        end.Pool.Cells.Should().BeEmpty();
    }

    [Fact]
    public async Task RunAsync_CheapPagesBehindSlowOnes_DoNotWaitForThem()
    {
        // Sites of their own, so that no limit of a site is what keeps anybody.
        var go = new TaskCompletionSource();
        await using var slow = await TestSite.StartAsync(CancellationToken.None);
        await using var slower = await TestSite.StartAsync(CancellationToken.None);
        foreach (var site in new[] { slow, slower })
            site.Map("/slow", async context => await go.Task.WaitAsync(context.RequestAborted));
        Link("/static/0", [.. Enumerable.Range(1, 20).Select(page => $"/static/{page}")]);
        foreach (var page in Enumerable.Range(1, 20))
            Link($"/static/{page}");

        await using var crawl = await BeginAsync(
            Site.BaseUri, spec => spec with { Http = ["/static/*"] }, options => options.Workers = 2, [slow.UriOf("/slow"), slower.UriOf("/slow"), Site.UriOf("/static/0")]);
        var running = crawl.RunAsync();
        await Eventually.HoldsAsync(
            async () => (await crawl.LookAsync(CancellationToken.None)).Jobs.Succeeded == 21, Bounds.Long, "all but the slow ones are read, which hold every worker with a browser");
        go.SetResult();
        await running.WaitAsync(Bounds.Long);

        (await crawl.LookAsync(CancellationToken.None)).Jobs.Succeeded.Should().Be(23);
    }

    [Fact]
    public async Task RunAsync_FindsMoreThanTheLinesHold_KeepsTheRestOutsideAndReadsEverythingOnce()
    {
        var pages = Enumerable.Range(1, 120).Select(page => $"/{page}").ToArray();
        Link("/", pages[..60]);
        var first = new TaskCompletionSource();
        var rest = new TaskCompletionSource();
        foreach (var page in pages)
        {
            Site.Map(page, async context =>
            {
                await (page == "/1" ? first : rest).Task.WaitAsync(context.RequestAborted);
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync(string.Concat((page == "/1" ? pages[60..] : pages[..5]).Select(link => $"<a href=\"{link}\">{link}</a> ")));
            });
        }

        await using var crawl = await BeginAsync(Site.BaseUri, spec => spec with { Http = ["*"], MaxPages = 1000 }, options => options.Discovery = new DiscoveryOptions { PauseAt = 20 });
        var running = crawl.RunAsync();
        await Eventually.HoldsAsync(
            async () => (await crawl.LookAsync(CancellationToken.None)).Discovery.Pause == DiscoveryPause.QueueFull, Bounds.Long, "sixty pages were found at once");
        first.SetResult();
        await Eventually.HoldsAsync(async () => (await crawl.LookAsync(CancellationToken.None)).Jobs.Deferred == 60, Bounds.Long, "what is found now waits outside");
        rest.SetResult();
        await running.WaitAsync(Bounds.Long);
        var end = await crawl.LookAsync(CancellationToken.None);
        end.Jobs.Should().BeEquivalentTo(new { Succeeded = 121, Queued = 0, Deferred = 0, Failed = 0 });
        Paths().Should().OnlyHaveUniqueItems().And.HaveCount(121);
        Site.VisitsTo("/77").Should().Be(1);
        end.Discovery.Pause.Should().Be(DiscoveryPause.None);
    }

    [Fact]
    public async Task ResumeAsync_StoppedWithPagesOutside_TakesThemUp()
    {
        // A site that nobody knows is asked for one page first: the second seed waits in line, which is all it should hold.
        var first = new TaskCompletionSource();
        var rest = new TaskCompletionSource();
        Site.Map("/", async context =>
        {
            await first.Task.WaitAsync(context.RequestAborted);
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync(string.Concat(Enumerable.Range(1, 50).Select(page => $"<a href=\"/{page}\">{page}</a>")));
        });
        foreach (var page in Enumerable.Range(1, 50))
            Link($"/{page}");
        Site.Map("/seed", async context => await rest.Task.WaitAsync(context.RequestAborted));

        await using (var crawl = await BeginAsync(
            Site.BaseUri, spec => spec with { Http = ["*"] }, options => options.Discovery = new DiscoveryOptions { PauseAt = 1 }, [Site.BaseUri, Site.UriOf("/seed")]))
        {
            var running = crawl.RunAsync();
            await Eventually.HoldsAsync(
                async () => (await crawl.LookAsync(CancellationToken.None)).Discovery.Pause == DiscoveryPause.QueueFull, Bounds.Long, "one page waits in line");
            first.SetResult();
            await Eventually.HoldsAsync(async () => (await crawl.LookAsync(CancellationToken.None)).Jobs is { Succeeded: > 0, Deferred: > 30 }, Bounds.Long, "what it links to waits outside");
            crawl.StopNow();
            await running.WaitAsync(Bounds.Long);
        }

        Link("/seed");
        await using (var crawl = await LocalCrawl.ResumeAsync(Folder.Combine("crawl"), Config(), new FarmOptions(), logging: null, CancellationToken.None))
        {
            await crawl.RunAsync().WaitAsync(Bounds.Long);
            (await crawl.LookAsync(CancellationToken.None)).Jobs.Should().BeEquivalentTo(new { Succeeded = 52, Deferred = 0, Failed = 0 });
        }
    }

    [Fact]
    public async Task RunAsync_PageThatFailsForGood_LeavesAPictureAndItsConsole()
    {
        Site.MapHtml("/", "<h1>broken</h1><script>console.warn('no data')</script>");

        await CrawlAsync(
            Site.BaseUri, spec => spec with { Page = new PageWish([PageFormat.Text], [], "#never") },
            options => options.Retry = new() { MaxAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(1) });

        var failure = JsonDocument.Parse(File.ReadAllLines(Folder.Combine("crawl/failures.ndjson")).Single()).RootElement;
        failure.GetProperty("class").GetString().Should().Be("selector-missing");
        var evidence = failure.GetProperty("evidence");
        evidence.GetProperty("url").GetString().Should().Be(Site.BaseUri.AbsoluteUri);
        evidence.GetProperty("console").EnumerateArray().Select(line => line.GetString()).Should().Equal("warning: no data");
        File.ReadAllBytes(Folder.Combine($"crawl/{evidence.GetProperty("screenshot").GetString()}")).Should().StartWith([0xFF, 0xD8, 0xFF]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_ThroughAProxy_AsksNobodyDirectly(bool http)
    {
        await using var proxy = await TestSite.StartAsync(CancellationToken.None);
        var asked = new ConcurrentQueue<string>();
        proxy.MapAll(async context =>
        {
            asked.Enqueue($"{context.Request.Host}{context.Request.Path} {context.Request.Headers.ProxyAuthorization}");
            if (context.Request.Headers.ProxyAuthorization.Count == 0)
            {
                context.Response.StatusCode = StatusCodes.Status407ProxyAuthenticationRequired;
                context.Response.Headers.ProxyAuthenticate = "Basic realm=\"test\"";
                return;
            }

            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync(context.Request.Path == "/robots.txt" ? "User-agent: *\nDisallow: /no" : "<title>by proxy</title>");
        });
        var config = Config();
        config.Context.Proxy = new ProxyProfile(proxy.BaseUri.AbsoluteUri.TrimEnd('/'), "me", "secret");

        await using var crawl = await LocalCrawl.BeginAsync(
            Folder.Combine("crawl"), Spec(new Uri("http://no-such-host.example/")) with { Http = http ? ["*"] : [] }, [CanonicalUrl.Parse("http://no-such-host.example/")],
            config, new FarmOptions(), logging: null, CancellationToken.None);
        await crawl.RunAsync().WaitAsync(Bounds.Long);

        Results().Single().GetProperty("title").GetString().Should().Be("by proxy");
        var credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes("me:secret"));
        asked.Should().Contain($"no-such-host.example/robots.txt Basic {credentials}").And.Contain($"no-such-host.example/ Basic {credentials}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_ProxyThatIsNotThere_IsOurTroubleAndNotTheSites(bool http)
    {
        using var closed = new TcpListener(IPAddress.Loopback, port: 0);
        closed.Start();
        var config = Config();
        config.Context.Proxy = new ProxyProfile($"http://{closed.LocalEndpoint}");
        closed.Stop();
        Link("/");

        await using var crawl = await LocalCrawl.BeginAsync(
            Folder.Combine("crawl"), Spec(Site.BaseUri) with { Http = http ? ["*"] : [], IgnoreRobots = true }, [CanonicalUrl.Parse(Site.BaseUri.AbsoluteUri)], config,
            new FarmOptions { Retry = new() { MaxAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(1) } }, logging: null, CancellationToken.None);
        await crawl.RunAsync().WaitAsync(Bounds.Long);

        (await crawl.FailuresAsync(1, CancellationToken.None)).Single().Failure.Class.Should().Be("proxy");
        Site.VisitsTo("/").Should().Be(0);
        (await crawl.LookAsync(CancellationToken.None)).Targets.Single().BlockedFor.Should().Be(TimeSpan.Zero);
    }
}
