using System.Diagnostics;
using BrowserFarm.Benchmarks.Reporting;
using ContextPool;
using ContextPool.Leasing;
using TestKit;

namespace BrowserFarm.Benchmarks.Pooling;

/// <summary>What a lease and its return cost in the pool itself: the browser is an object, there is memory without end, and nobody waits.</summary>
internal static class OverheadBenchmark
{
    private const int WarmUpRounds = 200_000;
    private const int Rounds = 200_000;

    public static async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("Lease + return, fake browser", "Rounds", "Wall", "Processor", "Allocated");
        foreach (var (name, key) in new[] { ("same key", "key"), ("fresh context", (string?)null) })
        {
            await using var pool = PoolApi.Open(new PoolSettings(MaxContextsPerCore: 64), new FakeBrowserLauncher(), new FakeMemoryProbe());
            var request = PoolApi.Request("bench", key, Bounds.Long, Bounds.Long);
            await LoopAsync(pool, request, WarmUpRounds, cancellationToken);
            table.Add([name, .. await MeasureAsync(pool, request, cancellationToken)]);
        }

        return $"### Overhead\n\nOne caller, one lease at a time; processor time of the whole program, closing and collecting included.\n\n{table}";
    }

    private static async Task<string[]> MeasureAsync(IContextPool pool, LeaseRequest request, CancellationToken cancellationToken)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var processor = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();

        await LoopAsync(pool, request, Rounds, cancellationToken);

        var wall = Stopwatch.GetElapsedTime(started);
        processor = Environment.CpuUsage.TotalTime - processor;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return [$"{Rounds}", PerRound(wall), PerRound(processor), $"{allocated / Rounds} B"];
    }

    private static async Task LoopAsync(IContextPool pool, LeaseRequest request, int rounds, CancellationToken cancellationToken)
    {
        for (var i = 0; i < rounds; i++)
        {
            await using var lease = await pool.LeaseAsync(request, cancellationToken);
        }
    }

    private static string PerRound(TimeSpan time) => $"{time.TotalMicroseconds / Rounds:0.0} µs";
}
