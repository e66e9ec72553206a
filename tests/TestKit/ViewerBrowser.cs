using ContextPool.Browsers;
using Microsoft.Playwright;

namespace TestKit;

/// <summary>The browser of somebody who looks at the service's pages: none of the farm's own.</summary>
public sealed class ViewerBrowser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;

    private ViewerBrowser(IPlaywright playwright, IBrowser browser, string mark)
    {
        _playwright = playwright;
        Browser = browser;
        Mark = mark;
    }

    public IBrowser Browser { get; }

    /// <summary>Part of the command line of its main process, and of no other.</summary>
    public string Mark { get; }

    public static async Task<ViewerBrowser> StartAsync()
    {
        var profile = new LaunchProfile();
        var mark = $"--farm-viewer={Guid.NewGuid():N}";
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = new BrowserLocator().Locate(profile).Path,
            ChromiumSandbox = profile.UsesSandbox,
            Args = [mark, "--disable-gpu"],
        });
        return new ViewerBrowser(playwright, browser, mark);
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
    }
}
