using ContextPool.Browsers;
using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ContextPool.Watchdog;

/// <summary>What it took to get a context closed, mildest first.</summary>
public enum KillRung
{
    /// <summary>It was closed as asked.</summary>
    CloseContext,

    /// <summary>Its process was ended, and then its tab closed.</summary>
    ClosePage,

    /// <summary>Its tab did not close, its context did.</summary>
    CloseContextByForce,

    /// <summary>The browser was killed.</summary>
    KillBrowser,
}

/// <summary>Gets a context closed, whatever it takes: each rung has a bound, and the last cannot fail.</summary>
/// <remarks>
/// For a context that is only given back: close it, else kill its browser. For one whose page hangs: end its process (0.25 s), close its
/// tab (1 s), close the context (<see cref="ContextPoolOptions.CloseTimeout"/>, 3 s), kill the browser's process group. The driver is
/// killed with the cell's end, at most 3 s later, when it does not close by itself: the whole takes less than 10 s. Measured with eight
/// tabs in endless loops on two cores: closed in 10 to 80 ms when the process is ended first, in 0.5 to 1 s when not, for Chromium gives
/// a page half a second to unload; and until then its loop takes a processor from everybody else.
/// </remarks>
internal sealed class KillLadder(BrowserFleet fleet, ContextPoolOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan EndProcessBound = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan ClosePageBound = TimeSpan.FromSeconds(1);

    /// <summary>Closes it. Never throws; returns when the context, or else its whole browser, is gone.</summary>
    /// <param name="hung">Its page does not answer: begin by stopping it.</param>
    public async Task<KillRung> CloseAsync(PooledContext context, bool hung)
    {
        var reached = KillRung.CloseContext;
        if (hung && context.Cell.State != CellState.Dead)
        {
            await DoneWithinAsync(EndProcessBound, context.Opened.EndProcessAsync);
            reached = await DoneWithinAsync(ClosePageBound, context.Opened.ClosePageAsync) ? KillRung.ClosePage : KillRung.CloseContextByForce;
        }

        if (context.Cell.State == CellState.Dead || await DoneWithinAsync(options.CloseTimeout, context.Opened.CloseAsync))
            return reached;

        logger.CloseTimedOut(context.Cell.Id, (long)options.CloseTimeout.TotalMilliseconds);
        fleet.Condemn(context.Cell, CellLossReason.CloseTimedOut);
        return KillRung.KillBrowser;
    }

    /// <summary>False when it took too long. An error counts as done: what is gone cannot be closed.</summary>
    private async Task<bool> DoneWithinAsync(TimeSpan bound, Func<Task> work)
    {
        try
        {
            await work().WaitAsync(bound, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (Exception)
        {
            return true;
        }
    }
}
