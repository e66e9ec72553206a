using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using Microsoft.Extensions.DependencyInjection;
using TestKit;

namespace BrowserFarm.IntegrationTests.Diagnostics;

/// <summary>Prometheus' own programs read what we write.</summary>
public sealed class PrometheusTests
{
    private static readonly string Deploy = Path.Join(RepositoryRoot.Path, "deploy", "prometheus");

    [PrometheusToolFact("promtool")]
    public async Task CheckMetrics_LiveAnswer_FindsNothingToSayOfOurs()
    {
        await using var server = await StartBusyFarmAsync();
        var text = await server.Client.GetStringAsync("/metrics");

        var (exitCode, output) = await RunAsync("promtool", ["check", "metrics"], text);

        // The runtime's own names (dotnet_..._count) are not ours to choose, and promtool would choose others.
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("dotnet_", StringComparison.Ordinal)).Should().BeEmpty();
        exitCode.Should().BeOneOf([0, 3], "3 is said for remarks about names; what cannot be read is 1");
        text.Should().Contain("browserfarm_pool_leases_lost_total{").And.Contain("dotnet_");
    }

    [PrometheusToolFact("promtool")]
    public async Task CheckConfig_AsDeployed_IsRight()
    {
        var (exitCode, output) = await RunAsync("promtool", ["check", "config", Path.Join(Deploy, "prometheus.yml")]);

        exitCode.Should().Be(0, output);
        (exitCode, output) = await RunAsync("promtool", ["check", "rules", Path.Join(Deploy, "browserfarm.rules.yml")]);
        exitCode.Should().Be(0, output);
    }

    [PrometheusToolFact("promtool")]
    public async Task TestRules_EveryAlert_FiresWhenItShould()
    {
        var (exitCode, output) = await RunAsync("promtool", ["test", "rules", Path.Join(Deploy, "browserfarm.rules.test.yml")]);

        exitCode.Should().Be(0, output);
    }

    /// <summary>The whole way: a server scrapes us in the format that it likes best, and answers queries.</summary>
    [PrometheusToolFact("prometheus")]
    public async Task Server_ScrapesUs_AndAnswers()
    {
        await using var server = await StartBusyFarmAsync();
        using var folder = new TempFolder();
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Join(folder.Path, "prometheus.yml"), $"""
            global: {"{"} scrape_interval: 200ms, scrape_timeout: 200ms {"}"}
            scrape_configs:
              - job_name: browserfarm
                static_configs: [{"{"} targets: ["127.0.0.1:{server.Client.BaseAddress!.Port}"] {"}"}]
            """);
        using var prometheus = Start("prometheus", [
            $"--config.file={folder.Path}/prometheus.yml", $"--storage.tsdb.path={folder.Path}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]);
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/") };

            await Eventually.HoldsAsync(async () => await AskAsync(client, "up{job=\"browserfarm\"}") == 1, Bounds.Medium, "the server scrapes");

            (await AskAsync(client, "browserfarm_pipeline_state{state=\"flowing\"}")).Should().Be(1);
            (await AskAsync(client, "sum(browserfarm_queue_jobs)")).Should().Be(43);
            (await AskAsync(client, "sum(browserfarm_attempts_ended_total{outcome=\"failed\"})")).Should().Be(1);
            (await AskAsync(client, "histogram_quantile(0.5, sum by (le) (browserfarm_page_total_seconds_bucket))")).Should().BeInRange(1, 2.5);
            (await AskAsync(client, "browserfarm_ready * on (job, instance) group_left (service_name) target_info{service_name=\"browserfarm\"}")).Should().Be(1);
        }
        finally
        {
            prometheus.Kill(entireProcessTree: true);
            await prometheus.WaitForExitAsync();
        }
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

    /// <returns>The single value that the query comes to; null when it comes to none or many.</returns>
    private static async Task<double?> AskAsync(HttpClient client, string query)
    {
        try
        {
            using var answer = JsonDocument.Parse(await client.GetStringAsync("query?query=" + Uri.EscapeDataString(query)));
            var results = answer.RootElement.GetProperty("data").GetProperty("result");
            return results.GetArrayLength() == 1
                ? double.Parse(results[0].GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture)
                : null;
        }
        catch (HttpRequestException)
        {
            return null;   // not up yet
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments, string input = "")
    {
        using var process = Start(program, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Bounds.Medium);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output + await error);
    }

    private static Process Start(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
