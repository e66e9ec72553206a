using System.Diagnostics;
using System.Net;
using System.Text.Json;
using BrowserFarm.IntegrationTests.Api;
using BrowserFarm.IntegrationTests.Diagnostics;
using TestKit;

namespace BrowserFarm.IntegrationTests.Dashboard;

/// <summary>What the API tells for the sake of the dashboard.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class DashboardApiTests : ServiceTest
{
    [Fact]
    public async Task Lists_OfAFinishedCrawl_AreFilteredAndCounted()
    {
        Link("/", "/a", "/b", "/gone");
        Link("/a");
        Site.MapStatus("/b", 400);
        await BeginAsync(new { name = "shop", urls = new[] { Site.UriOf("/").AbsoluteUri }, ignoreRobots = true });
        await BeginAsync(new { name = "other", urls = new[] { Site.UriOf("/a").AbsoluteUri }, ignoreRobots = true });
        await UntilAsync("shop", "finished");
        await UntilAsync("other", "finished");

        (await ItemsAsync("/v1/crawls?name=HO", "id")).Should().Equal("shop");
        (await ItemsAsync("/v1/crawls/shop/jobs?state=failed", "class")).Should().BeEquivalentTo("http-400", "http-404");
        (await ItemsAsync("/v1/crawls/shop/jobs?url=/a", "url")).Should().Equal(Site.UriOf("/a").AbsoluteUri);
        (await ItemsAsync("/v1/crawls/shop/jobs?state=waiting", "url")).Should().BeEmpty();
        (await ItemsAsync("/v1/dead-letters/classes", "class")).Should().BeEquivalentTo("http-400", "http-404");
        (await ItemsAsync("/v1/dead-letters/classes?crawl=other", "class")).Should().BeEmpty();
        (await AskAsync("/v1/dead-letters/classes")).GetProperty("totals").EnumerateArray().Select(total => total.GetProperty("count").GetInt64()).Should().Equal(1, 1);
        using var wrong = await Client.GetAsync("/v1/crawls/shop/jobs?state=done");
        (await JsonOf(wrong, HttpStatusCode.BadRequest)).ToString().Should().Contain("succeeded").And.Contain("deferred");
    }

    [Fact]
    public async Task DeadLetters_OfAllCrawls_ArePagedFilteredAndPutBackButForCancelledOnes()
    {
        foreach (var name in new[] { "one", "two", "three" })
        {
            Site.MapStatus($"/{name}/bad", 400);
            Site.MapStatus($"/{name}/gone", 404);
            await BeginAsync(new { name, urls = new[] { Site.UriOf($"/{name}/bad").AbsoluteUri, Site.UriOf($"/{name}/gone").AbsoluteUri }, ignoreRobots = true });
            await UntilAsync(name, "finished");
        }

        (await ItemsAsync("/v1/dead-letters", "crawl")).Should().Equal("one", "one", "two", "two", "three", "three");
        (await ItemsAsync("/v1/dead-letters?class=http-404", "url")).Should().Equal(new[] { "one", "two", "three" }.Select(name => Site.UriOf($"/{name}/gone").AbsoluteUri));
        var page = await AskAsync("/v1/dead-letters?class=http-404&limit=2");
        (await ItemsAsync($"/v1/dead-letters?class=http-404&limit=2&cursor={page.GetProperty("next").GetString()}", "crawl")).Should().Equal("three");
        (await PostAsync("/v1/crawls/three/cancel", new { })).Dispose();

        using var nobodys = await PostAsync("/v1/dead-letters/requeue", new { @class = "http-404" });
        using var both = await PostAsync("/v1/dead-letters/requeue", new { allCrawls = true, crawl = "one" });
        using var all = await PostAsync("/v1/dead-letters/requeue", new { allCrawls = true, @class = "http-404" });

        (await JsonOf(nobodys, HttpStatusCode.UnprocessableEntity)).ToString().Should().Contain("allCrawls");
        both.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        var done = await JsonOf(all, HttpStatusCode.OK);
        done.GetProperty("requeued").GetInt64().Should().Be(2);
        done.GetProperty("ofCancelledCrawls").GetInt64().Should().Be(1, "nothing of a cancelled crawl is begun again");
    }

    [Fact]
    public async Task Contexts_AfterACrawl_AreToldOneByOne()
    {
        Link("/");
        await BeginAsync(new { name = "shop", urls = new[] { Site.UriOf("/").AbsoluteUri }, ignoreRobots = true });
        await UntilAsync("shop", "finished");
        JsonElement contexts = default;
        await Eventually.HoldsAsync(
            async () => (contexts = await AskAsync("/v1/pool/contexts")).GetProperty("items").EnumerateArray().Any(context => context.GetProperty("state").GetString() == "warm"),
            Bounds.Medium, "the context that read the page is kept warm");

        var warm = contexts.GetProperty("items").EnumerateArray().Single(context => context.GetProperty("state").GetString() == "warm");
        warm.GetProperty("owner").GetString().Should().Be("crawl shop");
        warm.GetProperty("leases").GetInt32().Should().Be(1);
        contexts.GetProperty("more").GetInt32().Should().Be(0);
        await Eventually.HoldsAsync(
            async () => (await AskAsync("/v1/pool")).GetProperty("ends").EnumerateArray().Any(end => end.GetProperty("of").GetString() == "context" && end.GetProperty("reason").GetString() == "used"),
            Bounds.Medium, "the context that the self-audit took was its own, and is closed");
    }

    [Fact]
    public async Task History_AfterACrawl_HasColumnsOfOneLength()
    {
        Link("/");
        await BeginAsync(new { name = "shop", urls = new[] { Site.UriOf("/").AbsoluteUri }, ignoreRobots = true });
        await UntilAsync("shop", "finished");
        JsonElement history = default;
        await Eventually.HoldsAsync(
            async () => (history = await AskAsync("/v1/history")).GetProperty("targets").GetArrayLength() == 1 && history.GetProperty("succeeded").EnumerateArray().Last().GetInt64() == 1,
            Bounds.Medium, "the page that was read and its target are looked at");

        var length = history.GetProperty("at").GetArrayLength();
        history.EnumerateObject().Concat(history.GetProperty("targets")[0].EnumerateObject()).Where(member => member.Name is not ("targets" or "target"))
            .Should().OnlyContain(member => member.Value.GetArrayLength() == length);
        history.GetProperty("targets")[0].GetProperty("answered").EnumerateArray().Last().GetInt64().Should().Be(1);
        (await AskAsync("/v1/pool")).GetProperty("totals").GetProperty("contextsOpened").GetInt64().Should().BePositive();
    }

    [Fact]
    public async Task Stop_WhileSomebodyListens_EndsTheirStreamsAndDoesNotWaitForThem()
    {
        await using var events = await Client.GetStreamAsync("/v1/events");
        using var reader = new StreamReader(events);
        (await reader.ReadLineAsync()).Should().Be("event: farm");
        var began = Stopwatch.GetTimestamp();

        await Server.StopAsync();

        (await reader.ReadToEndAsync()).Should().NotBeNull("the stream is ended and not broken off");
        Stopwatch.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(15), "the service would wait 22 s for an answer that does not end");
    }

    private async Task<IEnumerable<string?>> ItemsAsync(string path, string member) =>
        (await AskAsync(path)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty(member).GetString());
}
