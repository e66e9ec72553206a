using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ContextPool;

/// <summary>The pool: places are counted here, browsers live in the fleet, and every place taken is given back exactly once.</summary>
/// <remarks>
/// A place is taken before a context is opened and given back after it is closed, so open contexts never outnumber places.
/// Nothing is awaited under the lock.
/// </remarks>
public sealed class BrowserContextPool : IContextPool
{
    /// <summary>A context younger than this has not taken its memory yet; its cost is still set aside.</summary>
    private static readonly TimeSpan GrowthTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan MemoryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Browsers that may hang or die over one opening; after that the fault is taken for a lasting one and told to the caller.</summary>
    private const int MaxBrowsersPerOpening = 3;

    private readonly ContextPoolOptions _options;
    private readonly IMemoryProbe _probe;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BrowserFleet _fleet;
    private readonly BackgroundTasks _background = new();
    private readonly Lock _gate = new();
    private readonly WaitLine _line = new();
    private readonly Dictionary<long, ContextLease> _leases = [];
    private readonly ITimer _memoryTimer;
    private MemorySample _memory;
    private PoolCapacity _capacity;
    private int _opening;
    private int _closing;
    private long _lastLease;
    private bool _disposed;

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
        _probe = probe;
        _time = time;
        _logger = logger;
        _fleet = new BrowserFleet(options, launcher, time, logger);
        _fleet.CellLost += OnCellLost;
        RefreshCapacity();
        _memoryTimer = time.CreateTimer(static pool => ((BrowserContextPool)pool!).RefreshCapacity(), this, MemoryInterval, MemoryInterval);
    }

    /// <summary>The capacity that a pool with no browser yet would have.</summary>
    public static PoolCapacity CapacityFor(MemorySample memory, ContextPoolOptions options) =>
        MemoryBudget.Decide(new CapacityFacts(memory, SettledContexts: 0, Cells: 0, Environment.ProcessorCount), options);

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
        var cells = _fleet.Snapshot();
        lock (_gate)
            return new PoolSnapshot(_capacity, _leases.Count, _closing, _opening, _line.Count, _memory, cells);
    }

    public async ValueTask DisposeAsync()
    {
        ContextLease[] leases;
        lock (_gate)
        {
            if (_disposed)
                return;

            _disposed = true;
            leases = [.. _leases.Values];
            while (_line.FirstUnsynchronized() is { } waiter)
                waiter.Refuse(new ObjectDisposedException(nameof(BrowserContextPool)));
        }

        await _memoryTimer.DisposeAsync();
        foreach (var lease in leases)
            lease.Revoke(LeaseLoss.PoolClosed);
        await _background.WhenAllAsync();
        await _fleet.DisposeAsync();
    }

    /// <summary>Takes a returned lease's context back: out of the books at once, closed in the background, then its place is free.</summary>
    internal void TakeBack(ContextLease lease)
    {
        lock (_gate)
        {
            if (!_leases.Remove(lease.Id))
                return;

            _closing++;
        }

        _logger.LeaseReturned(lease.Id, lease.Holder, HeldMilliseconds(lease));
        _ = _background.Run(() => CloseAsync(lease.Pooled));
    }

    internal void NoteLoss(ContextLease lease, LeaseLoss loss) =>
        _logger.LeaseLost(lease.Id, lease.Holder, HeldMilliseconds(lease), loss);

    private long HeldMilliseconds(ContextLease lease) => (long)_time.GetElapsedTime(lease.StartedAt).TotalMilliseconds;

    private async Task TakePlaceAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        WaitLine.Waiter waiter;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_line.Count == 0 && HasRoomUnsynchronized())
            {
                _opening++;
                return;
            }

            waiter = _line.JoinUnsynchronized();
        }

        try
        {
            await waiter.Served.WaitAsync(request.WaitAtMost, _time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            bool servedMeanwhile;
            lock (_gate)
                servedMeanwhile = !_line.LeaveUnsynchronized(waiter);
            if (servedMeanwhile && waiter.Served.IsCompletedSuccessfully)
                GiveBackPlace(ref _opening);
            if (exception is OperationCanceledException)
                throw;
            throw new LeaseTimeoutException(WaitedInVain(request));
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
        ContextLease lease;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            lease = new ContextLease(this, ++_lastLease, request, pooled, _time);
            _opening--;
            _leases.Add(lease.Id, lease);
        }

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
            GiveBackPlace(ref _opening);   // the asker has the exception, or no longer wants it
            return;
        }

        lock (_gate)
        {
            _opening--;
            _closing++;
        }

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
        GiveBackPlace(ref _closing);
    }

    private void GiveBackPlace(ref int account)
    {
        lock (_gate)
        {
            account--;
            ServeWaitersUnsynchronized();
        }
    }

    private bool HasRoomUnsynchronized() => _leases.Count + _opening + _closing < _capacity.Contexts;

    private void ServeWaitersUnsynchronized()
    {
        while (HasRoomUnsynchronized() && _line.FirstUnsynchronized() is { } waiter)
        {
            _opening++;
            waiter.Serve();
        }
    }

    private void OnCellLost(BrowserCell cell, string reason)
    {
        ContextLease[] lost;
        lock (_gate)
            lost = [.. _leases.Values.Where(lease => lease.Pooled.Cell == cell)];
        foreach (var lease in lost)
            lease.Revoke(LeaseLoss.BrowserLost);
    }

    private void RefreshCapacity()
    {
        try
        {
            var memory = _probe.Sample();
            var cells = _fleet.Count;
            PoolCapacity before, after;
            lock (_gate)
            {
                before = _capacity;
                var settled = _closing + _leases.Values.Count(lease => _time.GetElapsedTime(lease.StartedAt) >= GrowthTime);
                _memory = memory;
                after = _capacity = MemoryBudget.Decide(new CapacityFacts(memory, settled, cells, Environment.ProcessorCount), _options);
                ServeWaitersUnsynchronized();
            }

            if (before != after)
                _logger.CapacityChanged(after.Contexts, after.Bound, memory.AvailableBytes >> 20, memory.Source);
        }
        catch (Exception exception)
        {
            // Also what a probe should not throw: in a timer it would end the program.
            _logger.MemoryUnreadable(exception.Message);
        }
    }
}
