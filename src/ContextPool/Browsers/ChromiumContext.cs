using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>A Playwright context with its tab.</summary>
internal sealed class ChromiumContext : IOpenedContext
{
    private static readonly Dictionary<string, object> One = new(StringComparer.Ordinal) { ["expression"] = "1" };

    private readonly ContextProfile _profile;
    private readonly TimeSpan _scrubTimeout;
    private readonly Lock _gate = new();
    private Task<ICDPSession>? _heart;
    private bool _crashed;

    private ChromiumContext(IBrowserContext context, IPage page, ContextProfile profile, TimeSpan scrubTimeout)
    {
        Context = context;
        Page = page;
        _profile = profile;
        _scrubTimeout = scrubTimeout;
        page.Crash += OnCrash;
    }

    public event Action? Crashed;

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    public bool IsBroken => Volatile.Read(ref _crashed) || Page.IsClosed;

    public static async Task<ChromiumContext> OpenAsync(IBrowser browser, ContextProfile profile, TimeSpan scrubTimeout)
    {
        var context = await browser.NewContextAsync(profile.ToPlaywright());
        try
        {
            var opened = new ChromiumContext(context, await context.NewPageAsync(), profile, scrubTimeout);
            opened.SetTimeouts();
            return opened;
        }
        catch
        {
            _ = context.CloseAsync().ContinueWith(static closed => _ = closed.Exception, TaskScheduler.Default);
            throw;
        }
    }

    /// <remarks>Begun on another thread: the pipe to a stopped driver may be full, and the asker must not wait with it.</remarks>
    public Task BeatAsync() => Task.Run(async () =>
    {
        // Its holder closed the tab and works in another one: that is no silence.
        if (Page.IsClosed)
            return;

        var heart = await HeartAsync();
        await heart.SendAsync("Runtime.evaluate", One);
    });

    public async Task TerminateScriptAsync()
    {
        var heart = await HeartAsync();
        await heart.SendAsync("Runtime.terminateExecution");
    }

    public async Task ScrubAsync()
    {
        foreach (var other in Context.Pages)
        {
            if (!ReferenceEquals(other, Page))
                await other.CloseAsync();
        }

        SetTimeouts();
        await Page.GotoAsync("about:blank", new PageGotoOptions { WaitUntil = WaitUntilState.Commit, Timeout = (float)_scrubTimeout.TotalMilliseconds });
    }

    public Task ClosePageAsync() => Page.CloseAsync(new PageCloseOptions { RunBeforeUnload = false });

    public Task CloseAsync() => Context.CloseAsync();

    /// <summary>A session of the heartbeat's own, opened when a lease is old enough to be asked for a sign of life.</summary>
    private Task<ICDPSession> HeartAsync()
    {
        lock (_gate)
            return _heart is null or { IsFaulted: true } ? _heart = Context.NewCDPSessionAsync(Page) : _heart;
    }

    private void SetTimeouts()
    {
        Context.SetDefaultNavigationTimeout((float)_profile.NavigationTimeout.TotalMilliseconds);
        Context.SetDefaultTimeout((float)_profile.ActionTimeout.TotalMilliseconds);
    }

    private void OnCrash(object? sender, IPage page)
    {
        Volatile.Write(ref _crashed, true);
        Crashed?.Invoke();
    }
}
