using ContextPool.Diagnostics;
using ContextPool.Recycling;
using Microsoft.Extensions.Logging;

namespace ContextPool.Browsers;

/// <summary>Starts cells when there is no room, replaces the worn, kills the silent, buries the dead.</summary>
internal sealed class BrowserFleet(
    ContextPoolOptions options, IBrowserLauncher launcher, TimeProvider time, PoolMetrics metrics, ILogger logger) : IAsyncDisposable
{
    private readonly CellBook _book = new(options.MaxContextsPerCell);
    private readonly Lock _gate = new();
    private readonly LaunchBreaker _breaker = new();
    private readonly BackgroundTasks _background = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly long _start = time.GetTimestamp();
    private Task? _launching;
    private int _lastId;

    /// <summary>Raised once per cell whose browser is gone; not under any lock.</summary>
    public event Action<BrowserCell>? CellLost;

    /// <summary>Raised when a cell takes no more contexts; not under any lock.</summary>
    public event Action<BrowserCell>? CellRetiring;

    public int Count => _book.Count;

    /// <summary>The cells that run.</summary>
    public IReadOnlyList<BrowserCell> Cells => _book.Cells;

    /// <summary>How long no browser will be started because several did not; zero normally.</summary>
    public TimeSpan RefusesFor
    {
        get
        {
            lock (_gate)
                return _breaker.RefusesFor(time.GetElapsedTime(_start));
        }
    }

    public IReadOnlyList<CellSnapshot> Snapshot() => _book.Snapshot();

    /// <summary>Reserves room for one context in a serving cell, starting a cell when all are full. Several callers share one start.</summary>
    /// <exception cref="BrowserNotFoundException">As the launcher says.</exception>
    /// <exception cref="BrowserLaunchException">As the launcher says; or none is tried, because several in a row did not start.</exception>
    /// <exception cref="ObjectDisposedException">The fleet is closing.</exception>
    public async Task<BrowserCell> ReserveAsync()
    {
        while (true)
        {
            if (_book.TryReserve() is { } cell)
                return cell;

            await LaunchSharedAsync();
        }
    }

    /// <summary>Starts a cell with room for one context, which takes no other and is closed with it.</summary>
    /// <inheritdoc cref="ReserveAsync" path="/exception"/>
    public Task<BrowserCell> ReserveAloneAsync()
    {
        lock (_gate)
            ThrowIfRefusedUnsynchronized();
        var starting = StartAsync(_book.TryAddAlone);
        _ = _background.Run(() => starting);
        return starting;
    }

    /// <summary>A context is being closed, or was never opened.</summary>
    public void BeginClosing(BrowserCell cell) => _book.BeginClosing(cell);

    /// <summary>A context is gone; the last one out of a retiring cell closes it.</summary>
    public void EndClosing(BrowserCell cell)
    {
        if (_book.EndClosing(cell))
            _ = _background.Run(() => CloseAsync(cell, "worn, and empty"));
    }

    /// <summary>Kills a cell that does not answer. Its other leases are lost with it.</summary>
    public void Condemn(BrowserCell cell, CellLossReason reason)
    {
        if (!_book.TryTakeOutDead(cell))
            return;

        // Before anybody hears of it: the places of its contexts are free as soon as their holders know, and their memory must be by then.
        logger.CellKilled(cell.Id, cell.Browser.BrowserPid, cell.Browser.DriverPid, reason, (long)cell.Age.TotalSeconds);
        if (reason == CellLossReason.DriverSilent)
            cell.Browser.Kill();
        else
            cell.Browser.KillBrowser();
        Bury(cell, reason);
    }

    /// <summary>Starts a new cell, then lets the old one finish: capacity never falls. An idle cell is not replaced, the next lease will do that.</summary>
    public async Task ReplaceAsync(BrowserCell cell, RecycleReason reason)
    {
        if (cell.Contexts > 0)
            await LaunchSharedAsync();
        if (cell.State != CellState.Serving)
            return;

        logger.CellRetiring(cell.Id, cell.Served, reason);
        metrics.CellRetired(reason);
        var isEmpty = _book.Retire(cell);
        CellRetiring?.Invoke(cell);
        if (isEmpty)
            _ = _background.Run(() => CloseAsync(cell, "worn, and idle"));
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_book.Close().Select(cell => CloseAsync(cell, "the pool is closing")));
        await _background.WhenAllAsync();
        _closing.Dispose();
    }

    private Task LaunchSharedAsync()
    {
        lock (_gate)
        {
            if (_launching is null)
                ThrowIfRefusedUnsynchronized();
            return _launching ??= _background.Run(LaunchAsync);
        }
    }

    private void ThrowIfRefusedUnsynchronized()
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(BrowserContextPool));
        if (_breaker.RefusesFor(time.GetElapsedTime(_start)) is { Ticks: > 0 } refused)
        {
            throw new BrowserLaunchException(
                $"No browser is started for another {refused.TotalSeconds:0.#} s, because {_breaker.FailuresInRow} in a row did not start; the last one: {_breaker.LastFailure}");
        }
    }

    private async Task LaunchAsync()
    {
        // The caller holds the lock until this task is stored; starting must not run inside it.
        await Task.Yield();
        try
        {
            await StartAsync(_book.TryAdd);
        }
        finally
        {
            lock (_gate)
                _launching = null;
        }
    }

    private async Task<BrowserCell> StartAsync(Func<BrowserCell, bool> add)
    {
        try
        {
            var began = time.GetTimestamp();
            var browser = await launcher.LaunchAsync(options, _closing.Token);
            var cell = new BrowserCell(Interlocked.Increment(ref _lastId), browser, time);
            logger.CellStarted(cell.Id, browser.Executable.Path, browser.Version, browser.BrowserPid, browser.DriverPid, options.Launch.UsesSandbox);
            metrics.CellStarted(time.GetElapsedTime(began));
            if (!add(cell))
            {
                await CloseAsync(cell, "the pool closed while it started");
                throw new ObjectDisposedException(nameof(BrowserContextPool));
            }

            _ = browser.Exited.ContinueWith(
                _ =>
                {
                    if (_book.TryTakeOutDead(cell))
                        Bury(cell, CellLossReason.Exited);
                },
                TaskScheduler.Default);
            EndLaunch(failure: null);
            return cell;
        }
        catch (OperationCanceledException cancelled) when (_closing.IsCancellationRequested)
        {
            EndLaunch(failure: null);
            throw new ObjectDisposedException("The pool closed while a browser was being started.", cancelled);
        }
        catch (BrowserNotFoundException)
        {
            EndLaunch(failure: null);   // nothing was started; the search costs nothing and may find one next time
            throw;
        }
        catch (Exception exception)
        {
            metrics.LaunchFailed();
            EndLaunch(exception.Message);
            throw;
        }
    }

    private void EndLaunch(string? failure)
    {
        lock (_gate)
        {
            if (failure is null)
                _breaker.Succeeded();
            else
                _breaker.Failed(failure, time.GetElapsedTime(_start));
        }
    }

    /// <summary>Tells the holders of a dead cell's contexts, and sees its driver off.</summary>
    private void Bury(BrowserCell cell, CellLossReason reason)
    {
        logger.CellLost(cell.Id, cell.Contexts, reason);
        metrics.CellLost(reason);
        CellLost?.Invoke(cell);
        _ = _background.Run(() => CloseAsync(cell, "its browser is gone"));
    }

    /// <summary>Closes in the orderly way within the bound, then kills whatever is left. Never throws.</summary>
    private async Task CloseAsync(BrowserCell cell, string reason)
    {
        try
        {
            await cell.Browser.CloseAsync().WaitAsync(options.CloseTimeout, time);
        }
        catch (Exception exception)
        {
            logger.DriverCloseFailed(cell.Id, exception.Message);
        }

        cell.Browser.Kill();
        logger.CellClosed(cell.Id, cell.Served, reason);
    }
}
