using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ContextPool.Browsers;

/// <summary>The running cells: finds one with room, starts another when there is none, retires the worn, buries the dead.</summary>
internal sealed class BrowserFleet(ContextPoolOptions options, IBrowserLauncher launcher, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<BrowserCell> _cells = [];
    private readonly BackgroundTasks _background = new();
    private readonly CancellationTokenSource _closing = new();
    private Task? _launching;
    private int _lastId;

    /// <summary>Raised once per cell whose browser is gone, with the reason; not under any lock.</summary>
    public event Action<BrowserCell, string>? CellLost;

    public int Count
    {
        get
        {
            lock (_gate)
                return _cells.Count;
        }
    }

    public IReadOnlyList<CellSnapshot> Snapshot()
    {
        lock (_gate)
            return [.. _cells.Select(cell => cell.Snapshot())];
    }

    /// <summary>Reserves one place in a serving cell, starting a cell when all are full. Several callers share one start.</summary>
    /// <exception cref="BrowserNotFoundException">As the launcher says.</exception>
    /// <exception cref="BrowserLaunchException">As the launcher says.</exception>
    /// <exception cref="ObjectDisposedException">The fleet is closing.</exception>
    public async Task<BrowserCell> ReserveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task launching;
            lock (_gate)
            {
                if (FullestWithRoom() is { } cell)
                {
                    cell.Contexts++;
                    cell.Served++;
                    if (cell.Served >= options.MaxContextsServedPerCell)
                        cell.State = CellState.Retiring;
                    return cell;
                }

                launching = _launching ??= _background.Run(LaunchAsync);
            }

            await launching.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives a place back; the last one out of a retiring cell closes it.</summary>
    public void Release(BrowserCell cell)
    {
        lock (_gate)
        {
            cell.Contexts--;
            if (cell.State != CellState.Retiring || cell.Contexts > 0)
                return;

            _cells.Remove(cell);
        }

        _ = _background.Run(() => CloseAsync(cell, "served its share"));
    }

    /// <summary>Kills a cell that no longer answers. Its other leases are lost with it.</summary>
    public void Condemn(BrowserCell cell, string reason)
    {
        if (!TakeOut(cell))
            return;

        // Before anybody hears of it: the places of its contexts are free as soon as their holders know, and their memory must be by then.
        logger.CellKilled(cell.Id, cell.Browser.BrowserPid, cell.Browser.DriverPid, reason);
        cell.Browser.Kill();
        Bury(cell, reason);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        BrowserCell[] cells;
        lock (_gate)
        {
            cells = [.. _cells];
            _cells.Clear();
        }

        await Task.WhenAll(cells.Select(cell => CloseAsync(cell, "the pool is closing")));
        await _background.WhenAllAsync();
        _closing.Dispose();
    }

    private BrowserCell? FullestWithRoom()
    {
        BrowserCell? best = null;
        foreach (var cell in _cells)
        {
            if (cell.State == CellState.Serving && cell.Contexts < options.MaxContextsPerCell && (best is null || cell.Contexts > best.Contexts))
                best = cell;
        }

        return best;
    }

    private async Task LaunchAsync()
    {
        // The caller holds the lock until this task is stored; starting must not run inside it.
        await Task.Yield();
        try
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(BrowserContextPool));
            var browser = await launcher.LaunchAsync(options, _closing.Token);
            var cell = new BrowserCell(Interlocked.Increment(ref _lastId), browser, time.GetTimestamp());
            logger.CellStarted(cell.Id, browser.Executable.Path, browser.Version, browser.BrowserPid, browser.DriverPid, options.Launch.UsesSandbox);
            var tooLate = false;
            lock (_gate)
            {
                tooLate = _closing.IsCancellationRequested;
                if (!tooLate)
                    _cells.Add(cell);
            }

            if (tooLate)
            {
                await CloseAsync(cell, "the pool closed while it started");
                throw new ObjectDisposedException(nameof(BrowserContextPool));
            }

            _ = browser.Exited.ContinueWith(
                _ =>
                {
                    if (TakeOut(cell))
                        Bury(cell, "its browser exited");
                },
                TaskScheduler.Default);
        }
        catch (OperationCanceledException cancelled) when (_closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The pool closed while a browser was being started.", cancelled);
        }
        finally
        {
            lock (_gate)
                _launching = null;
        }
    }

    /// <summary>Takes a cell out because its browser is gone; false when that was done before.</summary>
    private bool TakeOut(BrowserCell cell)
    {
        lock (_gate)
        {
            if (!_cells.Remove(cell))
                return false;

            cell.State = CellState.Dead;
            return true;
        }
    }

    /// <summary>Tells the holders of a dead cell's contexts, and sees its driver off.</summary>
    private void Bury(BrowserCell cell, string reason)
    {
        logger.CellLost(cell.Id, cell.Contexts, reason);
        CellLost?.Invoke(cell, reason);
        _ = _background.Run(() => CloseAsync(cell, reason));
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
