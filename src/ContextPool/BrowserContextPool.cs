using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ContextPool;

/// <summary>The pool: takes a place, opens a context for it, lends it, takes it back, closes it, and frees the place.</summary>
/// <remarks>
/// Places are counted in <see cref="PlaceBook"/>, against the capacity that <see cref="MemoryMonitor"/> sets; browsers live in
/// <see cref="BrowserFleet"/>. Opening and closing are bounded and, once begun, carried through in the background whoever loses patience.
/// </remarks>
public sealed class BrowserContextPool : IContextPool
{
    /// <summary>Browsers that may hang or die over one opening; after that the fault is taken for a lasting one and told to the caller.</summary>
    private const int MaxBrowsersPerOpening = 3;

    private readonly ContextPoolOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PlaceBook _places;
    private readonly BrowserFleet _fleet;
    private readonly MemoryMonitor _memory;
    private readonly BackgroundTasks _background = new();
    private long _lastLease;

    /// <summary>A pool on this machine's memory and the Chromium found on it.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="OptionsValidationException">Settings out of range; the message lists all of them.</exception>
    public BrowserContextPool(ContextPoolOptions? options = null, ILoggerFactory? loggers = null)
        : this(
            options ?? new ContextPoolOptions(),
            new PlaywrightBrowserLauncher(TimeProvider.System, (loggers ?? NullLoggerFactory.Instance).CreateLogger<PlaywrightBrowserLauncher>()),
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
        _places = new PlaceBook(time);
        _fleet = new BrowserFleet(options, launcher, time, logger);
        _fleet.CellLost += OnCellLost;
        _memory = new MemoryMonitor(options, probe, _places, () => _fleet.Count, time, logger);
    }

    /// <summary>The capacity that a pool with no browser yet would have.</summary>
    public static PoolCapacity CapacityFor(MemorySample memory, ContextPoolOptions options) =>
        MemoryBudget.Decide(
            new CapacityFacts(memory, SettledContexts: 0, Cells: 0, Environment.ProcessorCount, options.TabBytes, options.CellBaseBytes), options);

    public async ValueTask<ContextLease> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ThrowIfOutOfRange();
        cancellationToken.ThrowIfCancellationRequested();
        await TakePlaceAsync(request, cancellationToken);

        // Opening cannot be called off, so it is never tied to the caller's token: whoever loses patience leaves it to the background.
        var opening = OpenAsync();
        try
        {
            return Lend(request, await opening.WaitAsync(cancellationToken));
        }
        catch
        {
            _ = _background.Run(() => AbandonAsync(opening));
            throw;
        }
    }

    public PoolSnapshot Snapshot()
    {
        var (capacity, leased, closing, opening, waiting) = _places.Counts();
        return new PoolSnapshot(capacity, leased, closing, opening, waiting, _memory.Last, _fleet.Snapshot());
    }

    public async ValueTask DisposeAsync()
    {
        if (_places.Close() is not { } leases)
            return;

        await _memory.DisposeAsync();
        foreach (var lease in leases)
            lease.Revoke(LeaseLoss.PoolClosed);
        await _background.WhenAllAsync();
        await _fleet.DisposeAsync();
    }

    /// <summary>Takes a returned lease's context back: out of the books at once, closed in the background, then its place is free.</summary>
    internal void TakeBack(ContextLease lease)
    {
        if (!_places.TryTakeBack(lease))
            return;

        _logger.LeaseReturned(lease.Id, lease.Holder, HeldMilliseconds(lease));
        _ = _background.Run(() => CloseAsync(lease.Pooled));
    }

    internal void NoteLoss(ContextLease lease, LeaseLoss loss) =>
        _logger.LeaseLost(lease.Id, lease.Holder, HeldMilliseconds(lease), loss);

    private long HeldMilliseconds(ContextLease lease) => (long)_time.GetElapsedTime(lease.StartedAt).TotalMilliseconds;

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

    /// <summary>Opens a context; where a browser hangs or dies over it, in the next one.</summary>
    private async Task<PooledContext> OpenAsync()
    {
        for (var browsers = 1; ; browsers++)
        {
            var cell = await _fleet.ReserveAsync(CancellationToken.None);
            try
            {
                var context = await cell.Browser.NewContextAsync(_options.Context).WaitAsync(_options.OpenTimeout, _time);
                return new PooledContext(cell, context);
            }
            catch (Exception exception)
            {
                var fault = exception is TimeoutException ? $"it opened no context in {_options.OpenTimeout.TotalSeconds:0.#} s (OpenTimeout)"
                    : cell.State == CellState.Dead || cell.Browser.Exited.IsCompleted ? "its browser exited"
                    : null;
                if (fault is not null)
                    _fleet.Condemn(cell, fault);
                _fleet.Release(cell);

                if (fault is null)
                    throw new BrowserLaunchException($"The browser opened no context: {exception.Message}", exception);
                if (browsers == MaxBrowsersPerOpening)
                    throw new BrowserLaunchException($"{browsers} browsers in a row failed while opening a context; of the last one: {fault}.", exception);
            }
        }
    }

    private ContextLease Lend(LeaseRequest request, PooledContext pooled)
    {
        var lease = new ContextLease(this, Interlocked.Increment(ref _lastLease), request, pooled, _time);
        ObjectDisposedException.ThrowIf(!_places.TryLend(lease), this);

        lease.StartClock(request.HoldAtMost, _time);
        _logger.LeaseOpened(lease.Id, lease.Holder, pooled.Cell.Id);
        if (pooled.Cell.State == CellState.Dead)
            lease.Revoke(LeaseLoss.BrowserLost);
        return lease;
    }

    /// <summary>Sees an opening through whose asker has gone, so that the context is closed and the place returns.</summary>
    private async Task AbandonAsync(Task<PooledContext> opening)
    {
        PooledContext pooled;
        try
        {
            pooled = await opening;
        }
        catch (Exception)
        {
            _places.EndOpening();   // the asker has the exception, or no longer wants it
            return;
        }

        _places.TurnOpeningIntoClosing();
        await CloseAsync(pooled);
    }

    /// <summary>Closes a context within the bound, by killing its cell if need be, and frees its place. Never throws.</summary>
    private async Task CloseAsync(PooledContext pooled)
    {
        await Task.Yield();
        try
        {
            if (pooled.Cell.State != CellState.Dead)
                await pooled.Context.CloseAsync().WaitAsync(_options.CloseTimeout, _time);
        }
        catch (TimeoutException)
        {
            _logger.CloseTimedOut(pooled.Cell.Id, (long)_options.CloseTimeout.TotalMilliseconds);
            _fleet.Condemn(pooled.Cell, "a context did not close");
        }
        catch (Exception)
        {
            // Closed already: by its browser's death, or by its holder.
        }

        _fleet.Release(pooled.Cell);
        _places.EndClosing();
    }

    private void OnCellLost(BrowserCell cell, string reason)
    {
        foreach (var lease in _places.LeasesWhere(lease => lease.Pooled.Cell == cell))
            lease.Revoke(LeaseLoss.BrowserLost);
    }
}
