using System.Reflection;
using System.Text.Json;
using BrowserFarm.Jobs;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering;

/// <summary>Reads HTML, text, title and links of a page in one evaluation, in a world of its own that the page's scripts cannot reach.</summary>
/// <remarks>Measured: <c>ContentAsync</c> costs 25–120 ms a page for injecting Playwright's utility script; one evaluation costs 3–25 ms.</remarks>
public static class PageCapture
{
    /// <summary>Characters of HTML, and of text, beyond which a page is cut.</summary>
    public const int MaxCharacters = 20_000_000;

    /// <summary>A page may replace its document while it is read; it gets this many tries.</summary>
    private const int MaxTries = 3;

    private static readonly string World = LoadScript("world.js");
    private static readonly string Script = LoadScript("capture.js");
    private static readonly string FieldsScript = LoadScript("fields.js");

    internal static Task<CapturedPage> TakeAsync(ICDPSession session, TimeSpan timeout, CancellationToken cancellationToken) =>
        TakeAsync(session, $"({Script})(({World})(), {MaxCharacters})", Read, timeout, cancellationToken);

    /// <summary>What the selectors of fields match. Asked last, and apart: XPath is not ended by the engine's own time-out, so an endless one costs the tab.</summary>
    internal static Task<IReadOnlyList<FieldMatches>> TakeFieldsAsync(ICDPSession session, IReadOnlyList<FieldSpec> fields, TimeSpan timeout, CancellationToken cancellationToken) =>
        TakeAsync(
            session, $"({FieldsScript})(({World})(), {FieldMatchesJson.Ask(fields).ToJsonString()}, {FieldMatches.MaxTaken}, {FieldMatches.MaxCharacters})", FieldMatchesJson.Read, timeout, cancellationToken);

    private static async Task<T> TakeAsync<T>(ICDPSession session, string expression, Func<JsonElement, T> read, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return read(await EvaluateAsync(session, expression, timeout, cancellationToken));
            }
            catch (PlaywrightException exception) when (attempt < MaxTries && ReplacedItsDocument(exception))
            {
                // The world we were reading in is gone with the old document; read the new one.
            }
        }
    }

    /// <summary>The value of an expression, in a world that the page's own scripts cannot reach.</summary>
    internal static async Task<JsonElement> EvaluateAsync(ICDPSession session, string expression, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var frames = await session.CallAsync("Page.getFrameTree").BoundedBy(cancellationToken);
        var world = await session.CallAsync(
            "Page.createIsolatedWorld",
            ("frameId", frames!.Value.GetProperty("frameTree").GetProperty("frame").GetProperty("id").GetString()!),
            ("worldName", "capture")).BoundedBy(cancellationToken);

        var answer = await session.CallAsync(
            "Runtime.evaluate",
            ("expression", expression),
            ("contextId", world!.Value.GetProperty("executionContextId").GetInt32()),
            ("returnByValue", true),
            ("timeout", timeout.TotalMilliseconds)).BoundedBy(cancellationToken);

        if (answer!.Value.TryGetProperty("exceptionDetails", out var details))
            throw new PlaywrightException($"The page could not be read: {details.GetProperty("text").GetString()}");
        return answer.Value.GetProperty("result").GetProperty("value");
    }

    private static CapturedPage Read(JsonElement value) => new(
        value.GetProperty("url").GetString() ?? "",
        value.GetProperty("base").GetString() ?? "",
        value.GetProperty("title").GetString() ?? "",
        value.GetProperty("html").GetString() ?? "",
        value.GetProperty("text").GetString() ?? "",
        value.GetProperty("truncated").GetBoolean(),
        [.. value.GetProperty("links").EnumerateArray().Select(link =>
            LinkKinds.Classify(link[0].GetString() ?? "", link[1].GetString() ?? "", link[2].GetBoolean(), link[3].GetBoolean(), value.GetProperty("url").GetString() ?? ""))]);

    private static bool ReplacedItsDocument(PlaywrightException exception) =>
        exception.Message.Contains("Cannot find context", StringComparison.Ordinal)
        || exception.Message.Contains("No frame", StringComparison.Ordinal)
        || exception.Message.Contains("context was destroyed", StringComparison.Ordinal)
        || exception.Message.Contains("navigated or closed", StringComparison.Ordinal);

    /// <summary>Without the comment at its beginning.</summary>
    private static string LoadScript(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return text[(text.IndexOf("\n(", StringComparison.Ordinal) + 1)..];
    }
}

/// <summary>What one evaluation returned.</summary>
internal sealed record CapturedPage(
    string Url, string BaseUrl, string Title, string Html, string Text, bool Truncated, IReadOnlyList<PageLink> Links);
