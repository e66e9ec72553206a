using System.Globalization;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Actions;
using BrowserFarm.Rendering.Failures;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Readiness;

/// <summary>Waits until a page is as it was wished: settled, or at an event; then a selector, a script's value, an answer.</summary>
internal sealed class PageReadiness : IDisposable
{
    /// <summary>How often a script is asked for its value.</summary>
    public const float PollingMilliseconds = 100;

    private readonly IPage _page;
    private readonly IsolatedWorld _world;
    private readonly PageWish _wish;
    private readonly NetworkActivity _activity;
    private readonly RenderOptions _options;
    private readonly TimeProvider _time;
    private readonly Task<IResponse>? _answer;

    /// <summary>To be made before the navigation: an answer that is waited for may be an early one.</summary>
    public PageReadiness(IPage page, IsolatedWorld world, PageWish wish, NetworkActivity activity, RenderOptions options, TimeProvider time)
    {
        _page = page;
        _world = world;
        _wish = wish;
        _activity = activity;
        _options = options;
        _time = time;
        if (wish.WaitForResponse is { } pattern)
            _answer = page.WaitForResponseAsync(pattern, new PageWaitForResponseOptions { Timeout = 0 });
    }

    /// <summary>Whether the page's requests must be counted: for its quiet, for what actions set off, and for the bytes that blocking saves.</summary>
    public static bool NeedsActivity(PageWish wish, RenderOptions options) =>
        (wish.WaitUntil ?? options.WaitUntil) is WaitUntil.Settled || wish.Actions.Count > 0
        || options.BlockedResourceTypes.Count + options.BlockedHosts.Count + options.BlockedUrls.Count > 0;

    /// <summary>Waits as long as that may take.</summary>
    /// <returns>False when the page never went quiet, and is to be read as it stands.</returns>
    public async Task<bool> SettleAsync(CancellationToken stop)
    {
        switch (_wish.WaitUntil ?? _options.WaitUntil)
        {
            case WaitUntil.Load:
                await LoadWait.ReachedAsync(_page, LoadState.Load, _time, stop);
                return true;
            case WaitUntil.DomContentLoaded:
                return true;
            default:
                return await _activity.WaitForQuietAsync(_options.SettleTimeout, stop);
        }
    }

    /// <summary>Waits for everything that was named.</summary>
    /// <returns>What did not come about; null when all did.</returns>
    public async Task<AttemptFailure?> WaitAsync(CancellationToken stop)
    {
        if (_wish.WaitForSelector is { } selector && !await HoldsAsync(SelectorAsync(selector, stop), stop))
            return Missing(FailureClasses.SelectorMissing, $"{(_wish.WaitForState == SelectorState.Hidden ? "What matches" : "Nothing matched")} {selector}{Words(_wish.WaitForState)}");
        if (_wish.WaitForScript is { } script && !await HoldsAsync(
            _page.WaitForFunctionAsync(script, null, new PageWaitForFunctionOptions { PollingInterval = PollingMilliseconds, Timeout = Timeout }), stop))
            return Missing(FailureClasses.NotReady, $"The script {script} was not true");
        if (_answer is not null && !await HoldsAsync(_answer.WaitAsync(_options.ActionTimeout, stop), stop))
            return Missing(FailureClasses.NotReady, $"No answer came from {_wish.WaitForResponse}");
        return null;
    }

    /// <summary>An answer that nobody waits for any more fails when the page goes away.</summary>
    public void Dispose() => _ = _answer?.ContinueWith(static abandoned => _ = abandoned.Exception, TaskScheduler.Default);

    private Task SelectorAsync(string selector, CancellationToken stop) => _wish.WaitForState == SelectorState.Attached
        ? SelectorWatch.AttachedAsync(_page, _world, selector, _options.ActionTimeout, _time, stop)
        : _page.Locator(ActionRunner.Spelled(selector)).First.WaitForAsync(new LocatorWaitForOptions { State = StateOf(_wish.WaitForState), Timeout = Timeout });

    private float Timeout => (float)_options.ActionTimeout.TotalMilliseconds;

    private AttemptFailure Missing(string @class, string what) =>
        new(FailureKind.Transient, @class, string.Create(CultureInfo.InvariantCulture, $"{what} within {_options.ActionTimeout.TotalSeconds:0.#} s."));

    private static async Task<bool> HoldsAsync(Task wait, CancellationToken stop)
    {
        try
        {
            await wait.BoundedBy(stop);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static string Words(SelectorState state) => state switch
    {
        SelectorState.Visible => " visibly",
        SelectorState.Hidden => " did not go away",
        _ => "",
    };

    private static WaitForSelectorState StateOf(SelectorState state) => state is SelectorState.Hidden ? WaitForSelectorState.Hidden : WaitForSelectorState.Visible;
}
