using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>Starts Chromium through a Playwright driver process of its own, so that one driver's death costs one browser only.</summary>
public sealed class PlaywrightBrowserLauncher(TimeProvider time, ILogger<PlaywrightBrowserLauncher> logger) : IBrowserLauncher, IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);

    public async Task<ILaunchedBrowser> LaunchAsync(ContextPoolOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var executable = new BrowserLocator().Locate(options.Launch);

        // One at a time: the driver's process id is the child that was not there before.
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return await StartAsync(executable, options, cancellationToken);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<ILaunchedBrowser> StartAsync(BrowserExecutable executable, ContextPoolOptions options, CancellationToken cancellationToken)
    {
        var driversBefore = Drivers();
        using var bound = new CancellationTokenSource(options.LaunchTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            var playwright = await Playwright.CreateAsync().WaitAsync(either.Token);
            var driver = Drivers().Except(driversBefore).Cast<ProcessIdentity?>().FirstOrDefault();
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
            // The driver takes its browser with it (measured: all gone within 1.5 s of a SIGKILL).
            foreach (var driver in Drivers().Except(driversBefore))
                driver.Kill();

            cancellationToken.ThrowIfCancellationRequested();
            var reason = bound.IsCancellationRequested
                ? $"{executable.Path} did not start within {options.LaunchTimeout.TotalSeconds:0.#} s (LaunchTimeout)."
                : LaunchFailureText.Explain(executable, options.Launch, exception);
            logger.LaunchFailed(reason);
            throw new BrowserLaunchException(reason, exception);
        }
    }

    private static IReadOnlyList<ProcessIdentity> Drivers() =>
        OperatingSystem.IsLinux() ? ProcessIdentity.ChildrenWith("run-driver") : [];

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
