using BrowserFarm.IntegrationTests.Diagnostics;
using TestKit;

namespace BrowserFarm.IntegrationTests.Api;

/// <summary>The metrics of a running service, read by Prometheus' own programs.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class MetricsApiTests : ServiceTest
{
    [PrometheusToolFact("promtool")]
    public async Task Metrics_OfAServiceThatCrawled_PassPromtool()
    {
        Link("/");
        await UntilAsync(await BeginAsync(new { urls = new[] { Site.BaseUri.AbsoluteUri } }), "finished");

        var (exitCode, output) = await PrometheusServer.RunAsync("promtool", ["check", "metrics"], await Client.GetStringAsync("/metrics"));

        output.Should().BeEmpty();
        exitCode.Should().Be(0);
    }

    [PrometheusToolFact("prometheus")]
    public async Task Numbers_OfACrawl_AreTheSameInPrometheusApiAndResults()
    {
        Link("/", "/a", "/b", "/gone");
        Link("/a");
        Link("/b");
        Site.MapStatus("/gone", 404);
        await using var prometheus = await PrometheusServer.StartAsync(Client.BaseAddress!.Port);
        var crawl = await BeginAsync(new { urls = new[] { Site.BaseUri.AbsoluteUri } });

        var ended = await UntilAsync(crawl, "finished");

        var results = await ResultsAsync(crawl);
        (Pages(ended, "succeeded"), Pages(ended, "failed"), results.Count).Should().Be((3, 1, 3));
        await Eventually.HoldsAsync(async () => await prometheus.AskAsync("sum(browserfarm_attempts_ended_total)") == 4, Bounds.Long, "every page is counted");
        (await prometheus.AskAsync("sum(browserfarm_attempts_ended_total{outcome=\"succeeded\"})")).Should().Be(3);
        (await prometheus.AskAsync("sum(browserfarm_attempts_ended_total{outcome=\"failed\"})")).Should().Be(1);
        (await prometheus.AskAsync("sum(browserfarm_jobs_dead_letters_total{class=\"http-4xx\"})")).Should().Be(1);
        await Eventually.HoldsAsync(async () => await prometheus.AskAsync("sum(browserfarm_queue_jobs)") == 0, Bounds.Long, "nothing waits any more");
        (await prometheus.AskAsync("browserfarm_ready")).Should().Be(1);
    }
}
