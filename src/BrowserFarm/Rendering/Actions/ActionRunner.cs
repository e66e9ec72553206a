using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Failures;
using BrowserFarm.Rendering.Readiness;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Actions;

/// <summary>Does the actions of one page, one after the other, each within its time.</summary>
internal sealed class ActionRunner(IPage page, ICDPSession session, CanonicalUrl url, NetworkActivity activity, RenderOptions options, TimeProvider time)
{
    /// <summary>Characters of JSON that a script may return.</summary>
    private const int MaxValue = 1_000_000;

    private const int MaxReason = 400;

    /// <summary>Playwright is to give up first: it says what it waited for.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait for what one scroll loads.</summary>
    private static readonly TimeSpan LoadWait = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ScrollTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Beginnings of the lines of Playwright's log that say what it does, and not what is in its way.</summary>
    private static readonly string[] Steps = ["Call log:", "retrying ", "waiting 1", "waiting 2", "waiting 5", "attempting ", "scrolling ", "done scrolling", "locator resolved to"];

    private readonly List<SkippedAction> _skipped = [];
    private readonly Dictionary<string, byte[]> _pictures = new(StringComparer.Ordinal);
    private readonly JsonArray _values = [];

    /// <summary>Optional actions that failed.</summary>
    public IReadOnlyList<SkippedAction> Skipped => _skipped;

    /// <summary>Pictures by the names that were given to them.</summary>
    public IReadOnlyDictionary<string, byte[]> Pictures => _pictures;

    /// <summary>What scripts returned.</summary>
    public JsonArray Values => _values;

    /// <summary>How long all of them may take.</summary>
    public static TimeSpan TimeFor(IEnumerable<PageAction> actions, RenderOptions options) =>
        actions.Aggregate(TimeSpan.Zero, (sum, action) => sum + TimeFor(action, options) + Slack + (action.If is null ? TimeSpan.Zero : options.ActionTimeout));

    /// <returns>Why the page cannot be had; null when everything was done that had to be.</returns>
    public async Task<AttemptFailure?> RunAsync(IReadOnlyList<PageAction> actions, CancellationToken stop)
    {
        for (var i = 0; i < actions.Count; i++)
        {
            var action = actions[i];
            try
            {
                if (action.If is null || await Bounded.RunAsync(options.ActionTimeout, time, _ => page.Locator(Spelled(action.If)).CountAsync(), stop) > 0)
                    await Bounded.RunAsync(TimeFor(action, options) + Slack, time, bounded => DoAsync(action, TimeFor(action, options), bounded), stop);
            }
            catch (Exception exception) when (exception is PlaywrightException or TimeoutException or ActionRefusedException && !FailureClassifier.IsEndOfPage(exception))
            {
                var why = Reason(exception, action);
                if (!action.Optional)
                    return new AttemptFailure(FailureKind.Transient, FailureClasses.ActionFailed, $"Action {i + 1} of {actions.Count} ({action}) failed: {why}");
                _skipped.Add(new SkippedAction(i + 1, action.ToString(), why));
            }
        }

        return null;
    }

    private static TimeSpan TimeFor(PageAction action, RenderOptions options) => action.Timeout
        ?? (action.Kind is ActionKind.ScrollToEnd ? ScrollTimeout : action.Kind is ActionKind.GoTo or ActionKind.Back ? options.NavigationTimeout : options.ActionTimeout);

    private async Task<bool> DoAsync(PageAction action, TimeSpan atMost, CancellationToken stop)
    {
        var timeout = (float)atMost.TotalMilliseconds;
        switch (action.Kind)
        {
            case ActionKind.Click:
                await At(action).ClickAsync(new LocatorClickOptions { Timeout = timeout });
                break;
            case ActionKind.DoubleClick:
                await At(action).DblClickAsync(new LocatorDblClickOptions { Timeout = timeout });
                break;
            case ActionKind.Hover:
                await At(action).HoverAsync(new LocatorHoverOptions { Timeout = timeout });
                break;
            case ActionKind.Type:
                await At(action).PressSequentiallyAsync(action.Value ?? "", new LocatorPressSequentiallyOptions { Timeout = timeout });
                break;
            case ActionKind.Fill:
                await At(action).FillAsync(action.Value ?? "", new LocatorFillOptions { Timeout = timeout });
                break;
            case ActionKind.Press when action.Selector is null:
                await page.Keyboard.PressAsync(action.Value!);
                break;
            case ActionKind.Press:
                await At(action).PressAsync(action.Value!, new LocatorPressOptions { Timeout = timeout });
                break;
            case ActionKind.Select:
                await At(action).SelectOptionAsync(action.Value ?? "", new LocatorSelectOptionOptions { Timeout = timeout });
                break;
            case ActionKind.Check or ActionKind.Uncheck:
                await At(action).SetCheckedAsync(action.Kind == ActionKind.Check, new LocatorSetCheckedOptions { Timeout = timeout });
                break;
            case ActionKind.Upload:
                var file = new FilePayload { Name = action.File!.Name, MimeType = "application/octet-stream", Buffer = Convert.FromBase64String(action.File.Base64) };
                await At(action).SetInputFilesAsync(file, new LocatorSetInputFilesOptions { Timeout = timeout });
                break;
            case ActionKind.ScrollBy:
                await page.EvaluateAsync("([x, y]) => window.scrollBy(x, y)", new[] { action.X, action.Y });
                break;
            case ActionKind.ScrollTo:
                await At(action).ScrollIntoViewIfNeededAsync(new LocatorScrollIntoViewIfNeededOptions { Timeout = timeout });
                break;
            case ActionKind.ScrollToEnd:
                await ScrollToEndAsync(action, atMost, stop);
                break;
            case ActionKind.WaitFor:
                await At(action).WaitForAsync(new LocatorWaitForOptions { State = StateOf(action.State), Timeout = timeout });
                break;
            case ActionKind.WaitForScript:
                await page.WaitForFunctionAsync(action.Value!, null, new PageWaitForFunctionOptions { PollingInterval = PageReadiness.PollingMilliseconds, Timeout = timeout });
                break;
            case ActionKind.Wait:
                await Task.Delay(atMost, time, stop);
                break;
            case ActionKind.Screenshot when action.Selector is null:
                _pictures[$"{action.Value}.png"] = await page.ScreenshotAsync(new PageScreenshotOptions { FullPage = action.FullPage, Timeout = timeout });
                break;
            case ActionKind.Screenshot:
                _pictures[$"{action.Value}.png"] = await At(action).ScreenshotAsync(new LocatorScreenshotOptions { Timeout = timeout });
                break;
            case ActionKind.Script:
                Keep(await EvaluateAsync(action.Value!));
                break;
            case ActionKind.GoTo:
                await page.GotoAsync(AddressOf(action), new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded, Timeout = timeout });
                break;
            default:
                await page.GoBackAsync(new PageGoBackOptions { WaitUntil = WaitUntilState.DOMContentLoaded, Timeout = timeout });
                break;
        }

        return true;
    }

    /// <summary>Scrolls, waits for what that loads, and again, until there are items enough, nothing more comes, or the time is up. None of these is a failure.</summary>
    private async Task ScrollToEndAsync(PageAction action, TimeSpan atMost, CancellationToken stop)
    {
        var start = time.GetTimestamp();
        var last = (Height: -1L, Items: -1);
        while (time.GetElapsedTime(start) < atMost)
        {
            var items = action.Selector is null ? 0 : await page.Locator(Spelled(action.Selector)).CountAsync();
            var height = await page.EvaluateAsync<long>("() => { const page = document.scrollingElement; window.scrollTo(0, page ? page.scrollHeight : 0); return page ? page.scrollHeight : 0; }");
            var hasGrown = height > last.Height || items > last.Items;
            last = (height, items);
            var left = atMost - time.GetElapsedTime(start);
            if (items >= action.MaxItems || left <= TimeSpan.Zero)
                return;

            // At least as long as a page needs to begin loading: what comes then is seen in the next round.
            var isQuiet = await activity.WaitForQuietAsync(left < LoadWait ? left : LoadWait, stop);
            if (isQuiet && !hasGrown)
                return;
        }
    }

    /// <summary>As the console does; a function is called. In the page's own world, for it is the page's own things that a script is for.</summary>
    private async Task<JsonElement?> EvaluateAsync(string script)
    {
        var answer = await RunAsync(script);
        if (answer.GetProperty("result").TryGetProperty("type", out var type) && type.ValueEquals("function"))
            answer = await RunAsync($"({script})()");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : null;

        async Task<JsonElement> RunAsync(string expression)
        {
            var result = (await session.CallAsync("Runtime.evaluate", ("expression", expression), ("returnByValue", true), ("awaitPromise", true), ("userGesture", true)))!.Value;
            return result.TryGetProperty("exceptionDetails", out var details)
                ? throw new ActionRefusedException(details.TryGetProperty("exception", out var thrown) && thrown.TryGetProperty("description", out var words) ? words.GetString()!.Split('\n')[0] : details.GetProperty("text").GetString()!)
                : result;
        }
    }

    private void Keep(JsonElement? value)
    {
        var text = value?.GetRawText() ?? "null";
        if (text.Length > MaxValue)
            throw new ActionRefusedException($"it returned {text.Length} characters; at most {MaxValue} are kept");
        _values.Add(JsonNode.Parse(text));
    }

    private ILocator At(PageAction action) =>
        (action.Frame is { } frame ? page.FrameLocator(Spelled(frame)).Locator(Spelled(action.Selector!)) : page.Locator(Spelled(action.Selector!))).First;

    /// <summary>The permit that the page was read with is its site's.</summary>
    private string AddressOf(PageAction action)
    {
        if (!Uri.TryCreate(new Uri(page.Url), action.Value, out var to) || TargetKey.Of(to) != url.Target)
            throw new ActionRefusedException($"{action.Value} is no page of {url.Target}; make it a page of its own");
        return to.AbsoluteUri;
    }

    /// <summary>Playwright's own selectors are ours to write only: a person writes CSS or XPath.</summary>
    internal static string Spelled(string selector) =>
        selector.StartsWith("xpath=", StringComparison.Ordinal) ? selector
        : ActionList.IsXPath(selector) ? $"xpath={selector}"
        : $"css={selector}";

    private static WaitForSelectorState StateOf(SelectorState state) => state switch
    {
        SelectorState.Attached => WaitForSelectorState.Attached,
        SelectorState.Hidden => WaitForSelectorState.Hidden,
        _ => WaitForSelectorState.Visible,
    };

    /// <summary>What Playwright says, and the last it was waiting for.</summary>
    private string Reason(Exception exception, PageAction action)
    {
        var lines = exception.Message.Split('\n').Select(line => line.Trim().TrimStart('-').Trim()).Where(line => line.Length > 0 && !Array.Exists(Steps, step => line.StartsWith(step, StringComparison.Ordinal))).ToList();
        var reason = exception is TimeoutException
            ? string.Create(CultureInfo.InvariantCulture, $"it was not done within {TimeFor(action, options).TotalSeconds:0.#} s{(lines.Count > 1 ? $" ({string.Join("; ", lines.Skip(1).TakeLast(2))})" : "")}")
            : lines.Count > 0 ? lines[0] : exception.GetType().Name;
        return (reason.Length > MaxReason ? reason[..MaxReason] + "…" : reason).TrimEnd('.') + ".";
    }

    private sealed class ActionRefusedException(string message) : Exception(message);
}
