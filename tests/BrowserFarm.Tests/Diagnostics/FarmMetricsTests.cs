using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Diagnostics;

[Collection(nameof(ListensToAllFarms))]
public sealed class FarmMetricsTests : IDisposable
{
    private readonly FarmMeter _farm = new();

    private FarmMetrics Metrics => _farm.Metrics;

    public void Dispose() => _farm.Dispose();

    [Fact]
    public async Task PageEnded_Succeeded_CountsItsTimesAndBytes()
    {
        Metrics.PageBegun(Engine.Browser);
        Metrics.PageEnded(Engine.Browser, AttemptEnds.Succeeded, failureClass: null, new PageTimings(FirstByte: 30, DomReady: 400, Settled: 900, Total: 1100), bytes: 5000);

        var samples = await _farm.SamplesAsync();

        samples["browserfarm_attempts_begun_total{engine=\"browser\"}"].Should().Be(1);
        samples["browserfarm_attempts_ended_total{engine=\"browser\",outcome=\"succeeded\"}"].Should().Be(1);
        samples["browserfarm_results_bytes_total{engine=\"browser\"}"].Should().Be(5000);
        samples["browserfarm_page_first_byte_seconds_sum{engine=\"browser\"}"].Should().Be(0.03);
        samples["browserfarm_page_first_byte_seconds_bucket{engine=\"browser\",le=\"0.025\"}"].Should().Be(0);
        samples["browserfarm_page_first_byte_seconds_bucket{engine=\"browser\",le=\"0.05\"}"].Should().Be(1);
        samples["browserfarm_page_load_seconds_sum{engine=\"browser\"}"].Should().Be(0.9);
        samples["browserfarm_page_total_seconds_sum{engine=\"browser\"}"].Should().Be(1.1);
        samples.Keys.Should().NotContain(key => key.StartsWith("browserfarm_attempts_failures", StringComparison.Ordinal) || key.StartsWith("browserfarm_jobs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PageEnded_InEveryWay_CountsRetriesDeadLettersAndTheProxy()
    {
        Metrics.PageEnded(Engine.Http, AttemptEnds.Retried, "http-503", timings: null, bytes: 0);
        Metrics.PageEnded(Engine.Http, AttemptEnds.Retried, "proxy", timings: null, bytes: 0);
        Metrics.PageEnded(Engine.Http, AttemptEnds.Failed, "http-404", timings: null, bytes: 0);
        Metrics.PageEnded(Engine.Http, AttemptEnds.GivenBack, "http-429", timings: null, bytes: 0);
        Metrics.PageEnded(Engine.Http, AttemptEnds.Cancelled, failureClass: null, timings: null, bytes: 0);

        var samples = await _farm.SamplesAsync();

        samples.Should().Equal(new Dictionary<string, double>(samples.Where(sample => !sample.Key.EndsWith("_total", StringComparison.Ordinal) && !sample.Key.Contains("_total{")))
        {
            ["browserfarm_attempts_ended_total{engine=\"http\",outcome=\"retried\"}"] = 2,
            ["browserfarm_attempts_ended_total{engine=\"http\",outcome=\"failed\"}"] = 1,
            ["browserfarm_attempts_ended_total{engine=\"http\",outcome=\"given-back\"}"] = 1,
            ["browserfarm_attempts_ended_total{engine=\"http\",outcome=\"cancelled\"}"] = 1,
            ["browserfarm_attempts_failures_total{class=\"http-5xx\",engine=\"http\"}"] = 1,
            ["browserfarm_attempts_failures_total{class=\"proxy\",engine=\"http\"}"] = 1,
            ["browserfarm_attempts_failures_total{class=\"http-4xx\",engine=\"http\"}"] = 2,
            ["browserfarm_jobs_retries_total{engine=\"http\"}"] = 2,
            ["browserfarm_jobs_dead_letters_total{class=\"http-4xx\",engine=\"http\"}"] = 1,
            ["browserfarm_proxy_errors_total{engine=\"http\"}"] = 1,
        });
    }

    [Fact]
    public async Task LimiterAndClaims_AreCounted()
    {
        Metrics.LimitCut();
        Metrics.TargetBlocked();
        Metrics.ClaimsLost(3);
        Metrics.ClaimFenced();

        var samples = await _farm.SamplesAsync();

        samples["browserfarm_limiter_cuts_total"].Should().Be(1);
        samples["browserfarm_limiter_blocks_total"].Should().Be(1);
        samples["browserfarm_claims_lost_total"].Should().Be(3);
        samples["browserfarm_claims_fenced_total"].Should().Be(1);
    }

    [Fact]
    public async Task PageEnded_AnyWords_NeverMakesMoreSeriesThanThereAreWords()
    {
        for (var i = 0; i < 5000; i++)
            Metrics.PageEnded(Engine.Browser, $"outcome {i}", $"https://secret.example/{i}", timings: null, bytes: 0);

        var text = await _farm.TextAsync();

        text.Should().NotContain("secret");
        (await _farm.SamplesAsync()).Keys.Where(key => key.StartsWith("browserfarm_attempts", StringComparison.Ordinal)).Should().BeEquivalentTo(
            "browserfarm_attempts_ended_total{engine=\"browser\",outcome=\"other\"}", "browserfarm_attempts_failures_total{class=\"other\",engine=\"browser\"}");
    }
}
