using System.Text.Json;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering;

/// <summary>A JavaScript world of ours beside the page's own: it sees the same document, and nothing that the page's scripts changed in prototypes and globals.</summary>
/// <remarks>
/// It takes two calls to make one, or three, so it is made while the page settles. A navigation takes it away, and its number may then be that of another world in another
/// process, the page's own included: so every expression first looks whether the world has our mark, which no page knows, and else a new one is made.
/// </remarks>
/// <param name="session">With the tab.</param>
/// <param name="mainFrame">What the browser calls the tab's main frame, through all its pages; null when it is not known yet.</param>
internal sealed class IsolatedWorld(ICDPSession session, string? mainFrame = null)
{
    /// <summary>A page may replace its document while it is read; it gets this many tries.</summary>
    private const int MaxTries = 4;

    private const string OtherWorld = "Cannot find context: its number is another's.";

    private readonly string _mark = Guid.NewGuid().ToString("N");
    private string? _mainFrame = mainFrame;
    private Task<int>? _made;

    /// <summary>Begins to make the world of the document that is there now. Waits for nothing; what goes wrong is told to whoever uses it.</summary>
    public void Prepare()
    {
        _made = MakeAsync();
        _ = _made.ContinueWith(static made => _ = made.Exception, TaskScheduler.Default);
    }

    /// <summary>The value of an expression, by value.</summary>
    /// <param name="timeout">After which the browser ends it by itself.</param>
    /// <exception cref="PlaywrightException">The page is gone, or the expression failed.</exception>
    public Task<JsonElement> EvaluateAsync(string expression, TimeSpan timeout, CancellationToken cancellationToken) =>
        InDocumentAsync(world => EvaluateAsync(world, $"{{ value: {expression} }}", [("timeout", timeout.TotalMilliseconds)], cancellationToken), cancellationToken);

    /// <summary>What an expression's promise comes to, by value, in whatever document is there: when another one comes, it begins anew.</summary>
    /// <exception cref="PlaywrightException">The page is gone, or the expression failed.</exception>
    public Task<JsonElement> AwaitAsync(string expression, CancellationToken cancellationToken) =>
        InDocumentAsync(world => EvaluateAsync(world, $"{expression}.then((value) => ({{ value }}))", [("awaitPromise", true)], cancellationToken), cancellationToken);

    private async Task<JsonElement> InDocumentAsync(Func<int, Task<JsonElement>> evaluate, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (_made is null)
                    Prepare();
                return await evaluate(await _made!.BoundedBy(cancellationToken));
            }
            catch (PlaywrightException exception) when (attempt < MaxTries && ReplacedItsDocument(exception))
            {
                _made = null;   // the world is gone with the old document; the new one has another
                _mainFrame = null;
            }
        }
    }

    /// <exception cref="PlaywrightException">The page is gone.</exception>
    public static async Task<string> MainFrameAsync(ICDPSession session)
    {
        var frames = await session.CallAsync("Page.getFrameTree");
        return frames!.Value.GetProperty("frameTree").GetProperty("frame").GetProperty("id").GetString()!;
    }

    private async Task<int> MakeAsync()
    {
        var frame = _mainFrame ??= await MainFrameAsync(session);
        var world = await session.CallAsync("Page.createIsolatedWorld", ("frameId", frame), ("worldName", "capture"));
        var id = world!.Value.GetProperty("executionContextId").GetInt32();
        await session.CallAsync("Runtime.evaluate", ("expression", $"globalThis.mark = '{_mark}'"), ("contextId", id), ("returnByValue", true));
        return id;
    }

    private async Task<JsonElement> EvaluateAsync(int world, string expression, (string, object)[] how, CancellationToken cancellationToken)
    {
        var answer = await session.CallAsync(
            "Runtime.evaluate",
            [("expression", $"globalThis.mark === '{_mark}' ? {expression} : {{}}"), ("contextId", world), ("returnByValue", true), .. how]).BoundedBy(cancellationToken);

        if (answer!.Value.TryGetProperty("exceptionDetails", out var details))
            throw new PlaywrightException($"The page could not be read: {details.GetProperty("text").GetString()}");
        return answer.Value.GetProperty("result").GetProperty("value").TryGetProperty("value", out var value)
            ? value
            : throw new PlaywrightException(OtherWorld);
    }

    private static bool ReplacedItsDocument(PlaywrightException exception) =>
        exception.Message.Contains("Cannot find context", StringComparison.Ordinal)
        || exception.Message.Contains("No frame", StringComparison.Ordinal)
        || exception.Message.Contains("context was destroyed", StringComparison.Ordinal)
        || exception.Message.Contains("Promise was collected", StringComparison.Ordinal)
        || exception.Message.Contains("navigated or closed", StringComparison.Ordinal);
}
