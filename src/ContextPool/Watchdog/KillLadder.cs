using ContextPool.Browsers;
using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ContextPool.Watchdog;

/// <summary>What it took to get a context closed, mildest first.</summary>
public enum KillRung
{
    /// <summary>It was closed as asked.</summary>
    CloseContext,

    /// <summary>Its tab's process was ended, and then it closed.</summary>
    EndProcess,

    /// <summary>The browser was killed.</summary>
    KillBrowser,
}

/// <summary>Gets a context closed, whatever it takes: each rung has a bound, and the last cannot fail.</summary>
/// <remarks>
/// For a context that is only given back: close it (<see cref="ContextPoolOptions.CloseTimeout"/>, 3 s), else kill its browser's process group. For one whose page hangs: close it
/// (1 s), end its tab's process (0.25 s) and wait on for its end, kill the browser. The driver is killed with the cell's end, at most 3 s later, when it does not close by itself: the
/// whole takes less than 10 s. The tab itself is not closed first: measured with tabs in endless loops on two cores, a context closes in 10 to 20 ms whatever its pages do, while a tab
/// takes half a second to a second, for Chromium gives its page that long to unload.
/// </remarks>
internal sealed class KillLadder(BrowserFleet fleet, ContextPoolOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan MildBound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EndProcessBound = TimeSpan.FromSeconds(0.25);

    /// <summary>Closes it. Never throws; returns when the context, or else its whole browser, is gone.</summary>
    /// <param name="hung">Its page does not answer: it may have to be stopped.</param>
    public async Task<KillRung> CloseAsync(PooledContext context, bool hung)
    {
        if (context.Cell.State == CellState.Dead)
            return KillRung.CloseContext;

        var closing = Begin(context.Opened.CloseAsync);
        if (hung)
        {
            if (await IsDoneWithinAsync(MildBound, closing))
                return KillRung.CloseContext;
            await IsDoneWithinAsync(EndProcessBound, Begin(context.Opened.EndProcessAsync));
        }

        if (context.Cell.State == CellState.Dead || await IsDoneWithinAsync(options.CloseTimeout, closing))
            return hung ? KillRung.EndProcess : KillRung.CloseContext;

        logger.CloseTimedOut(context.Cell.Id, (long)options.CloseTimeout.TotalMilliseconds);
        fleet.Condemn(context.Cell, CellLossReason.CloseTimedOut);
        return KillRung.KillBrowser;
    }

    private static Task Begin(Func<Task> work)
    {
        Task begun;
        try
        {
            begun = work();
        }
        catch (Exception)
        {
            return Task.CompletedTask;
        }

        _ = begun.ContinueWith(static late => _ = late.Exception, TaskScheduler.Default);
        return begun;
    }

    /// <summary>False when it took too long. An error counts as done: what is gone cannot be closed.</summary>
    private async Task<bool> IsDoneWithinAsync(TimeSpan bound, Task work)
    {
        try
        {
            await work.WaitAsync(bound, time);
            return true;
        }
        catch (TimeoutException)
        {
            return work.IsCompleted;
        }
        catch (Exception)
        {
            return true;
        }
    }
}
