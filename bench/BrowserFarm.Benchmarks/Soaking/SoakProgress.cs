using System.Diagnostics;
using BrowserFarm.Benchmarks.Reporting;
using ContextPool;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>Looks at memory every second and says every ten seconds how far the soak is, on the error output.</summary>
internal sealed class SoakProgress(SoakOptions options, IContextPool pool, SoakLog log, Func<long> measureMemory)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int LookMemoryEvery = 3;
    private const int ShowEvery = 10;

    public async Task ShowAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            for (var tick = 1; await timer.WaitForNextTickAsync(cancellationToken); tick++)
            {
                var bytes = tick % LookMemoryEvery == 0 || tick % ShowEvery == 0 ? await MeasureAsync() : 0;
                if (tick % ShowEvery == 0)
                    await Console.Error.WriteLineAsync(Line(Stopwatch.GetElapsedTime(started), bytes));
            }
        }
        catch (OperationCanceledException)
        {
            // The soak is over.
        }
    }

    /// <summary>A process that takes memory as fast as it can holds up whoever reads its figures: not a thread of the pool that is being measured.</summary>
    private Task<long> MeasureAsync() => Task.Factory.StartNew(measureMemory, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private string Line(TimeSpan elapsed, long bytes)
    {
        var now = pool.State();
        return $"soak: {elapsed:hh\\:mm\\:ss}  {log.Visits}{(options.Leases is { } all ? $" of {all}" : "")} leases, {log.Count(VisitEnd.Lost)} taken back, "
            + $"{log.Count(VisitEnd.Failed)} failed, {log.Count(VisitEnd.NotGranted)} not granted; {now.InUse} in use of {now.Capacity} ({now.Bound}), "
            + $"{now.Waiting} waiting, {now.Cells.Count} browsers, {Figures.Megabytes(bytes)}; "
            + $"{Figures.Megabytes(now.AvailableBytes)} free, {Figures.Megabytes(now.TabBytes)} a tab";
    }
}
