using System.Net;
using System.Text.Json;
using BrowserFarm.IntegrationTests.Diagnostics;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Api;

/// <summary>Crawls asked for over HTTP and read in real browsers.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class CrawlApiTests : ServiceTest
{
    [Fact]
    public async Task Crawl_FromRequestToResults_AgreesEverywhere()
    {
        Link("/", "/a", "/b", "/gone");
        Link("/a");
        Link("/b");
        Site.MapStatus("/gone", 404);

        var crawl = await BeginAsync(new { urls = new[] { Site.BaseUri.AbsoluteUri }, page = new { formats = new[] { "text" }, fields = new { title = new { css = "title" } } } });
        var ended = await UntilAsync(crawl, "finished");

        (Pages(ended, "succeeded"), Pages(ended, "failed"), Pages(ended, "total")).Should().Be((3, 1, 4));
        var results = await ResultsAsync(crawl);
        results.Select(result => result.GetProperty("fields").GetProperty("title").GetString()).Should().BeEquivalentTo(["/", "/a", "/b"]);
        (await AskAsync($"/v1/crawls/{crawl}/jobs")).GetProperty("items").GetArrayLength().Should().Be(4);
        var letters = (await AskAsync($"/v1/dead-letters?crawl={crawl}")).GetProperty("items");
        letters.EnumerateArray().Should().ContainSingle().Which.GetProperty("class").GetString().Should().Be("http-404");
        await Eventually.HoldsAsync(async () => Pages(await AskAsync("/v1/queue"), "total") == 4, Bounds.Long, "the farm is looked at once a second");
        (await Client.GetStringAsync($"/v1/crawls/{crawl}/results?format=csv")).Split("\r\n").Should().HaveCount(5, "a head, three results, and an end of line");
        (await Client.GetStringAsync("/metrics")).Should().MatchRegex("browserfarm_attempts_ended_total\\{[^}]*succeeded[^}]*\\} 3\\b");
    }

    [Fact]
    public async Task Cancel_WithHangingPages_EndsTheWaitingAndClosesTheOpenOnesInTwoSeconds()
    {
        using var never = new CancellationTokenSource();
        Site.Map("/hang", async context => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).WaitAsync(never.Token));
        Site.MapAll(async context => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).WaitAsync(never.Token));
        var crawl = await BeginAsync(new { urls = Enumerable.Range(0, 300).Select(page => Site.UriOf($"/hang?{page}").AbsoluteUri), maxPages = 400, ignoreRobots = true });
        await UntilAsync(crawl, seen => Pages(seen, "running") > 0, "a page is open");

        var began = TimeProvider.System.GetTimestamp();
        using var answer = await Client.PostAsync($"/v1/crawls/{crawl}/cancel", null);
        var took = TimeProvider.System.GetElapsedTime(began);

        var report = await JsonOf(answer, HttpStatusCode.OK);
        took.Should().BeLessThan(TimeSpan.FromSeconds(3), "waiting ends at once, and open pages are closed within two seconds");
        (report.GetProperty("waiting").GetInt32() + report.GetProperty("running").GetInt32()).Should().Be(300);
        report.GetProperty("running").GetInt32().Should().BePositive();
        var seen = await UntilAsync(crawl, now => Pages(now, "running") == 0, "every page is closed");
        (Pages(seen, "cancelled"), Pages(seen, "waiting")).Should().Be((300, 0));
        using var again = await PostAsync($"/v1/crawls/{crawl}/pages", new { urls = new[] { Site.UriOf("/more").AbsoluteUri } });
        (await JsonOf(again, HttpStatusCode.Conflict)).GetProperty("type").GetString().Should().EndWith(":crawl-cancelled");
        await never.CancelAsync();
    }

    [Fact]
    public async Task Crawl_WithSitemaps_ReadsWhatTheyListAndIsFinishedThen()
    {
        Link("/");
        Link("/listed");
        Site.MapText("/sitemap.xml", $"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{Site.UriOf("/listed").AbsoluteUri}</loc></url></urlset>", "application/xml");

        var crawl = await BeginAsync(new { urls = new[] { Site.BaseUri.AbsoluteUri }, sitemaps = true });
        await UntilAsync(crawl, seen => Pages(seen, "succeeded") == 2 && seen.GetProperty("state").GetString() == "finished", "both pages are read");

        (await ResultsAsync(crawl)).Select(result => new Uri(result.GetProperty("url").GetString()!).AbsolutePath).Should().BeEquivalentTo("/", "/listed");
    }

    [Fact]
    public async Task Pause_ThenResume_ReadsNothingBetween()
    {
        Link("/", [.. Enumerable.Range(0, 30).Select(page => $"/{page}")]);
        Site.MapAll(async context =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<title>x</title>");
        });
        var crawl = await BeginAsync(new { urls = new[] { Site.BaseUri.AbsoluteUri } });
        await UntilAsync(crawl, seen => Pages(seen, "succeeded") > 2, "it reads");

        using var paused = await Client.PostAsync($"/v1/crawls/{crawl}/pause", null);
        paused.StatusCode.Should().Be(HttpStatusCode.OK);
        var seen = await UntilAsync(crawl, now => Pages(now, "running") == 0, "open pages are read to their end");
        seen.GetProperty("state").GetString().Should().Be("paused");
        var read = Pages(seen, "succeeded");
        read.Should().BeLessThan(31);

        using var resumed = await Client.PostAsync($"/v1/crawls/{crawl}/resume", null);
        resumed.StatusCode.Should().Be(HttpStatusCode.OK);
        Pages(await UntilAsync(crawl, "finished"), "succeeded").Should().Be(31);
    }

    [Fact]
    public async Task Stop_WithRunningPages_ReturnsThemAndTheNextStartFinishesEachOnce()
    {
        Site.MapAll(async context =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System);
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<title>x</title>");
        });
        var crawl = await BeginAsync(new { urls = Enumerable.Range(0, 20).Select(page => Site.UriOf($"/{page}").AbsoluteUri), maxDepth = 0, ignoreRobots = true });
        await UntilAsync(crawl, seen => Pages(seen, "running") > 0 && Pages(seen, "succeeded") > 0, "it is in the midst of it");

        await StopAsync();
        await StartAsync();

        Pages(await UntilAsync(crawl, "finished"), "succeeded").Should().Be(20);
        var results = await ResultsAsync(crawl);
        results.Select(result => result.GetProperty("url").GetString()).Should().OnlyHaveUniqueItems().And.HaveCount(20);
    }

    [Fact]
    public async Task Begin_TwiceWithOneKey_BeginsOneCrawl()
    {
        Link("/");
        var request = new { urls = new[] { Site.BaseUri.AbsoluteUri } };

        using var first = await PostAsync("/v1/crawls", request, key: "order 66");
        using var second = await PostAsync("/v1/crawls", request, key: "order 66");
        using var other = await PostAsync("/v1/crawls", new { urls = request.urls, maxPages = 7 }, key: "order 66");

        var id = (await JsonOf(first, HttpStatusCode.Created)).GetProperty("id").GetString();
        (await JsonOf(second, HttpStatusCode.Created)).GetProperty("id").GetString().Should().Be(id);
        (await JsonOf(other, HttpStatusCode.UnprocessableEntity)).GetProperty("type").GetString().Should().EndWith(":idempotency-key-reused");
        (await AskAsync("/v1/crawls")).GetProperty("items").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task Pages_AsLinesWithABadOne_TakesTheOthersAndTellsTheLine()
    {
        Link("/");
        var crawl = await BeginAsync(new { urls = new[] { Site.BaseUri.AbsoluteUri }, maxDepth = 0, maxPages = 100_000 });
        await Client.PostAsync($"/v1/crawls/{crawl}/pause", null);

        using var answer = await Client.PostAsync($"/v1/crawls/{crawl}/pages", Lines(
            Site.UriOf("/1").AbsoluteUri, $$"""{"url":"{{Site.UriOf("/2").AbsoluteUri}}"}""", "no address", $"\"{Site.UriOf("/1").AbsoluteUri}\"", "", "http://10.0.0.1/", """{"url":"http://x.example/","more":1}""", new string('x', 100_000)));

        var added = await JsonOf(answer, HttpStatusCode.OK);
        (added.GetProperty("accepted").GetInt32(), added.GetProperty("duplicates").GetInt32(), added.GetProperty("rejected").GetInt32()).Should().Be((2, 1, 4));
        added.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("line").GetInt32()).Should().Equal(3, 6, 7, 8);
    }

    [Fact]
    public async Task Events_OfACrawl_TellItsProgressAndItsEnd()
    {
        Link("/", "/a");
        Link("/a");
        var crawl = await BeginAsync(new { urls = new[] { Site.BaseUri.AbsoluteUri } });

        using var stream = new StreamReader(await Client.GetStreamAsync($"/v1/crawls/{crawl}/events"));
        var events = (await stream.ReadToEndAsync().WaitAsync(Bounds.Long)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        events.Should().OnlyContain(one => one.StartsWith("event: progress\n", StringComparison.Ordinal) || one.StartsWith("event: end\n", StringComparison.Ordinal));
        var last = JsonDocument.Parse(events[^1].Split("data: ")[1]).RootElement;
        (last.GetProperty("state").GetString(), Pages(last, "succeeded")).Should().Be(("finished", 2));
    }

    [Fact]
    public async Task DeadLetters_PutBackInLine_AreReadWhenTheSiteIsWellAgain()
    {
        var isIll = true;
        Site.Map("/", context =>
        {
            context.Response.StatusCode = isIll ? 404 : 200;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<title>well</title>");
        });
        var crawl = await BeginAsync(new { urls = new[] { Site.BaseUri.AbsoluteUri } });
        Pages(await UntilAsync(crawl, "finished"), "failed").Should().Be(1);
        isIll = false;

        using var answer = await PostAsync("/v1/dead-letters/requeue", new { crawl, @class = "http-404" });

        (await JsonOf(answer, HttpStatusCode.OK)).GetProperty("requeued").GetInt32().Should().Be(1);
        Pages(await UntilAsync(crawl, seen => Pages(seen, "succeeded") == 1, "it is read"), "failed").Should().Be(0);
    }

    [Fact]
    public async Task Results_AskedForAgainWithTheirTag_AreNotSentTwice()
    {
        Link("/");
        var crawl = await BeginAsync(new { urls = new[] { Site.BaseUri.AbsoluteUri } });
        await UntilAsync(crawl, "finished");
        using var first = await Client.GetAsync($"/v1/crawls/{crawl}/results");
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/crawls/{crawl}/results");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await Client.SendAsync(request);
        using var after = await Client.GetAsync($"/v1/crawls/{crawl}/results?cursor={first.Headers.GetValues("Farm-Cursor").Single()}");

        second.StatusCode.Should().Be(HttpStatusCode.NotModified);
        (await after.Content.ReadAsStringAsync()).Should().BeEmpty("nothing came after the last one");
    }

    [Fact]
    public async Task Visitor_OfACrawl_IsItsOwnInBothEngines()
    {
        var seen = new List<string>();
        Site.MapAll(context =>
        {
            lock (seen)
                seen.Add($"{context.Request.Path} {context.Request.Headers["X-Who"]} {context.Request.Cookies["who"]}");
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<title>x</title>");
        });
        foreach (var (engine, who) in new[] { ("browser", "one"), ("http", "two") })
        {
            var crawl = await BeginAsync(new
            {
                urls = new[] { Site.UriOf($"/{who}").AbsoluteUri },
                engine,
                maxDepth = 0,
                visitor = new { headers = new Dictionary<string, string> { ["X-Who"] = who }, cookies = new { who } },
            });
            await UntilAsync(crawl, "finished");
            (await AskAsync($"/v1/crawls/{crawl}")).GetProperty("spec").ToString().Should().NotContain($"\"{who}\"", "values of headers and cookies are not told");
        }

        seen.Should().Contain("/one one one").And.Contain("/two two two");
    }
}
