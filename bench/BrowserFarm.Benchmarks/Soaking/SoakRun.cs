using System.Diagnostics;
using BrowserFarm.Benchmarks.Machine;
using BrowserFarm.Benchmarks.Reporting;
using ContextPool;
using TestKit;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>What was found when all leases had ended, and when the pool was closed.</summary>
internal sealed record SoakResult(
    TimeSpan Took, SoakLog Log, int SlotsLost, int HoldersStuck, IReadOnlyList<ProcessEntry> OrphansWhileOpen, IReadOnlyList<ProcessEntry> LeftAfterClosing,
    IReadOnlyList<string> TempLeft, long? OomKills, long PeakBytes, long OwnPeakBytes, int RenderersKilled, bool ClosedInTime,
    IReadOnlyList<KeyValuePair<string, double>> Meter, IReadOnlyList<KeyValuePair<string, Samples>> HangTimes)
{
    /// <summary>Nothing was lost and nothing left.</summary>
    public bool IsClean => SlotsLost == 0 && HoldersStuck == 0 && OrphansWhileOpen.Count == 0 && LeftAfterClosing.Count == 0 && ClosedInTime;
}

/// <summary>The soak from start to end: holders take leases, the pool gets them back, and what remains is counted.</summary>
internal sealed class SoakRun(SoakOptions options)
{
    /// <summary>How long the pool has, after the last lease, to free every place and end every process.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly SoakLog _log = new();
    private readonly ProcessCensus _census = new();
    private readonly RendererKiller _killer = new();
    private long _ownPeak;

    public async Task<SoakResult> RunAsync(CancellationToken cancellationToken)
    {
        using var temp = new OwnTempFolder();
        using var meter = new PoolMeter();
        await using var site = await HostileSite.StartAsync(cancellationToken);
        var group = ControlGroupMemory.OfThisProcess();
        var oomKills = group?.OomKills;
        var started = Stopwatch.GetTimestamp();

        var pool = PoolApi.Open(options.Pool);
        var (slotsLost, stuck, orphans) = await SoakAsync(pool, site, cancellationToken);
        var closedInTime = await CloseAsync(pool);
        await WithinGraceAsync(() => _census.Orphans([]).Count == 0);

        return new SoakResult(
            Stopwatch.GetElapsedTime(started), _log, slotsLost, stuck, orphans, _census.Orphans([]), temp.Left(), group?.OomKills - oomKills,
            _census.PeakBytes, _ownPeak, _killer.Killed, closedInTime, meter.Sums(), meter.Times("browserfarm.pool.hang"));
    }

    private async Task<(int SlotsLost, int HoldersStuck, IReadOnlyList<ProcessEntry> Orphans)> SoakAsync(IContextPool pool, HostileSite site, CancellationToken cancellationToken)
    {
        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopWatching = new CancellationTokenSource();
        if (options.Minutes is { } minutes)
            noMore.CancelAfter(TimeSpan.FromMinutes(minutes));

        var places = new PlaceWatch(pool, _log);
        var watching = Task.WhenAll(places.WatchAsync(stopWatching.Token), new SoakProgress(options, pool, _log, NoteMemory).ShowAsync(stopWatching.Token));
        var plan = new SoakPlan(options, site);
        var holders = Enumerable.Range(0, options.Concurrency)
            .Select(_ => new LeaseHolder(pool, site, plan, places, _log, _killer, options.HoldAtMost).RunAsync(noMore.Token)).ToList();
        await WhileTheyGoOnAsync(holders);

        await WithinGraceAsync(() => pool.State() is { InUse: 0 } state && _census.Orphans(state.Cells).Count == 0);
        await stopWatching.CancelAsync();
        await watching;
        var end = pool.State();
        return (end.InUse, holders.Count(holder => !holder.IsCompleted), _census.Orphans(end.Cells));
    }

    /// <summary>Waits for the holders, but not for ones that are stuck: no visit may take longer than its bound and the grace.</summary>
    private async Task WhileTheyGoOnAsync(IReadOnlyList<Task> holders)
    {
        var all = Task.WhenAll(holders);
        var (visits, since) = (-1, 0L);
        while (await Task.WhenAny(all, Task.Delay(Pause, TimeProvider.System)) != all)
        {
            if (_log.Visits != visits)
                (visits, since) = (_log.Visits, Stopwatch.GetTimestamp());
            else if (Stopwatch.GetElapsedTime(since) > options.HoldAtMost + Grace + Grace)
                return;
        }

        await all;
    }

    /// <summary>Closes the pool; one that does not close is left, for the process is about to end.</summary>
    private static async Task<bool> CloseAsync(IContextPool pool)
    {
        try
        {
            await pool.DisposeAsync().AsTask().WaitAsync(Grace, TimeProvider.System);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private long NoteMemory()
    {
        _ownPeak = Math.Max(_ownPeak, Environment.WorkingSet);
        return _census.MeasureMemory();
    }

    private static async Task WithinGraceAsync(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition() && Stopwatch.GetElapsedTime(started) < Grace)
            await Task.Delay(Pause, TimeProvider.System);
    }
}
