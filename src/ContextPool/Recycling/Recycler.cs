using ContextPool.Browsers;
using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ContextPool.Recycling;

/// <summary>Replaces worn cells, one at a time: the next one only when the last is gone.</summary>
internal sealed class Recycler(BrowserFleet fleet, ContextPoolOptions options, ILogger logger)
{
    private Task _replacing = Task.CompletedTask;

    /// <summary>Begins at most one replacement. Called from one thread at a time.</summary>
    public void Sweep()
    {
        if (!_replacing.IsCompleted)
            return;

        var cells = fleet.Cells;
        if (cells.Any(cell => cell is { State: CellState.Retiring, IsAlone: false }))
            return;

        foreach (var cell in cells)
        {
            if (cell.IsAlone || RecyclePolicy.Decide(FactsOf(cell), options) is not { } reason)
                continue;

            _replacing = ReplaceAsync(cell, reason);
            return;
        }
    }

    private async Task ReplaceAsync(BrowserCell cell, RecycleReason reason)
    {
        try
        {
            await fleet.ReplaceAsync(cell, reason);
        }
        catch (Exception exception)
        {
            // No new browser starts: a worn one is better than none.
            logger.NotReplaced(cell.Id, reason, exception.Message);
        }
    }

    private static CellFacts FactsOf(BrowserCell cell) =>
        new(cell.Served, cell.Age, cell.Wear.Growth, cell.Wear.Crashes, cell.Wear.GpuDeaths, cell.Wear.FailedOpenings, cell.Wear.Slowdown);
}
