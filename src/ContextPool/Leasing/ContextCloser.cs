using System.Collections.Concurrent;
using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Watchdog;
using Microsoft.Extensions.Logging;

namespace ContextPool.Leasing;

/// <summary>Closes contexts in the background, each once and whatever it takes, and then frees their place.</summary>
internal sealed class ContextCloser(
    ContextPoolOptions options, PlaceBook places, BrowserFleet fleet, KillLadder ladder, TimeProvider time, PoolMetrics metrics, ILogger logger)
{
    private readonly BackgroundTasks _background = new();
    private readonly ConcurrentDictionary<PooledContext, byte> _open = new();

    /// <summary>Contexts that are not closed yet.</summary>
    public IReadOnlyCollection<PooledContext> BeingClosed => [.. _open.Keys];

    /// <summary>Closes a context whose place is already one that closes.</summary>
    /// <param name="lease">The lease that ended; null when it was never lent.</param>
    public void Close(PooledContext context, ContextLease? lease, ContextEnd why)
    {
        if (TryBegin(context))
            _ = _background.Run(() => CloseAsync(context, lease, why));
        else
            places.EndClosing();
    }

    /// <summary>Closes a context that holds no place; it takes one until it is closed.</summary>
    public void CloseUnplaced(PooledContext context, ContextEnd why)
    {
        if (!TryBegin(context))
            return;

        places.BeginClosing();
        _ = _background.Run(() => CloseAsync(context, lease: null, why));
    }

    /// <summary>Completes when nothing is being closed any more.</summary>
    public Task WhenAllAsync() => _background.WhenAllAsync();

    /// <summary>Its room in the cell is free from now on; false when it is being closed already.</summary>
    private bool TryBegin(PooledContext context)
    {
        if (!context.TryBeginClosing())
            return false;

        _open[context] = 0;
        fleet.BeginClosing(context.Cell);
        return true;
    }

    /// <summary>Known to hang, or held too long and silent: a page that answers nothing is stopped before it is closed.</summary>
    private bool IsHung(ContextLease? lease) =>
        lease?.Loss == LeaseLoss.PageHung
        || (lease?.Loss == LeaseLoss.HeldTooLong && lease.Pulse.SilentFor > options.HeartbeatInterval * 2);

    /// <summary>Never throws.</summary>
    private async Task CloseAsync(PooledContext context, ContextLease? lease, ContextEnd why)
    {
        await Task.Yield();
        var isHung = IsHung(lease);
        var rung = await ladder.CloseAsync(context, isHung);
        _open.TryRemove(context, out _);
        fleet.EndClosing(context.Cell);
        places.EndClosing();
        metrics.ContextClosed(why);
        if (isHung)
            metrics.HangEnded(lease!.UnheardAtEnd, time.GetElapsedTime(lease.EndedAt), rung);
        if (!isHung && rung == KillRung.CloseContext)
            return;

        metrics.Killed(rung);
        logger.ContextKilled(
            lease?.Id ?? 0, lease?.Holder ?? "nobody", context.Cell.Id, rung, (long)time.GetElapsedTime(context.OpenedAt).TotalMilliseconds,
            lease?.Loss ?? LeaseLoss.None);
    }
}
