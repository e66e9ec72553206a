using ContextPool.Browsers;
using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ContextPool.Leasing;

/// <summary>Where contexts come from and where they go: a warm one of the same key, a blank one opened ahead, or a new one; back to the shelf, or closed.</summary>
/// <remarks>Opening and closing are bounded and, once begun, carried through in the background whoever loses patience.</remarks>
internal sealed class ContextSupply(
    ContextPoolOptions options, PlaceBook places, ContextOpener opener, ContextCloser closer, TimeProvider time, PoolMetrics metrics, ILogger logger)
{
    /// <summary>Marks a profile's contexts whose tab draws nothing: they are kept apart from the others.</summary>
    private const string Frameless = "\u001fframeless";

    /// <summary>A page that was read is left on its tab so long, for the next lease of its key mostly comes at once.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);

    /// <summary>A tab whose page has answered so lately is lent without a question: on a busy machine the answer takes as long as whatever the page is at (measured: up to 50 ms a page).</summary>
    private static readonly TimeSpan AnswerHolds = TimeSpan.FromMilliseconds(100);

    /// <summary>A tab that does not answer so long is not lent as it is.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    private readonly WarmShelf _shelf = new();
    private readonly BackgroundTasks _background = new();
    private readonly string _ownProfile = options.Context.Identity;
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _openingBlanks;
    private int _scrubbing;

    /// <summary>Contexts open between two leases.</summary>
    public int Idle => _shelf.Count;

    /// <summary>Of these, those whose tab is still leaving the page of its last lease.</summary>
    public int Scrubbing => Volatile.Read(ref _scrubbing);

    /// <summary>Contexts open between two leases, one by one.</summary>
    public IReadOnlyList<ShelvedContext> Shelved() => _shelf.All();

    /// <summary>Contexts that are not closed yet.</summary>
    public IReadOnlyCollection<PooledContext> BeingClosed() => closer.BeingClosed;

    /// <summary>A context for a request whose place is taken.</summary>
    /// <exception cref="BrowserNotFoundException">As the launcher says.</exception>
    /// <exception cref="BrowserLaunchException">No browser starts, or none opens a context.</exception>
    public async Task<PooledContext> GetAsync(LeaseRequest request)
    {
        var (profile, identity) = ProfileOf(request);
        if (request.Alone)
        {
            MakeRoom();
            return await opener.OpenAsync(profile, identity, alone: true);
        }

        while (request.Key is not null && _shelf.TryTake(request.Key, identity) is { } warm)
        {
            if (await IsFitAsync(warm, request) && IsAlive(warm.Context))
            {
                metrics.ContextReused();
                return warm.Context;
            }

            closer.CloseUnplaced(warm.Context, ContextEnd.Broken);
        }

        while (_shelf.TryTake(key: null, identity) is { } blank)
        {
            if (IsAlive(blank.Context))
                return blank.Context;

            closer.CloseUnplaced(blank.Context, ContextEnd.Broken);
        }

        MakeRoom();
        return await opener.OpenAsync(profile, identity);
    }

    private (ContextProfile Profile, string Identity) ProfileOf(LeaseRequest request)
    {
        var profile = request.Profile ?? options.Context;
        var identity = request.Profile is null ? _ownProfile : profile.Identity;
        return request.Frameless ? (profile.WithoutFrames(), identity + Frameless) : (profile, identity);
    }

    /// <summary>Takes a returned lease's context: to the shelf when it may serve its key again, else to be closed.</summary>
    /// <param name="mayKeep">Memory allows to keep contexts warm.</param>
    public void TakeBack(ContextLease lease, bool mayKeep)
    {
        var context = lease.Pooled;
        var end = EndOf(lease, mayKeep);
        if (!places.TryTakeBack(lease))
            return;

        if (end is not { } why)
        {
            Shelve(context, lease);
            places.EndClosing();   // after it lies there: whoever gets this place may have its key
        }
        else
        {
            closer.Close(context, lease, why);
        }
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
        closer.Close(context, lease: null, ContextEnd.Unwanted);
    });

    /// <summary>Closes what has been idle or open for too long, and what is idle in a cell that takes no more.</summary>
    public void CloseStale()
    {
        foreach (var stale in _shelf.TakeWhere(entry => StaleBecause(entry) is not null))
            closer.CloseUnplaced(stale.Context, StaleBecause(stale) ?? ContextEnd.Idle);
    }

    /// <summary>Closes idle contexts, least recently used first.</summary>
    public void CloseIdle(int atMost, ContextEnd why)
    {
        while (atMost-- > 0 && _shelf.TryTakeOldest() is { } oldest)
            closer.CloseUnplaced(oldest.Context, why);
    }

    /// <summary>Drops what was idle in a cell that is gone or retiring.</summary>
    public void CloseIdleIn(BrowserCell cell)
    {
        foreach (var entry in _shelf.TakeWhere(entry => entry.Context.Cell == cell))
            closer.CloseUnplaced(entry.Context, ContextEnd.CellGone);
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
        _closing.TrySetResult();
        foreach (var entry in _shelf.Close())
            closer.CloseUnplaced(entry.Context, ContextEnd.PoolClosed);
        await _background.WhenAllAsync();
        await closer.WhenAllAsync();
    }

    /// <summary>It may have died while it lay idle.</summary>
    private static bool IsAlive(PooledContext context) => !context.Opened.IsBroken && context.Cell.State != CellState.Dead;

    /// <summary>Why a context is closed after a lease; null when it may serve its key again.</summary>
    private ContextEnd? EndOf(ContextLease lease, bool mayKeep) => lease switch
    {
        { Loss: not LeaseLoss.None } => ContextEnd.LeaseLost,
        { IsTainted: true } => ContextEnd.Tainted,
        { Request.Key: null } => ContextEnd.Used,
        { Pooled: var context } => UnfitBecause(context) ?? (context.Leases >= options.MaxLeasesPerContext ? ContextEnd.Worn : mayKeep ? null : ContextEnd.Memory),
    };

    private ContextEnd? StaleBecause(ShelvedContext entry) =>
        UnfitBecause(entry.Context) ?? (entry.Key is not null && time.GetElapsedTime(entry.ShelvedAt) >= options.MaxIdleTime ? ContextEnd.Idle : null);

    private ContextEnd? UnfitBecause(PooledContext context) =>
        context.Opened.IsBroken ? ContextEnd.Broken
        : context.Cell.State != CellState.Serving ? ContextEnd.CellGone
        : time.GetElapsedTime(context.OpenedAt) >= options.MaxContextAge ? ContextEnd.Age
        : null;

    /// <summary>Clean, or of a page that the next lease does not mind: then a question whether it answers is enough, for a tab that hangs would not let go of it.</summary>
    private async Task<bool> IsFitAsync(ShelvedContext entry, LeaseRequest request)
    {
        if (!entry.MayLinger || !entry.TryBegin())
            return await entry.Ready;
        if (!request.Navigates || !entry.Context.Opened.HasOneTab)
            return await ScrubAsync(entry.Context);
        if (entry.AnsweredAt is { } answer && time.GetElapsedTime(answer) < AnswerHolds)
            return true;

        try
        {
            await entry.Context.Opened.BeatAsync().WaitAsync(AnswerTimeout, time);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>On the shelf at once, so that the key's next lease finds it; lent when it is clean, or as it is to one that comes at once and does not mind.</summary>
    private void Shelve(PooledContext context, ContextLease lease)
    {
        var entry = new ShelvedContext(context, lease.Request.Key, time.GetTimestamp(), mayLinger: lease.Request.Navigates && lease.Succeeded, lease.AnsweredAt);
        if (!_shelf.TryPut(entry))
        {
            closer.CloseUnplaced(context, ContextEnd.PoolClosed);
            return;
        }

        _ = _background.Run(async () =>
        {
            if (entry.MayLinger)
                await Task.WhenAny(Task.Delay(Linger, time), _closing.Task);
            if (!entry.TryBegin())
                return;
            var isClean = await ScrubAsync(context);
            entry.End(isClean);
            if (!isClean)
            {
                _shelf.TryTake(entry);
                closer.CloseUnplaced(context, ContextEnd.Broken);
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
            CloseIdle(open - counts.Capacity.Contexts, ContextEnd.Room);
    }

    private async Task OpenBlankAsync()
    {
        await Task.Yield();
        try
        {
            var context = await opener.OpenAsync(options.Context, _ownProfile);
            if (!HasRoomForOneMore() || !_shelf.TryPut(Ready(context)))
                closer.CloseUnplaced(context, ContextEnd.Unwanted);
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

    private ShelvedContext Ready(PooledContext blank)
    {
        var entry = new ShelvedContext(blank, key: null, time.GetTimestamp());
        entry.End(isFit: true);
        return entry;
    }

    /// <summary>False when places were taken while a blank one was being opened.</summary>
    private bool HasRoomForOneMore()
    {
        var counts = places.Counts();
        return counts.Leased + counts.Opening + counts.Closing + _shelf.Count < counts.Capacity.Contexts;
    }
}
