using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>Starts Chromium through a Playwright driver process of its own, so that one driver's death costs one browser only.</summary>
public sealed class PlaywrightBrowserLauncher(TimeProvider time, ILogger<PlaywrightBrowserLauncher> logger) : IBrowserLauncher
{
    /// <summary>Drivers start one at a time in the whole program: ours is the child that was not there before.</summary>
    private static readonly SemaphoreSlim OneDriverAtATime = new(1);

    public async Task<ILaunchedBrowser> LaunchAsync(ContextPoolOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var executable = new BrowserLocator().Locate(options.Launch);
        using var bound = new CancellationTokenSource(options.LaunchTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        ProcessIdentity? driver = null;
        try
        {
            (var playwright, driver) = await StartDriverAsync(either.Token);
            var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
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
            }).WaitAsync(either.Token);
            var process = await BrowserProcessAsync(browser).WaitAsync(either.Token);
            return new LaunchedChromium(playwright, browser, executable, driver, process, time);
        }
        catch (Exception exception)
        {
            KillWithBrowser(driver);
            cancellationToken.ThrowIfCancellationRequested();
            var reason = bound.IsCancellationRequested || exception is TimeoutException
                ? $"{executable.Path} did not start within {options.LaunchTimeout.TotalSeconds:0.#} s (LaunchTimeout)."
                : LaunchFailureText.Explain(executable, options.Launch, exception);
            logger.LaunchFailed(reason);
            throw new BrowserLaunchException(reason, exception);
        }
    }

    private static async Task<(IPlaywright Playwright, ProcessIdentity? Process)> StartDriverAsync(CancellationToken cancellationToken)
    {
        await OneDriverAtATime.WaitAsync(cancellationToken);
        var before = Drivers();
        try
        {
            var playwright = await Playwright.CreateAsync().WaitAsync(cancellationToken);
            return (playwright, Drivers().Except(before).Cast<ProcessIdentity?>().FirstOrDefault());
        }
        catch
        {
            foreach (var driver in Drivers().Except(before))
                driver.Kill();
            throw;
        }
        finally
        {
            OneDriverAtATime.Release();
        }
    }

    private static IReadOnlyList<ProcessIdentity> Drivers() =>
        OperatingSystem.IsLinux() ? ProcessIdentity.ChildrenWith("run-driver") : [];

    /// <summary>Kills a driver and what it started: a browser that hangs while starting does not notice that its driver is gone.</summary>
    private static void KillWithBrowser(ProcessIdentity? driver)
    {
        if (driver is not { } process)
            return;

        foreach (var browser in ProcessIdentity.ChildrenOf(process.Pid))
            browser.KillGroup();
        process.Kill();
    }

    /// <summary>The browser process, as the browser itself names it (CDP <c>SystemInfo.getProcessInfo</c>, type <c>browser</c>).</summary>
    private static async Task<ProcessIdentity?> BrowserProcessAsync(IBrowser browser)
    {
        var session = await browser.NewBrowserCDPSessionAsync();
        var answer = await session.SendAsync("SystemInfo.getProcessInfo");
        await session.DetachAsync();
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
