using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using Microsoft.Extensions.DependencyInjection;
using TestKit;

namespace BrowserFarm.IntegrationTests.Diagnostics;

/// <summary>Prometheus' own programs read what we write.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class PrometheusTests
{
    private static readonly string Deploy = Path.Join(RepositoryRoot.Path, "deploy", "prometheus");

    [PrometheusToolFact("promtool")]
    public async Task CheckMetrics_LiveAnswer_FindsNothingToSay()
    {
        await using var server = await StartBusyFarmAsync();
        var text = await server.Client.GetStringAsync("/metrics");

        var (exitCode, output) = await PrometheusServer.RunAsync("promtool", ["check", "metrics"], text);

        output.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("browserfarm_pool_leases_lost_total{").And.Contain("dotnet_");
    }

    [PrometheusToolFact("promtool")]
    public async Task CheckConfig_AsDeployed_IsRight()
    {
        // The token is a secret and lies beside the configuration only where it runs.
        using var folder = new TempFolder();
        foreach (var file in new[] { "prometheus.yml", "browserfarm.rules.yml" })
            File.Copy(Path.Join(Deploy, file), folder.Combine(file));
        await File.WriteAllTextAsync(folder.Combine("metrics-token"), "bf_x");

        var (exitCode, output) = await PrometheusServer.RunAsync("promtool", ["check", "config", folder.Combine("prometheus.yml")]);

        exitCode.Should().Be(0, output);
        (exitCode, output) = await PrometheusServer.RunAsync("promtool", ["check", "rules", Path.Join(Deploy, "browserfarm.rules.yml")]);
        exitCode.Should().Be(0, output);
    }

    [PrometheusToolFact("promtool")]
    public async Task TestRules_EveryAlert_FiresWhenItShould()
    {
        var (exitCode, output) = await PrometheusServer.RunAsync("promtool", ["test", "rules", Path.Join(Deploy, "browserfarm.rules.test.yml")]);

        exitCode.Should().Be(0, output);
    }

    /// <summary>The whole way: a server scrapes us in the format that it likes best, and answers queries.</summary>
    [PrometheusToolFact("prometheus")]
    public async Task Server_ScrapesUs_AndAnswers()
    {
        await using var server = await StartBusyFarmAsync();
        await using var prometheus = await PrometheusServer.StartAsync(server.Client.BaseAddress!.Port);

        await Eventually.HoldsAsync(async () => await prometheus.AskAsync("up{job=\"browserfarm\"}") == 1, Bounds.Medium, "the server scrapes");

        (await prometheus.AskAsync("browserfarm_pipeline_state{state=\"flowing\"}")).Should().Be(1);
        (await prometheus.AskAsync("sum(browserfarm_queue_jobs)")).Should().Be(43);
        (await prometheus.AskAsync("sum(browserfarm_attempts_ended_total{outcome=\"failed\"})")).Should().Be(1);
        (await prometheus.AskAsync("histogram_quantile(0.5, sum by (le) (browserfarm_page_total_seconds_bucket))")).Should().BeInRange(1, 2.5);
        (await prometheus.AskAsync("browserfarm_ready * on (job, instance) group_left (service_name) target_info{service_name=\"browserfarm\"}")).Should().Be(1);
    }

    private static async Task<MetricsServer> StartBusyFarmAsync()
    {
        var server = await MetricsServer.StartFarmAsync();
        var metrics = server.Services.GetRequiredService<FarmMetrics>();
        metrics.Show(SampleFarm.Gauges);
        metrics.PageBegun(Engine.Browser);
        metrics.PageEnded(Engine.Browser, AttemptEnds.Succeeded, failureClass: null, new PageTimings(30, 400, 900, 1100), bytes: 5000);
        metrics.PageEnded(Engine.Http, AttemptEnds.Failed, "http-404", timings: null, bytes: 0);
        using var pool = new PoolMetrics();
        pool.LeaseGranted(TimeSpan.FromSeconds(1));
        pool.LeaseLost(LeaseLoss.PageHung);
        return server;
    }
}
