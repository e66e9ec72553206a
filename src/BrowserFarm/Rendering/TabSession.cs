using Microsoft.Playwright;

namespace BrowserFarm.Rendering;

/// <summary>A DevTools session with a tab for the time of one rendering. The tab may serve others afterwards: what was set through it goes with it.</summary>
internal sealed class TabSession : IDisposable
{
    private TabSession(ICDPSession session)
    {
        Session = session;
        World = new IsolatedWorld(session);
    }

    public ICDPSession Session { get; }

    /// <summary>Where the page is read, out of reach of its scripts.</summary>
    public IsolatedWorld World { get; }

    public static async Task<TabSession> OpenAsync(IPage page) => new(await page.Context.NewCDPSessionAsync(page));

    /// <summary>Ends the session without waiting for it: a tab that hangs would not answer.</summary>
    public void Dispose() => _ = Session.DetachAsync().ContinueWith(static detached => _ = detached.Exception, TaskScheduler.Default);
}
