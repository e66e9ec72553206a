using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>A context with its one tab, and what the pool does to it. Every method may hang when page, browser or driver does.</summary>
public interface IOpenedContext
{
    IBrowserContext Context { get; }

    /// <summary>The tab that was opened with the context.</summary>
    IPage Page { get; }

    /// <summary>The tab's process died, or the tab was closed by somebody else: the context is not fit to be lent again.</summary>
    bool IsBroken { get; }

    /// <summary>Raised once, when the tab's process has died.</summary>
    event Action Crashed;

    /// <summary>Completes when the page's script thread has answered. A page that only waits for the network answers.</summary>
    Task BeatAsync();

    /// <summary>Ends the tab's process, whatever it is busy with. Completes when it has ended; fails when that was refused.</summary>
    Task EndProcessAsync();

    /// <summary>No tab but its own is open.</summary>
    bool HasOneTab { get; }

    /// <summary>Makes it fit for its key's next lease: closes other tabs, leaves the page for <c>about:blank</c>.</summary>
    Task ScrubAsync();

    /// <summary>Closes the context with everything in it.</summary>
    Task CloseAsync();
}
