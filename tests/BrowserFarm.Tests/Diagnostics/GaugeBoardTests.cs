using BrowserFarm.Diagnostics;
using BrowserFarm.Operations;
using BrowserFarm.Scheduling;
using TestKit;

namespace BrowserFarm.Tests.Diagnostics;

[Collection(nameof(ListensToAllFarms))]
public sealed class GaugeBoardTests : IDisposable
{
    private readonly FarmMeter _farm = new();

    public void Dispose() => _farm.Dispose();

    [Fact]
    public async Task Show_Everything_IsToldWithEveryMemberOfEveryTag()
    {
        _farm.Metrics.Show(SampleFarm.Gauges);

        (await GaugesAsync()).Should().BeEquivalentTo(new Dictionary<string, double>
        {
            ["browserfarm_ready"] = 1,
            ["browserfarm_queue_jobs{lane=\"urgent\",state=\"waiting\"}"] = 1,
            ["browserfarm_queue_jobs{lane=\"urgent\",state=\"deferred\"}"] = 0,
            ["browserfarm_queue_jobs{lane=\"normal\",state=\"waiting\"}"] = 40,
            ["browserfarm_queue_jobs{lane=\"normal\",state=\"deferred\"}"] = 2,
            ["browserfarm_queue_jobs{lane=\"background\",state=\"waiting\"}"] = 0,
            ["browserfarm_queue_jobs{lane=\"background\",state=\"deferred\"}"] = 0,
            ["browserfarm_queue_running{engine=\"browser\"}"] = 3,
            ["browserfarm_queue_running{engine=\"http\"}"] = 0,
            ["browserfarm_queue_oldest_age_seconds"] = 90,
            ["browserfarm_queue_drain_seconds"] = 14,
            ["browserfarm_flow_discovered_per_second"] = 2,
            ["browserfarm_flow_fetched_per_second"] = 5,
            ["browserfarm_flow_growth_per_second"] = -3,
            ["browserfarm_discovery_paused{reason=\"queue_full\"}"] = 1,
            ["browserfarm_discovery_paused{reason=\"retries\"}"] = 0,
            ["browserfarm_discovery_paused_targets"] = 1,
            ["browserfarm_workers_active{engine=\"browser\"}"] = 2,
            ["browserfarm_workers_active{engine=\"http\"}"] = 0,
            ["browserfarm_workers_limit{engine=\"browser\"}"] = 4,
            ["browserfarm_workers_limit{engine=\"http\"}"] = 0,
            ["browserfarm_workers_bound{bound=\"growing\"}"] = 1,
            ["browserfarm_workers_bound{bound=\"capacity\"}"] = 0,
            ["browserfarm_workers_bound{bound=\"demand\"}"] = 0,
            ["browserfarm_workers_bound{bound=\"processor\"}"] = 0,
            ["browserfarm_workers_bound{bound=\"memory\"}"] = 0,
            ["browserfarm_workers_bound{bound=\"latency\"}"] = 0,
            ["browserfarm_workers_bound{bound=\"errors\"}"] = 0,
            ["browserfarm_contexts_in_use"] = 3,
            ["browserfarm_contexts_capacity"] = 5,
            ["browserfarm_contexts_bound{bound=\"memory\"}"] = 1,
            ["browserfarm_contexts_bound{bound=\"processor\"}"] = 0,
            ["browserfarm_contexts_bound{bound=\"configured\"}"] = 0,
            ["browserfarm_contexts_bound{bound=\"pressure\"}"] = 0,
            ["browserfarm_targets_known"] = 7,
            ["browserfarm_targets_blocked"] = 1,
            ["browserfarm_pipeline_state{state=\"idle\"}"] = 0,
            ["browserfarm_pipeline_state{state=\"flowing\"}"] = 1,
            ["browserfarm_pipeline_state{state=\"throttled\"}"] = 0,
            ["browserfarm_pipeline_state{state=\"starved\"}"] = 0,
            ["browserfarm_pipeline_state{state=\"stalled\"}"] = 0,
        });
    }

    [Fact]
    public async Task Show_StateThatChanges_LeavesNoOldOneBehind()
    {
        _farm.Metrics.Show(SampleFarm.Gauges);
        await _farm.SamplesAsync();

        _farm.Metrics.Show(SampleFarm.Gauges with
        {
            Pipeline = OneHot.Of(PipelineState.Stalled),
            DiscoveryPause = OneHot.Of(DiscoveryPause.None, DiscoveryPause.None),
            Lanes = [],
            Drain = null,
        });
        var samples = await _farm.SamplesAsync();

        samples.Where(sample => sample.Key.StartsWith("browserfarm_pipeline_state", StringComparison.Ordinal) && sample.Value != 0).Should().ContainSingle().Which.Key.Should().Contain("stalled");
        samples.Where(sample => sample.Key.StartsWith("browserfarm_discovery_paused{", StringComparison.Ordinal)).Should().HaveCount(2).And.OnlyContain(sample => sample.Value == 0);
        samples["browserfarm_queue_jobs{lane=\"normal\",state=\"waiting\"}"].Should().Be(0);
        samples["browserfarm_queue_drain_seconds"].Should().Be(double.NaN, "it does not empty");
    }

    [Fact]
    public async Task Show_NothingForLong_IsNotReadyAndKnowsNothing()
    {
        (await _farm.SamplesAsync())["browserfarm_ready"].Should().Be(0, "nobody has looked yet");
        _farm.Metrics.Show(SampleFarm.Gauges);
        _farm.Clock.Advance(GaugeBoard.FreshFor);
        (await _farm.SamplesAsync())["browserfarm_ready"].Should().Be(1);

        _farm.Clock.Advance(TimeSpan.FromSeconds(1));
        var samples = await GaugesAsync();

        samples["browserfarm_ready"].Should().Be(0);
        samples.Where(sample => sample.Key != "browserfarm_ready").Should().HaveCountGreaterThan(35).And.OnlyContain(sample => double.IsNaN(sample.Value));
    }

    [Fact]
    public async Task Show_FirstTime_BeginsCountersWithZero()
    {
        _farm.Metrics.Show(SampleFarm.Gauges);
        _farm.Metrics.ClaimsLost(2);
        _farm.Metrics.Show(SampleFarm.Gauges);

        var counters = (await _farm.SamplesAsync()).Where(IsCounter).ToDictionary();

        counters["browserfarm_attempts_ended_total{engine=\"http\",outcome=\"failed\"}"].Should().Be(0);
        counters["browserfarm_limiter_blocks_total"].Should().Be(0);
        counters["browserfarm_claims_lost_total"].Should().Be(2);
    }

    private async Task<Dictionary<string, double>> GaugesAsync() => (await _farm.SamplesAsync()).Where(sample => !IsCounter(sample)).ToDictionary();

    private static bool IsCounter(KeyValuePair<string, double> sample) =>
        sample.Key.Split('{')[0].EndsWith("_total", StringComparison.Ordinal);
}
