using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Recycling;
using Microsoft.Extensions.Logging;

namespace ContextPool.Watchdog;

/// <summary>Looks after everything that can hang, at every tick of its clock: pages, browsers, drivers, leases nobody returns, worn cells, orphans.</summary>
internal sealed class PoolWatchdog : IAsyncDisposable
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);
    /// <summary>Longest a live browser or driver takes to answer, on a machine with more to do than it can.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan OrphanInterval = TimeSpan.FromMinutes(1);

    private readonly ContextPoolOptions _options;
    private readonly BrowserFleet _fleet;
    private readonly PlaceBook _places;
    private readonly Recycler _recycler;
    private readonly KillTime _killTime;
    private readonly LeakDetector _leaks;
    private readonly Lateness _lateness;
    private readonly TimeProvider _time;
    private readonly PoolMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Action _tend;
    private readonly ITimer _timer;
    private readonly Lock _oneSweep = new();
    private Task _orphans = Task.CompletedTask;
    private long _lastOrphanSweep;

    /// <param name="tend">Called at every tick: what is to be done regularly about contexts nobody has on loan.</param>
    public PoolWatchdog(
        ContextPoolOptions options, BrowserFleet fleet, PlaceBook places, Recycler recycler, KillTime killTime, LeakDetector leaks,
        Action tend, TimeProvider time, PoolMetrics metrics, ILogger logger)
    {
        _options = options;
        _fleet = fleet;
        _places = places;
        _recycler = recycler;
        _killTime = killTime;
        _leaks = leaks;
        _tend = tend;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        var tick = options.HeartbeatInterval / 5 < LongestTick ? options.HeartbeatInterval / 5 : LongestTick;
        _lateness = new Lateness(tick, options.HeartbeatInterval / 2, time);
        StartOrphanSweep();
        _timer = time.CreateTimer(static watchdog => ((PoolWatchdog)watchdog!).Tick(), this, tick, tick);
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _orphans;
    }

    private void Tick()
    {
        if (!_oneSweep.TryEnter())
            return;   // the last one still runs

        try
        {
            Sweep(_lateness.Tick());
        }
        catch (Exception exception)
        {
            // In a timer it would end the program; and the next sweep may do better.
            _logger.WatchdogFailed(exception);
        }
        finally
        {
            _oneSweep.Exit();
        }
    }

    private void Sweep(TimeSpan late)
    {
        if (late > TimeSpan.Zero)
        {
            _metrics.CameLate(late);
            _logger.WatchdogLate((long)late.TotalMilliseconds);
        }

        foreach (var cell in _fleet.Cells)
            Look(cell, late);
        foreach (var lease in _places.LeasesWhere(static _ => true))
            Look(lease, late);
        _leaks.Sweep();
        _tend();
        _recycler.Sweep();
        if (_time.GetElapsedTime(_lastOrphanSweep) >= OrphanInterval)
            StartOrphanSweep();
    }

    /// <summary>Two heartbeats missed, and the time for an answer: the cell is silent. The driver first, for it speaks for the browser.</summary>
    private void Look(BrowserCell cell, TimeSpan late)
    {
        cell.DriverPulse.Forgive(late);
        cell.BrowserPulse.Forgive(late);
        var limit = (_options.HeartbeatInterval * 2) + AnswerTime;
        if (cell.DriverPulse.SilentFor > limit)
        {
            _fleet.Condemn(cell, CellLossReason.DriverSilent);
            return;
        }

        if (cell.BrowserPulse.SilentFor > limit)
        {
            _fleet.Condemn(cell, CellLossReason.BrowserSilent);
            return;
        }

        cell.DriverPulse.AskEvery(_options.HeartbeatInterval);
        cell.BrowserPulse.AskEvery(_options.HeartbeatInterval);
    }

    private void Look(ContextLease lease, TimeSpan late)
    {
        lease.Pulse.Forgive(late);
        if (lease.Pulse.SilentFor <= _killTime.For(lease.Request.Key?.Target))
            lease.Pulse.AskEvery(_options.HeartbeatInterval);
        else if (IsAnswering(lease.Pooled.Cell))
            lease.Revoke(LeaseLoss.PageHung);
    }

    /// <summary>Driver and browser answered their last question. While they do not, no page in them can be blamed for its silence.</summary>
    private bool IsAnswering(BrowserCell cell)
    {
        var limit = _options.HeartbeatInterval + LongestTick;
        return cell.DriverPulse.SilentFor <= limit && cell.BrowserPulse.SilentFor <= limit;
    }

    /// <summary>Reads the process table: on a thread of its own, for that may take long, and not twice at once.</summary>
    private void StartOrphanSweep()
    {
        _lastOrphanSweep = _time.GetTimestamp();
        if (!_orphans.IsCompleted)
            return;

        _orphans = Task.Factory.StartNew(
            () =>
            {
                if (OrphanReaper.Sweep(_options.WorkFolder, _logger) is > 0 and var swept)
                    _metrics.OrphansSwept(swept);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
