using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>One driver process and the Chromium it started.</summary>
internal sealed class LaunchedChromium : ILaunchedBrowser
{
    /// <summary>A stopped driver blocks Playwright's synchronous Dispose for ever (measured), so it gets this long on a thread of its own.</summary>
    private static readonly TimeSpan DisposeBound = TimeSpan.FromSeconds(2);

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ICDPSession _session;
    private readonly FramelessTabs _tabs;
    private readonly ProcessIdentity? _driver;
    private readonly ProcessIdentity? _process;
    private readonly ProcessGroup? _group;
    private readonly CellFolder _folder;
    private readonly TimeSpan _scrubTimeout;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LaunchedChromium(
        IPlaywright playwright, IBrowser browser, ICDPSession session, BrowserExecutable executable,
        ProcessIdentity? driver, ProcessIdentity? process, CellFolder folder, ContextPoolOptions options, TimeProvider time)
    {
        _playwright = playwright;
        _browser = browser;
        _session = session;
        _tabs = new FramelessTabs(session);
        _driver = driver;
        _process = process;
        _group = process is { } found ? ProcessGroup.Of(found) : null;
        _group?.GiveWay();
        _folder = folder;
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

    public int? DriverPid => _driver?.Pid;

    public Task Exited => _exited.Task;

    public async Task<IOpenedContext> OpenContextAsync(ContextProfile profile) =>
        await ChromiumContext.OpenAsync(_browser, _tabs, profile, _scrubTimeout, _time);

    /// <remarks>Begun on another thread: the pipe to a stopped driver may be full, and the asker must not wait with it.</remarks>
    public Task BeatAsync() => Task.Run(() => _session.SendAsync("Browser.getVersion"));

    /// <remarks>A request context lives in the driver alone; the browser has no part in it.</remarks>
    public Task BeatDriverAsync() => Task.Run(async () =>
    {
        var request = await _playwright.APIRequest.NewContextAsync();
        await request.DisposeAsync();
    });

    public async Task CloseAsync()
    {
        await _browser.CloseAsync();
        await Task.Run(_playwright.Dispose).WaitAsync(DisposeBound, _time);
    }

    public void KillBrowser()
    {
        _group?.Kill();
        _exited.TrySetResult();
    }

    public void Kill()
    {
        _group?.Kill();
        _driver?.Kill();
        _exited.TrySetResult();
        _folder.Delete();
    }
}
