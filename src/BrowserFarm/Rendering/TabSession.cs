using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering;

/// <summary>A DevTools session with a tab, for the time of one rendering or for as long as the tab lives.</summary>
internal sealed class TabSession : IDisposable
{
    private readonly bool _staysOpen;

    private TabSession(ICDPSession session, string? mainFrame, bool staysOpen)
    {
        Session = session;
        World = new IsolatedWorld(session, mainFrame);
        _staysOpen = staysOpen;
    }

    public ICDPSession Session { get; }

    /// <summary>Where the page is read, out of reach of its scripts.</summary>
    public IsolatedWorld World { get; }

    /// <summary>For this rendering alone. The tab may serve others afterwards: what was set through it goes with it.</summary>
    public static async Task<TabSession> OpenAsync(IPage page) => new(await page.Context.NewCDPSessionAsync(page), mainFrame: null, staysOpen: false);

    /// <summary>Ends the session, if it is for this rendering alone, without waiting for it: a tab that hangs would not answer.</summary>
    public void Dispose()
    {
        if (!_staysOpen)
            _ = Session.DetachAsync().ContinueWith(static detached => _ = detached.Exception, TaskScheduler.Default);
    }

    /// <summary>
    /// Sessions that stay open as long as their tabs do. To open and end one takes three calls, and to find out what its main frame is called another: of a tab that is navigated again and again
    /// that is known. Only for renderings that set nothing through it which others do not; what all of them need is set once.
    /// </summary>
    /// <param name="prepare">Done once with every session, before anybody gets it.</param>
    internal sealed class Shelf(Func<ICDPSession, Task> prepare)
    {
        private readonly ConditionalWeakTable<IPage, Task<(ICDPSession Session, string MainFrame)>> _open = [];

        public async Task<TabSession> TakeAsync(IPage page)
        {
            var opening = _open.GetValue(page, OpenAsync);
            try
            {
                var (session, mainFrame) = await opening;
                return new TabSession(session, mainFrame, staysOpen: true);
            }
            catch (PlaywrightException)
            {
                _open.Remove(page);
                throw;
            }
        }

        private async Task<(ICDPSession Session, string MainFrame)> OpenAsync(IPage page)
        {
            var session = await page.Context.NewCDPSessionAsync(page);
            await prepare(session);
            return (session, await IsolatedWorld.MainFrameAsync(session));
        }
    }
}
