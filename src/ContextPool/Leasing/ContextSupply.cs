using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Watchdog;
using Microsoft.Extensions.Logging;

namespace ContextPool.Leasing;

/// <summary>Where contexts come from and where they go: a warm one of the same key, a blank one opened ahead, or a new one; back to the shelf, or closed.</summary>
/// <remarks>Opening and closing are bounded and, once begun, carried through in the background whoever loses patience.</remarks>
internal sealed class ContextSupply(
    ContextPoolOptions options, PlaceBook places, BrowserFleet fleet, KillLadder ladder, TimeProvider time, PoolMetrics metrics, ILogger logger)
{
    /// <summary>Browsers that may hang or die over one opening; after that the fault is taken for a lasting one and told to the caller.</summary>
    private const int MaxBrowsersPerOpening = 3;

    private readonly WarmShelf _shelf = new();
    private readonly BackgroundTasks _background = new();
    private readonly string _ownProfile = options.Context.Identity;
    private int _openingBlanks;
    private int _scrubbing;

    /// <summary>Contexts open between two leases.</summary>
    public int Idle => _shelf.Count;

    /// <summary>Of these, those whose tab is still leaving the page of its last lease.</summary>
    public int Scrubbing => Volatile.Read(ref _scrubbing);

    /// <summary>A context for a request whose place is taken.</summary>
    /// <exception cref="BrowserNotFoundException">As the launcher says.</exception>
    /// <exception cref="BrowserLaunchException">No browser starts, or none opens a context.</exception>
    public async Task<PooledContext> GetAsync(LeaseRequest request)
    {
        var profile = request.Profile ?? options.Context;
        var identity = request.Profile is null ? _ownProfile : profile.Identity;
        while (request.Key is not null && _shelf.TryTake(request.Key, identity) is { } warm)
        {
            if (await warm.Ready && IsAlive(warm.Context))
            {
                metrics.ContextReused();
                return warm.Context;
            }

            CloseUnplaced(warm.Context);
        }

        while (_shelf.TryTake(key: null, identity) is { } blank)
        {
            if (IsAlive(blank.Context))
                return blank.Context;

            CloseUnplaced(blank.Context);
        }

        MakeRoom();
        return await OpenAsync(profile, identity);
    }

    /// <summary>Takes a returned lease's context: to the shelf when it may serve its key again, else to be closed.</summary>
    /// <param name="mayKeep">Memory allows to keep contexts warm.</param>
    public void TakeBack(ContextLease lease, bool mayKeep)
    {
        var context = lease.Pooled;
        var keep = mayKeep && lease.Request.Key is not null && lease.Loss == LeaseLoss.None && !lease.IsTainted && IsFit(context);
        if (!places.TryTakeBack(lease))
            return;

        if (keep)
        {
            Shelve(context, lease.Request.Key);
            places.EndClosing();   // after it lies there: whoever gets this place may have its key
        }
        else if (TryBeginClosing(context))
            _ = _background.Run(() => CloseAsync(context, lease));
        else
            places.EndClosing();
    }

    /// <summary>Sees an opening through whose asker has gone, so that the context is closed and the place returns.</summary>
    public void Abandon(Task<PooledContext> opening) => _ = _background.Run(async () =>
    {
        PooledContext context;
        try
        {
            context = await opening;
        }
        catch (Exception)
        {
            places.EndOpening();   // the asker has the exception, or no longer wants it
            return;
        }

        places.TurnOpeningIntoClosing();
        if (TryBeginClosing(context))
            await CloseAsync(context, lease: null);
        else
            places.EndClosing();
    });

    /// <summary>Closes what has been idle or open for too long, and what is idle in a cell that takes no more.</summary>
    public void CloseStale()
    {
        foreach (var stale in _shelf.TakeWhere(entry =>
            entry.Context.Cell.State != CellState.Serving
            || entry.Context.Opened.IsBroken
            || time.GetElapsedTime(entry.Context.OpenedAt) >= options.MaxContextAge
            || (entry.Key is not null && time.GetElapsedTime(entry.ShelvedAt) >= options.MaxIdleTime)))
            CloseUnplaced(stale.Context);
    }

    /// <summary>Closes idle contexts, least recently used first, because memory is short.</summary>
    public void CloseIdle(int atMost)
    {
        while (atMost-- > 0 && _shelf.TryTakeOldest() is { } oldest)
            CloseUnplaced(oldest.Context);
    }

    /// <summary>Drops what was idle in a cell that is gone or retiring.</summary>
    public void CloseIdleIn(BrowserCell cell)
    {
        foreach (var entry in _shelf.TakeWhere(entry => entry.Context.Cell == cell))
            CloseUnplaced(entry.Context);
    }

    /// <summary>Opens blank contexts ahead, as many as configured and as there is room for.</summary>
    public void OpenAhead()
    {
        var counts = places.Counts();
        var taken = counts.Leased + counts.Opening + counts.Closing;
        while (counts.Waiting == 0
            && _shelf.Blanks + Volatile.Read(ref _openingBlanks) < options.BlankContexts
            && taken + _shelf.Count + Volatile.Read(ref _openingBlanks) < counts.Capacity.Contexts)
        {
            Interlocked.Increment(ref _openingBlanks);
            _ = _background.Run(OpenBlankAsync);
        }
    }

    /// <summary>Closes everything that is idle and waits for all that is still being opened or closed.</summary>
    public async Task CloseAsync()
    {
        foreach (var entry in _shelf.Close())
            CloseUnplaced(entry.Context);
        await _background.WhenAllAsync();
    }

    /// <summary>It may have died while it lay idle.</summary>
    private static bool IsAlive(PooledContext context) => !context.Opened.IsBroken && context.Cell.State != CellState.Dead;

    private bool IsFit(PooledContext context) =>
        !context.Opened.IsBroken
        && context.Cell.State == CellState.Serving
        && context.Leases < options.MaxLeasesPerContext
        && time.GetElapsedTime(context.OpenedAt) < options.MaxContextAge;

    /// <summary>On the shelf at once, so that the key's next lease finds it; lent when it is clean.</summary>
    private void Shelve(PooledContext context, ContextKey? key)
    {
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var entry = new ShelvedContext(context, key, ready.Task, time.GetTimestamp());
        if (!_shelf.TryPut(entry))
        {
            CloseUnplaced(context);
            return;
        }

        _ = _background.Run(async () =>
        {
            var isClean = await ScrubAsync(context);
            ready.SetResult(isClean);
            if (!isClean)
            {
                _shelf.TryTake(entry);
                CloseUnplaced(context);
            }
        });
    }

    private async Task<bool> ScrubAsync(PooledContext context)
    {
        Interlocked.Increment(ref _scrubbing);
        await Task.Yield();
        var began = time.GetTimestamp();
        try
        {
            await context.Opened.ScrubAsync().WaitAsync(options.ScrubTimeout, time);
            context.Cell.Wear.NoteScrub(time.GetElapsedTime(began));
            return !context.Opened.IsBroken;
        }
        catch (Exception)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _scrubbing);
        }
    }

    /// <summary>Idle contexts give way to new ones when all of them together would be more than there may be.</summary>
    private void MakeRoom()
    {
        var counts = places.Counts();
        var open = counts.Leased + counts.Opening + counts.Closing + _shelf.Count;
        if (open > counts.Capacity.Contexts)
            CloseIdle(open - counts.Capacity.Contexts);
    }

    /// <summary>Opens a context; where a browser hangs or dies over it, in the next one.</summary>
    private async Task<PooledContext> OpenAsync(ContextProfile profile, string identity)
    {
        for (var browsers = 1; ; browsers++)
        {
            var cell = await fleet.ReserveAsync();
            var began = time.GetTimestamp();
            try
            {
                var opened = await cell.Browser.OpenContextAsync(profile).WaitAsync(options.OpenTimeout, time);
                cell.Wear.NoteOpening(time.GetElapsedTime(began));
                metrics.ContextOpened();
                return new PooledContext(cell, opened, identity, time.GetTimestamp());
            }
            catch (Exception exception)
            {
                var fault = exception is TimeoutException ? $"it opened no context in {options.OpenTimeout.TotalSeconds:0.#} s (OpenTimeout)"
                    : cell.State == CellState.Dead || cell.Browser.Exited.IsCompleted ? "its browser exited"
                    : null;
                if (fault is not null)
                    fleet.Condemn(cell, exception is TimeoutException ? CellLossReason.OpenTimedOut : CellLossReason.Exited);
                fleet.BeginClosing(cell);
                fleet.EndClosing(cell);

                if (fault is null)
                {
                    cell.Wear.NoteFailedOpening();
                    throw new BrowserLaunchException($"The browser opened no context: {exception.Message}", exception);
                }

                if (browsers == MaxBrowsersPerOpening)
                    throw new BrowserLaunchException($"{browsers} browsers in a row failed while opening a context; of the last one: {fault}.", exception);
            }
        }
    }

    private async Task OpenBlankAsync()
    {
        await Task.Yield();
        try
        {
            var context = await OpenAsync(options.Context, _ownProfile);
            if (!HasRoomForOneMore() || !_shelf.TryPut(new ShelvedContext(context, Key: null, Task.FromResult(true), time.GetTimestamp())))
                CloseUnplaced(context);
        }
        catch (Exception exception)
        {
            logger.BlankNotOpened(exception.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _openingBlanks);
        }
    }

    /// <summary>False when places were taken while a blank one was being opened.</summary>
    private bool HasRoomForOneMore()
    {
        var counts = places.Counts();
        return counts.Leased + counts.Opening + counts.Closing + _shelf.Count < counts.Capacity.Contexts;
    }

    /// <summary>Closes a context that holds no place; it takes one until it is closed.</summary>
    private void CloseUnplaced(PooledContext context)
    {
        if (!TryBeginClosing(context))
            return;

        places.BeginClosing();
        _ = _background.Run(() => CloseAsync(context, lease: null));
    }

    /// <summary>Its room in the cell is free from now on; false when somebody else closes it.</summary>
    private bool TryBeginClosing(PooledContext context)
    {
        if (!context.TryBeginClosing())
            return false;

        fleet.BeginClosing(context.Cell);
        return true;
    }

    /// <summary>Closes a context, whatever it takes, and frees its place. Never throws.</summary>
    private async Task CloseAsync(PooledContext context, ContextLease? lease)
    {
        await Task.Yield();
        var isHung = lease?.Loss == LeaseLoss.PageHung;
        var rung = await ladder.CloseAsync(context, isHung);
        fleet.EndClosing(context.Cell);
        places.EndClosing();
        metrics.ContextClosed();
        if (isHung || rung > KillRung.CloseContext)
        {
            metrics.Killed(rung);
            logger.ContextKilled(lease?.Id ?? 0, lease?.Holder ?? "nobody", context.Cell.Id, rung, (long)time.GetElapsedTime(context.OpenedAt).TotalMilliseconds, lease?.Loss ?? LeaseLoss.None);
        }
    }
}
