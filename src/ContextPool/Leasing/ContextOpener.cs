using ContextPool.Browsers;
using ContextPool.Diagnostics;

namespace ContextPool.Leasing;

/// <summary>Opens a context in a browser that has room; where a browser hangs or dies over it, in the next one; where only the tab does, once more.</summary>
internal sealed class ContextOpener(ContextPoolOptions options, BrowserFleet fleet, TimeProvider time, PoolMetrics metrics)
{
    /// <summary>Browsers that may hang or die over one opening; after that the fault is taken for a lasting one and told to the caller.</summary>
    private const int MaxBrowsers = 3;

    /// <summary>Tabs that may fail in browsers that live: one may have been killed while it opened, another's death may have taken it along; a third time it is the profile.</summary>
    private const int MaxTabs = 3;

    /// <param name="identity">That of the profile.</param>
    /// <param name="alone">In a browser of its own.</param>
    /// <exception cref="BrowserNotFoundException">As the launcher says.</exception>
    /// <exception cref="BrowserLaunchException">No browser starts, or none opens a context.</exception>
    public async Task<PooledContext> OpenAsync(ContextProfile profile, string identity, bool alone = false)
    {
        var (browsers, tabs) = (0, 0);
        while (true)
        {
            var cell = await (alone ? fleet.ReserveAloneAsync() : fleet.ReserveAsync());
            try
            {
                return await OpenInAsync(cell, profile, identity);
            }
            catch (Exception exception)
            {
                var fault = FaultOf(cell, exception);
                if (fault is not null)
                    fleet.Condemn(cell, exception is TimeoutException ? CellLossReason.OpenTimedOut : CellLossReason.Exited);
                fleet.BeginClosing(cell);
                fleet.EndClosing(cell);

                if (fault is null && ++tabs == MaxTabs)
                {
                    cell.Wear.NoteFailedOpening();
                    throw new BrowserLaunchException($"The browser opened no context: {exception.Message}", exception);
                }

                if (fault is not null && ++browsers == MaxBrowsers)
                    throw new BrowserLaunchException($"{browsers} browsers in a row failed while opening a context; of the last one: {fault}.", exception);
            }
        }
    }

    private async Task<PooledContext> OpenInAsync(BrowserCell cell, ContextProfile profile, string identity)
    {
        var began = time.GetTimestamp();
        var opened = await cell.Browser.OpenContextAsync(profile).WaitAsync(options.OpenTimeout, time);
        cell.Wear.NoteOpening(time.GetElapsedTime(began));
        metrics.ContextOpened();
        return new PooledContext(cell, opened, identity, time.GetTimestamp());
    }

    /// <summary>What is wrong with the browser; null when it answered with an error and lives.</summary>
    private string? FaultOf(BrowserCell cell, Exception exception) =>
        exception is TimeoutException ? $"it opened no context in {options.OpenTimeout.TotalSeconds:0.#} s (OpenTimeout)"
        : cell.State == CellState.Dead || cell.Browser.Exited.IsCompleted ? "its browser exited"
        : null;
}
