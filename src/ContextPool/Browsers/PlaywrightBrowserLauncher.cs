using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>Starts Chromium through a Playwright driver process of its own, so that one driver's death costs one browser only.</summary>
/// <param name="early">A driver that was begun before anybody asked for a browser; null when there is none.</param>
public sealed class PlaywrightBrowserLauncher(TimeProvider time, ILogger<PlaywrightBrowserLauncher> logger, EarlyDriver? early = null) : IBrowserLauncher
{
    public async Task<ILaunchedBrowser> LaunchAsync(ContextPoolOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var executable = new BrowserLocator().Locate(options.Launch);
        using var bound = new CancellationTokenSource(options.LaunchTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        PlaywrightDriver? driver = null;
        try
        {
            driver = early is null ? null : await early.TakeAsync(options.WorkFolder, either.Token);
            driver ??= await PlaywrightDriver.StartAsync(options.WorkFolder, either.Token);
            var browser = await driver.Playwright.Chromium.LaunchAsync(OptionsFor(executable, options)).WaitAsync(either.Token);
            var session = await browser.NewBrowserCDPSessionAsync().WaitAsync(either.Token);
            var process = await BrowserProcessAsync(session).WaitAsync(either.Token);
            driver.Folder.Note(driver.Process, process);
            return new LaunchedChromium(driver, browser, session, executable, process, options, time);
        }
        catch (Exception exception)
        {
            driver?.KillWithBrowser();
            cancellationToken.ThrowIfCancellationRequested();
            var reason = bound.IsCancellationRequested || exception is TimeoutException
                ? $"{executable.Path} did not start within {options.LaunchTimeout.TotalSeconds:0.#} s (LaunchTimeout)."
                : LaunchFailureText.Explain(executable, options.Launch, exception);
            logger.LaunchFailed(reason);
            throw new BrowserLaunchException(reason, exception);
        }
    }

    private static BrowserTypeLaunchOptions OptionsFor(BrowserExecutable executable, ContextPoolOptions options) => new()
    {
        ExecutablePath = executable.Path,
        Headless = options.Launch.Headless,
        Args = ChromiumSwitches.For(options.Launch),
        ChromiumSandbox = options.Launch.UsesSandbox,
        Timeout = (float)options.LaunchTimeout.TotalMilliseconds,
        // Stopping is ours: first the pages, then the browsers.
        HandleSIGHUP = false,
        HandleSIGINT = false,
        HandleSIGTERM = false,
    };

    /// <summary>The browser process, as the browser itself names it (CDP <c>SystemInfo.getProcessInfo</c>, type <c>browser</c>).</summary>
    private static async Task<ProcessIdentity?> BrowserProcessAsync(ICDPSession session)
    {
        var answer = await session.SendAsync("SystemInfo.getProcessInfo");
        if (answer is not { } processes || !OperatingSystem.IsLinux())
            return null;

        foreach (var process in processes.GetProperty("processInfo").EnumerateArray())
        {
            if (process.GetProperty("type").GetString() == "browser")
                return ProcessIdentity.Of(process.GetProperty("id").GetInt32());
        }

        return null;
    }
}
