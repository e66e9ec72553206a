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
        using var wrong = await Client.GetAsync("/v1/crawls/shop/jobs?state=done");
        (await JsonOf(wrong, HttpStatusCode.BadRequest)).ToString().Should().Contain("succeeded").And.Contain("deferred");
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
