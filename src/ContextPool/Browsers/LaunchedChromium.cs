using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>One driver process and the Chromium it started.</summary>
internal sealed class LaunchedChromium : ILaunchedBrowser
{
    /// <summary>A stopped driver blocks Playwright's synchronous Dispose for ever (measured), so it gets this long on a thread of its own.</summary>
    private static readonly TimeSpan DisposeBound = TimeSpan.FromSeconds(2);

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ProcessIdentity? _driver;
    private readonly ProcessIdentity? _process;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LaunchedChromium(
        IPlaywright playwright, IBrowser browser, BrowserExecutable executable, ProcessIdentity? driver, ProcessIdentity? process, TimeProvider time)
    {
        _playwright = playwright;
        _browser = browser;
        _driver = driver;
        _process = process;
        _time = time;
        Executable = executable;
        Version = browser.Version;
        browser.Disconnected += (_, _) => _exited.TrySetResult();
        if (!browser.IsConnected)
            _exited.TrySetResult();
    }

    public BrowserExecutable Executable { get; }

    public string Version { get; }

    public int? BrowserPid => _process?.Pid;

    public int? DriverPid => _driver?.Pid;

    public Task Exited => _exited.Task;

    public async Task<IBrowserContext> NewContextAsync(ContextProfile profile)
    {
        var context = await _browser.NewContextAsync(profile.ToPlaywright());
        context.SetDefaultNavigationTimeout((float)profile.NavigationTimeout.TotalMilliseconds);
        context.SetDefaultTimeout((float)profile.ActionTimeout.TotalMilliseconds);
        return context;
    }

    public async Task CloseAsync()
    {
        await _browser.CloseAsync();
        await Task.Run(_playwright.Dispose).WaitAsync(DisposeBound, _time);
    }

    public void Kill()
    {
        _process?.KillGroup();
        _driver?.Kill();
        _exited.TrySetResult();
    }
}
