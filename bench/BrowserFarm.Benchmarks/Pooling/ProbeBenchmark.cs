using System.Diagnostics;
using BrowserFarm.Benchmarks.Reporting;
using ContextPool;
using TestKit;

namespace BrowserFarm.Benchmarks.Pooling;

/// <summary>What it costs to watch the memory of fifty open contexts in which nothing happens.</summary>
internal static class ProbeBenchmark
{
    private const int Contexts = 50;
    private const string ProbeTime = "browserfarm.pool.memory.probe.time";

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Watching = TimeSpan.FromSeconds(60);

    public static async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var site = await HostileSite.StartAsync(cancellationToken);
        await using var pool = PoolApi.Open(new PoolSettings(MaxContexts: Contexts, MaxContextsPerCore: 64));
        var tabs = new List<LeasedTab>();
        try
        {
            for (var i = 0; i < Contexts; i++)
            {
                var tab = await pool.LeaseTabAsync(PoolApi.Request($"bench {i}", key: null, Bounds.Long, TimeSpan.FromHours(1)), cancellationToken);
                tabs.Add(tab);
                await tab.Page.GotoAsync(site.UriOf(site.Ordinary[i % site.Ordinary.Count]).AbsoluteUri);
            }

            await Task.Delay(Settling, TimeProvider.System, cancellationToken);
            return $"### Memory probe\n\n{await MeasureAsync(pool, cancellationToken)}";
        }
        finally
        {
            foreach (var tab in tabs)
                await tab.DisposeAsync();
        }
    }

    private static async Task<MarkdownTable> MeasureAsync(IContextPool pool, CancellationToken cancellationToken)
    {
        using var meter = new PoolMeter();
        var processor = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();

        await Task.Delay(Watching, TimeProvider.System, cancellationToken);

        var wall = Stopwatch.GetElapsedTime(started);
        processor = Environment.CpuUsage.TotalTime - processor;
        var probe = TimeSpan.FromSeconds(meter.Total(ProbeTime));
        return new MarkdownTable($"{pool.State().InUse} contexts open and idle, {wall.TotalSeconds:0} s", "Share of one core")
            .Add("this program altogether: probe, heartbeats, test site (processor time)", Share(processor, wall))
            .Add($"`{ProbeTime}`", meter.Sums(ProbeTime).Count == 0 ? "not reported by this pool" : Share(probe, wall));
    }

    private static string Share(TimeSpan part, TimeSpan whole) => $"{100 * part / whole:0.00} %";
}
