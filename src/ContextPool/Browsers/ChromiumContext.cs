using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>A Playwright context with its tab.</summary>
internal sealed class ChromiumContext : IOpenedContext
{
    private readonly ContextProfile _profile;
    private readonly TimeSpan _scrubTimeout;
    private readonly PageHeart _heart;
    private bool _crashed;

    private ChromiumContext(IBrowserContext context, IPage page, PageHeart heart, ContextProfile profile, TimeSpan scrubTimeout)
    {
        Context = context;
        Page = page;
        _profile = profile;
        _scrubTimeout = scrubTimeout;
        _heart = heart;
        page.Crash += OnCrash;
    }

    public event Action? Crashed;

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    public bool HasOneTab => Context.Pages.Count == 1;

    public bool IsBroken => Volatile.Read(ref _crashed) || Page.IsClosed;

    /// <param name="tabs">Of the same browser.</param>
    public static async Task<ChromiumContext> OpenAsync(IBrowser browser, FramelessTabs tabs, ContextProfile profile, TimeSpan scrubTimeout, TimeProvider time)
    {
        var (context, target) = await tabs.NewContextAsync(browser, profile);
        try
        {
            var page = target is null ? await context.NewPageAsync() : await tabs.OpenAsync(context, target);
            var opened = new ChromiumContext(context, page, await PageHeart.OpenAsync(page, time), profile, scrubTimeout);
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
        if (!Page.IsClosed)
            await _heart.BeatAsync();
    });

    public async Task EndProcessAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnEnded() => ended.TrySetResult();
        Crashed += OnEnded;
        try
        {
            if (!IsBroken)
                await await Task.WhenAny(ended.Task, _heart.EndProcessAsync());
        }
        finally
        {
            Crashed -= OnEnded;
        }
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

    public Task CloseAsync() => Context.CloseAsync();

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
