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
        CellFolder? folder = null;
        ProcessIdentity? driver = null;
        try
        {
            folder = CellFolder.Create(options.WorkFolder);
            (var playwright, driver) = await StartDriverAsync(folder, either.Token);
            folder.Note(driver, browser: null);
            CoreDumps.Forbid(driver);
            var browser = await playwright.Chromium.LaunchAsync(OptionsFor(executable, options)).WaitAsync(either.Token);
            var session = await browser.NewBrowserCDPSessionAsync().WaitAsync(either.Token);
            var process = await BrowserProcessAsync(session).WaitAsync(either.Token);
            folder.Note(driver, process);
            return new LaunchedChromium(playwright, browser, session, executable, driver, process, folder, options, time);
        }
        catch (Exception exception)
        {
            KillWithBrowser(driver);
            folder?.Delete();
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

    private static async Task<(IPlaywright Playwright, ProcessIdentity? Process)> StartDriverAsync(CellFolder folder, CancellationToken cancellationToken)
    {
        await OneDriverAtATime.WaitAsync(cancellationToken);
        var before = Drivers();
        try
        {
            var playwright = await CreateIn(folder).WaitAsync(cancellationToken);
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

    /// <summary>Starts a driver whose temporary folder, and that of the browser it starts, is the cell's.</summary>
    /// <remarks>
    /// Playwright has no option for it and starts the driver with this program's environment, before its first await. For that moment
    /// the variable is changed; .NET keeps its own copy of the environment, so no native code sees it.
    /// </remarks>
    private static Task<IPlaywright> CreateIn(CellFolder folder)
    {
        const string variable = "TMPDIR";
        var own = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, folder.Path);
        try
        {
            return Playwright.CreateAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, own);
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
