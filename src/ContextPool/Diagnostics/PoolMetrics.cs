using System.Diagnostics.Metrics;
using ContextPool.Leasing;
using ContextPool.Memory;
using ContextPool.Recycling;
using ContextPool.Watchdog;

namespace ContextPool.Diagnostics;

/// <summary>What the pool tells through <c>System.Diagnostics.Metrics</c>; any OpenTelemetry reader may listen to the meter <see cref="MeterName"/>.</summary>
/// <remarks>Tags are closed sets: enumerations, never a holder, a key or an address.</remarks>
internal sealed class PoolMetrics : IDisposable
{
    public const string MeterName = "ContextPool";

    /// <summary>From a warm context at hand to a lease that is held as long as one may be. Readers would otherwise take bounds that are made for milliseconds.</summary>
    private static readonly InstrumentAdvice<double> Buckets = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] };

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _leases;
    private readonly Counter<long> _leasesLost;
    private readonly Counter<long> _leaksForced;
    private readonly Histogram<double> _leaseWait;
    private readonly Histogram<double> _leaseDuration;
    private readonly Counter<long> _contextsOpened;
    private readonly Counter<long> _contextsReused;
    private readonly Counter<long> _contextsClosed;
    private readonly Counter<long> _kills;
    private readonly Histogram<double> _hangSilence;
    private readonly Histogram<double> _hangClosing;
    private readonly Histogram<double> _hangRecovery;
    private readonly Counter<long> _memoryKills;
    private readonly Histogram<double> _cellStart;
    private readonly Counter<long> _launchFailures;
    private readonly Counter<long> _cellsLost;
    private readonly Counter<long> _cellsRetired;
    private readonly Counter<long> _gpuDeaths;
    private readonly Counter<long> _networkDeaths;
    private readonly Counter<long> _orphans;
    private readonly Counter<double> _probeTime;
    private readonly Counter<double> _lateness;
    private readonly ReasonCounts<ContextEnd> _contextsClosedBy = new();
    private readonly ReasonCounts<LeaseLoss> _leasesLostBy = new();
    private readonly ReasonCounts<RecycleReason> _cellsRetiredBy = new();
    private readonly ReasonCounts<CellLossReason> _cellsLostBy = new();
    private long _openedSoFar;
    private long _reusedSoFar;
    private long _killsSoFar;
    private long _memoryKillsSoFar;
    private long _startedSoFar;
    private long _lostSoFar;
    private long _retiredSoFar;

    public PoolMetrics()
    {
        _leases = _meter.CreateCounter<long>("browserfarm.pool.leases", "{lease}", "Leases granted");
        _leasesLost = _meter.CreateCounter<long>("browserfarm.pool.leases.lost", "{lease}", "Leases that ended before their holder returned them, by reason");
        _leaksForced = _meter.CreateCounter<long>("browserfarm.pool.leases.leaked", "{lease}", "Leases whose holder had not let go of them at twice their bound");
        _leaseWait = Seconds("browserfarm.pool.lease.wait", "Time from the request to the lease");
        _leaseDuration = Seconds("browserfarm.pool.lease.duration", "Time from the lease to its return");
        _contextsOpened = _meter.CreateCounter<long>("browserfarm.pool.contexts.opened", "{context}", "Contexts opened");
        _contextsReused = _meter.CreateCounter<long>("browserfarm.pool.contexts.reused", "{context}", "Leases served with a warm context of their key");
        _contextsClosed = _meter.CreateCounter<long>("browserfarm.pool.contexts.closed", "{context}", "Contexts closed, by reason");
        _kills = _meter.CreateCounter<long>("browserfarm.pool.kills", "{context}", "Contexts that had to be forced to close, by the rung it took");
        _hangSilence = Seconds("browserfarm.pool.hang.silence", "Time from the last sign of life of a hung page to the end of its lease, what was forgiven included");
        _hangClosing = Seconds("browserfarm.pool.hang.closing", "Time from the end of a hung page's lease to its free place, by the rung it took");
        _hangRecovery = Seconds("browserfarm.pool.hang.recovery", "Time from the last sign of life of a hung page to its free place");
        _memoryKills = _meter.CreateCounter<long>("browserfarm.pool.memory.kills", "{process}", "Processes killed because memory was about to run out, by kind");
        _cellStart = Seconds("browserfarm.pool.cell.start", "Time to start a browser with its driver");
        _launchFailures = _meter.CreateCounter<long>("browserfarm.pool.cells.failed", "{cell}", "Browsers that did not start");
        _cellsLost = _meter.CreateCounter<long>("browserfarm.pool.cells.lost", "{cell}", "Browsers that died or were killed, by reason");
        _cellsRetired = _meter.CreateCounter<long>("browserfarm.pool.cells.retired", "{cell}", "Browsers replaced in the orderly way, by reason");
        _gpuDeaths = _meter.CreateCounter<long>("browserfarm.pool.gpu.deaths", "{process}", "GPU processes that died");
        _networkDeaths = _meter.CreateCounter<long>("browserfarm.pool.network.deaths", "{process}", "Network service processes that died");
        _orphans = _meter.CreateCounter<long>("browserfarm.pool.orphans", "{cell}", "Cell folders of dead programs that were swept, with their processes");
        _probeTime = _meter.CreateCounter<double>("browserfarm.pool.memory.probe.time", "s", "Time spent reading memory figures");
        _lateness = _meter.CreateCounter<double>("browserfarm.pool.watchdog.late", "s", "Time by which the watchdog came late and which it forgave everybody");

        Histogram<double> Seconds(string name, string description) => _meter.CreateHistogram(name, "s", description, tags: null, Buckets);
    }

    /// <summary>What was counted so far.</summary>
    public PoolTotals Totals => new(
        Interlocked.Read(ref _openedSoFar), Interlocked.Read(ref _reusedSoFar), Interlocked.Read(ref _killsSoFar), Interlocked.Read(ref _memoryKillsSoFar),
        Interlocked.Read(ref _startedSoFar), Interlocked.Read(ref _lostSoFar), Interlocked.Read(ref _retiredSoFar))
    {
        ContextsClosedBy = _contextsClosedBy.Occurred(),
        LeasesLostBy = _leasesLostBy.Occurred(),
        CellsRetiredBy = _cellsRetiredBy.Occurred(),
        CellsLostBy = _cellsLostBy.Occurred(),
    };

    /// <summary>Begins to tell the state of the pool; once, when there is a pool to tell of.</summary>
    /// <param name="snapshot">Read whenever somebody collects.</param>
    public void Observe(Func<PoolSnapshot> snapshot)
    {
        CountNothing();
        Gauge("browserfarm.pool.leases.active", "{lease}", "Contexts on loan", now => now.Leased);
        Gauge("browserfarm.pool.leases.waiting", "{lease}", "Requests in line", now => now.Waiting);
        Gauge("browserfarm.pool.contexts.idle", "{context}", "Contexts open between two leases", now => now.Idle);
        Gauge("browserfarm.pool.cells", "{cell}", "Browsers running", now => now.Cells.Count);
        Gauge("browserfarm.pool.capacity", "{context}", "Contexts that may be open at once", now => now.Capacity.Contexts);
        // Every bound each time, for a reader goes on telling the last value of one that is not told of any more.
        _meter.CreateObservableGauge(
            "browserfarm.pool.capacity.bound",
            () => snapshot().Capacity.Bound is var tight ? Enum.GetValues<CapacityBound>().Select(bound => new Measurement<long>(bound == tight ? 1 : 0, Tag("bound", bound))) : [],
            "{bound}", "1 for the bound that keeps the capacity from being higher, 0 for the others");
        Gauge("browserfarm.pool.memory.limit", "By", "Memory that may be used", now => now.Memory.LimitBytes);
        Gauge("browserfarm.pool.memory.used", "By", "Memory in use of what may be used", now => Math.Max(0, now.Memory.LimitBytes - now.Memory.AvailableBytes));
        Gauge("browserfarm.pool.memory.available", "By", "Memory that may still be taken", now => now.Memory.AvailableBytes);
        Gauge("browserfarm.pool.memory.pressure", "{level}", "0 normal, 1 high, 2 critical", now => (long)now.Pressure);
        Gauge("browserfarm.pool.memory.tab", "By", "Memory that one tab is reckoned with", now => now.TabBytes);
        Gauge("browserfarm.pool.contexts.in_use", "{context}", "Places taken: on loan, opening or closing", now => now.InUse);
        Seconds("browserfarm.pool.kill.after", "Silence after which a page of an unknown target is taken for hung", now => now.KillAfter);
        Seconds("browserfarm.pool.heartbeat.age", "Longest silence of any browser or driver", now => now.Cells
            .Select(cell => cell.BrowserSilentFor > cell.DriverSilentFor ? cell.BrowserSilentFor : cell.DriverSilentFor)
            .DefaultIfEmpty().Max());

        void Gauge(string name, string unit, string description, Func<PoolSnapshot, long> read) =>
            _meter.CreateObservableGauge(name, () => read(snapshot()), unit, description);

        void Seconds(string name, string description, Func<PoolSnapshot, TimeSpan> read) =>
            _meter.CreateObservableGauge(name, () => read(snapshot()).TotalSeconds, "s", description);
    }

    public void LeaseGranted(TimeSpan waited)
    {
        _leases.Add(1);
        _leaseWait.Record(waited.TotalSeconds);
    }

    public void LeaseReturned(TimeSpan held) => _leaseDuration.Record(held.TotalSeconds);

    public void LeaseLost(LeaseLoss loss)
    {
        _leasesLostBy.Note(loss);
        _leasesLost.Add(1, Tag("reason", loss));
    }

    public void LeaseLeaked() => _leaksForced.Add(1);

    public void ContextOpened() => Count(_contextsOpened, ref _openedSoFar);

    public void ContextReused() => Count(_contextsReused, ref _reusedSoFar);

    public void ContextClosed(ContextEnd why)
    {
        _contextsClosedBy.Note(why);
        _contextsClosed.Add(1, Tag("reason", why));
    }

    public void Killed(KillRung rung)
    {
        if (rung == KillRung.CloseContext)
            _kills.Add(1, Tag("rung", rung));
        else
            Count(_kills, ref _killsSoFar, Tag("rung", rung));
    }

    /// <summary>A hung page is gone and its place free.</summary>
    /// <param name="silence">From its last sign of life to the end of its lease.</param>
    /// <param name="closing">From there to its free place.</param>
    public void HangEnded(TimeSpan silence, TimeSpan closing, KillRung rung)
    {
        _hangSilence.Record(silence.TotalSeconds);
        _hangClosing.Record(closing.TotalSeconds, Tag("rung", rung));
        _hangRecovery.Record((silence + closing).TotalSeconds);
    }

    public void KilledForMemory(BrowserProcessKind kind) => Count(_memoryKills, ref _memoryKillsSoFar, Tag("kind", kind));

    public void CellStarted(TimeSpan took)
    {
        Interlocked.Increment(ref _startedSoFar);
        _cellStart.Record(took.TotalSeconds);
    }

    public void LaunchFailed() => _launchFailures.Add(1);

    public void CellLost(CellLossReason reason)
    {
        _cellsLostBy.Note(reason);
        Count(_cellsLost, ref _lostSoFar, Tag("reason", reason));
    }

    public void CellRetired(RecycleReason reason)
    {
        _cellsRetiredBy.Note(reason);
        Count(_cellsRetired, ref _retiredSoFar, Tag("reason", reason));
    }

    public void GpuDied() => _gpuDeaths.Add(1);

    public void NetworkServiceDied() => _networkDeaths.Add(1);

    public void OrphansSwept(int cells) => _orphans.Add(cells);

    public void MemoryProbed(TimeSpan took) => _probeTime.Add(took.TotalSeconds);

    public void CameLate(TimeSpan by) => _lateness.Add(by.TotalSeconds);

    public void Dispose() => _meter.Dispose();

    /// <summary>Counts for readers of the metrics and for <see cref="Totals"/>.</summary>
    private static void Count(Counter<long> counter, ref long soFar, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Interlocked.Increment(ref soFar);
        counter.Add(1, tags);
    }

    /// <summary>Begins what alerts look at with 0: a counter that appears with its first event does not rise by it.</summary>
    private void CountNothing()
    {
        foreach (var counter in new[] { _leases, _leaksForced, _contextsOpened, _contextsReused, _launchFailures })
            counter.Add(0);
        foreach (var loss in Enum.GetValues<LeaseLoss>().Where(loss => loss != LeaseLoss.None))
            _leasesLost.Add(0, Tag("reason", loss));
        foreach (var why in Enum.GetValues<ContextEnd>())
            _contextsClosed.Add(0, Tag("reason", why));
        foreach (var rung in Enum.GetValues<KillRung>())
            _kills.Add(0, Tag("rung", rung));
        foreach (var reason in Enum.GetValues<CellLossReason>())
            _cellsLost.Add(0, Tag("reason", reason));
    }

    /// <summary>Enumeration members as snake_case words, as OpenTelemetry's conventions want attribute values.</summary>
    private static KeyValuePair<string, object?> Tag<T>(string name, T value)
        where T : struct, Enum => new(name, TagValues<T>.Of(value));

    private static class TagValues<T>
        where T : struct, Enum
    {
        private static readonly Dictionary<T, string> Words = Enum.GetValues<T>().ToDictionary(
            value => value, value => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static string Of(T value) => Words.GetValueOrDefault(value, "unknown");
    }
}
