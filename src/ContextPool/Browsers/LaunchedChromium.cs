using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>One driver process and the Chromium it started.</summary>
internal sealed class LaunchedChromium : ILaunchedBrowser
{
    private readonly PlaywrightDriver _driver;
    private readonly IBrowser _browser;
    private readonly ICDPSession _session;
    private readonly FramelessTabs _tabs;
    private readonly ProcessIdentity? _process;
    private readonly ProcessGroup? _group;
    private readonly TimeSpan _scrubTimeout;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LaunchedChromium(
        PlaywrightDriver driver, IBrowser browser, ICDPSession session, BrowserExecutable executable, ProcessIdentity? process,
        ContextPoolOptions options, TimeProvider time)
    {
        _driver = driver;
        _browser = browser;
        _session = session;
        _tabs = new FramelessTabs(session);
        _process = process;
        _group = process is { } found ? ProcessGroup.Of(found) : null;
        _group?.GiveWay();
        _scrubTimeout = options.ScrubTimeout;
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

    public int? DriverPid => _driver.Process?.Pid;

    public Task Exited => _exited.Task;

    public async Task<IOpenedContext> OpenContextAsync(ContextProfile profile) =>
        await ChromiumContext.OpenAsync(_browser, _tabs, profile, _scrubTimeout, _time);

    /// <remarks>Begun on another thread: the pipe to a stopped driver may be full, and the asker must not wait with it.</remarks>
    public Task BeatAsync() => Task.Run(() => _session.SendAsync("Browser.getVersion"));

    /// <remarks>A request context lives in the driver alone; the browser has no part in it.</remarks>
    public Task BeatDriverAsync() => Task.Run(async () =>
    {
        var request = await _driver.Playwright.APIRequest.NewContextAsync();
        await request.DisposeAsync();
    });

    /// <remarks>
    /// Nothing that a browser has is kept, so where its processes are known it is not asked to close, which takes it 50 ms (measured), but killed. The driver ends in the
    /// orderly way.
    /// </remarks>
    public async Task CloseAsync()
    {
        if (_group is not null)
            KillBrowser();
        else
            await _browser.CloseAsync();
        await _driver.EndAsync(_time);
    }

    public void KillBrowser()
    {
        _group?.Kill();
        _exited.TrySetResult();
    }

    public void Kill()
    {
        KillBrowser();
        _driver.Kill();
    }
}
