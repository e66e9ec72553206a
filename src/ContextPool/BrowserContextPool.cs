using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Memory;
using ContextPool.Recycling;
using ContextPool.Watchdog;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ContextPool;

/// <summary>The pool: takes a place, gets a context for it, lends it, takes it back.</summary>
/// <remarks>
/// Places are counted in <see cref="PlaceBook"/>, against the capacity that <see cref="MemoryMonitor"/> sets; contexts come from
/// <see cref="ContextSupply"/> and go back to it; browsers live in <see cref="BrowserFleet"/>; <see cref="PoolWatchdog"/> ends what hangs.
/// </remarks>
public sealed class BrowserContextPool : IContextPool
{
    private readonly ContextPoolOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PlaceBook _places;
    private readonly BrowserFleet _fleet;
    private readonly ContextSupply _supply;
    private readonly MemoryMonitor _memory;
    private readonly CellInspector _inspector;
    private readonly ShortageGuard _guard;
    private readonly KillTime _killTime;
    private readonly LeakDetector _leaks;
    private readonly PoolWatchdog _watchdog;
    private readonly PoolMetrics _metrics;
    private long _lastLease;

    /// <summary>A pool on this machine's memory and the Chromium found on it.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="early">A driver for its first browser that was begun before; it stays the caller's to dispose.</param>
    /// <exception cref="OptionsValidationException">Settings out of range; the message lists all of them.</exception>
    public BrowserContextPool(ContextPoolOptions? options = null, ILoggerFactory? loggers = null, EarlyDriver? early = null)
        : this(
            options ?? new ContextPoolOptions(),
            new PlaywrightBrowserLauncher(TimeProvider.System, (loggers ?? NullLoggerFactory.Instance).CreateLogger<PlaywrightBrowserLauncher>(), early),
            CgroupMemoryProbe.ForThisProcess(),
            TimeProvider.System,
            (loggers ?? NullLoggerFactory.Instance).CreateLogger<BrowserContextPool>())
    {
    }

    /// <summary>A pool on a launcher, a memory probe and a clock of the caller's.</summary>
    /// <exception cref="OptionsValidationException">Settings out of range; the message lists all of them.</exception>
    public BrowserContextPool(
        ContextPoolOptions options, IBrowserLauncher launcher, IMemoryProbe probe, TimeProvider time, ILogger<BrowserContextPool> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(time);
        ContextPoolOptionsValidator.ThrowIfInvalid(options);

        _options = options;
        _time = time;
        _logger = logger;
        _metrics = new PoolMetrics();
        _places = new PlaceBook(time);
        _fleet = new BrowserFleet(options, launcher, time, _metrics, logger);
        var closer = new ContextCloser(options, _places, _fleet, new KillLadder(_fleet, options, time, logger), time, _metrics, logger);
        _supply = new ContextSupply(options, _places, new ContextOpener(options, _fleet, time, _metrics), closer, time, _metrics, logger);
        _fleet.CellLost += OnCellLost;
        _fleet.CellRetiring += _supply.CloseIdleIn;
        _killTime = new KillTime(options.KillAfter);
        _leaks = new LeakDetector(_places, time, _metrics, logger);
        // Another clock than the system's, a test's, calls back when and where it likes.
        var clock = ReferenceEquals(time, TimeProvider.System) ? new OwnThreadTimers() : time;
        var processes = new ProcProcessProbe();
        _inspector = new CellInspector(options, _fleet, _places, processes, clock, _metrics, logger);
        _inspector.NetworkServiceLost += _supply.CloseIdleIn;
        _memory = new MemoryMonitor(options, probe, _places, _supply, _fleet, _inspector, clock, _metrics, logger);
        _guard = new ShortageGuard(options, probe, processes, _fleet, _inspector, clock, _metrics, logger);
        _watchdog = new PoolWatchdog(
            options, _fleet, _places, new Recycler(_fleet, options, logger), _killTime, _leaks, TendIdle, clock, _metrics, logger);
        _metrics.Observe(Snapshot);
    }

    /// <summary>The capacity that a pool with no browser yet would have.</summary>
    public static PoolCapacity CapacityFor(MemorySample memory, ContextPoolOptions options) => MemoryBudget.Decide(
        new CapacityFacts(memory, SettledContexts: 0, Cells: 0, Environment.ProcessorCount, options.TabBytes, options.CellBaseBytes), options);

    public async ValueTask<ContextLease> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ThrowIfOutOfRange();
        cancellationToken.ThrowIfCancellationRequested();
        var asked = _time.GetTimestamp();
        await TakePlaceAsync(request, cancellationToken);

        // Opening cannot be called off, so it is never tied to the caller's token: whoever loses patience leaves it to the background.
        var opening = _supply.GetAsync(request);
        try
        {
            var lease = Lend(request, await opening.WaitAsync(cancellationToken));
            _metrics.LeaseGranted(_time.GetElapsedTime(asked));
            return lease;
        }
        catch
        {
            _supply.Abandon(opening);
            throw;
        }
    }

    public PoolSnapshot Snapshot()
    {
        var (capacity, leased, closing, opening, waiting) = _places.Counts();
        return new PoolSnapshot(
            capacity, leased, closing, opening, waiting, _supply.Idle, _supply.Scrubbing, _memory.Last, _memory.Pressure,
            _inspector.TabBytes, _inspector.TabSamples, _inspector.CellBaseBytes, _killTime.For(target: null), _fleet.RefusesFor, _fleet.Snapshot())
        {
            Totals = _metrics.Totals,
        };
    }

    public OpenContexts Contexts(int atMost)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(atMost);

        // One that changes hands meanwhile is met twice, or not at all. What it is later in this row counts.
        var found = new Dictionary<PooledContext, (ContextState State, ContextLease? Lease)>();
        foreach (var lease in _places.LeasesWhere(_ => true))
            found[lease.Pooled] = (ContextState.Leased, lease);
        foreach (var entry in _supply.Shelved())
            found[entry.Context] = (entry.Key is null ? ContextState.Blank : entry.Ready.IsCompleted ? ContextState.Warm : ContextState.Scrubbing, null);
        foreach (var context in _supply.BeingClosed())
            found[context] = (ContextState.Closing, null);
        return new OpenContexts(
            [.. found.OrderBy(one => one.Key.OpenedAt).Take(atMost).Select(one => Look(one.Key, one.Value.State, one.Value.Lease))], Math.Max(0, found.Count - atMost));
    }

    public async ValueTask DisposeAsync()
    {
        if (_places.Close() is not { } leases)
            return;

        await _watchdog.DisposeAsync();
        await _guard.DisposeAsync();
        await _memory.DisposeAsync();
        await _inspector.DisposeAsync();
        foreach (var lease in leases)
            lease.Revoke(LeaseLoss.PoolClosed);
        await _supply.CloseAsync();
        await _fleet.DisposeAsync();
        _metrics.Dispose();
    }

    /// <summary>Takes a returned lease's context back: out of the books at once, to the shelf or closed in the background.</summary>
    internal void TakeBack(ContextLease lease)
    {
        lease.EndedAt = _time.GetTimestamp();
        lease.UnheardAtEnd = lease.Pulse.UnheardFor;
        var held = _time.GetElapsedTime(lease.StartedAt, lease.EndedAt);
        lease.Pooled.Opened.Crashed -= lease.OnCrashed;
        if (lease is { Succeeded: true, Loss: LeaseLoss.None })
            _killTime.Succeeded(lease.Request.Key?.Target, held);
        _metrics.LeaseReturned(held);
        _logger.LeaseReturned(lease.Id, lease.Holder, (long)held.TotalMilliseconds);
        _supply.TakeBack(lease, mayKeep: _memory.Pressure == PressureLevel.Normal);
    }

    internal void NoteLoss(ContextLease lease, LeaseLoss loss)
    {
        _metrics.LeaseLost(loss);
        _leaks.Watch(lease);
        _logger.LeaseLost(
            lease.Id, lease.Holder, (long)_time.GetElapsedTime(lease.StartedAt).TotalMilliseconds, loss, (long)lease.Pulse.SilentFor.TotalMilliseconds);
    }

    private ContextSnapshot Look(PooledContext context, ContextState state, ContextLease? lease) => new(
        context.Cell.Id, state, _time.GetElapsedTime(context.OpenedAt), context.Leases, context.LastKey?.Owner, context.LastKey?.Target, lease?.Holder,
        lease is null ? TimeSpan.Zero : _time.GetElapsedTime(lease.StartedAt));

    private async Task TakePlaceAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await _places.TakeAsync(request, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new LeaseTimeoutException(WaitedInVain(request), exception);
        }
    }

    private string WaitedInVain(LeaseRequest request)
    {
        var now = Snapshot();
        return $"{request.Holder} waited {request.WaitAtMost.TotalSeconds:0.#} s for a browser context: capacity is {now.Capacity.Contexts} "
            + $"(bound by {now.Capacity.Bound}), {now.InUse} in use, {now.Waiting} others waiting, {now.Memory.AvailableBytes >> 20} MB of memory available.";
    }

    private ContextLease Lend(LeaseRequest request, PooledContext pooled)
    {
        var lease = new ContextLease(this, Interlocked.Increment(ref _lastLease), request, pooled, _time);
        ObjectDisposedException.ThrowIf(!_places.TryLend(lease), this);

        pooled.Leases++;
        pooled.LastKey = request.Key;
        lease.StartClock(request.HoldAtMost, _time);
        pooled.Opened.Crashed += lease.OnCrashed;
        _logger.LeaseOpened(lease.Id, lease.Holder, pooled.Cell.Id);
        if (pooled.Cell.State == CellState.Dead)
            lease.Revoke(LeaseLoss.BrowserLost);
        else if (pooled.Opened.IsBroken)
            lease.Revoke(LeaseLoss.PageCrashed);   // before anybody listened
        return lease;
    }

    private void OnCellLost(BrowserCell cell)
    {
        _supply.CloseIdleIn(cell);
        foreach (var lease in _places.LeasesWhere(lease => lease.Pooled.Cell == cell))
            lease.Revoke(LeaseLoss.BrowserLost);
    }

    private void TendIdle()
    {
        _supply.CloseStale();
        if (_memory.Pressure == PressureLevel.Normal && Interlocked.Read(ref _lastLease) > 0)
            _supply.OpenAhead();
    }
}
