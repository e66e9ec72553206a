using System.Reflection;
using System.Text.Json;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Fields;

namespace BrowserFarm.Rendering;

/// <summary>Reads HTML, text, title and links of a page in one evaluation, in a world of its own that the page's scripts cannot reach.</summary>
/// <remarks>Measured: <c>ContentAsync</c> costs 25–120 ms a page for injecting Playwright's utility script; one evaluation costs 3–25 ms.</remarks>
public static class PageCapture
{
    /// <summary>Characters of HTML, and of text, beyond which a page is cut.</summary>
    public const int MaxCharacters = 20_000_000;

    internal static readonly string World = LoadScript("world.js");
    private static readonly string Script = LoadScript("capture.js");
    private static readonly string FieldsScript = LoadScript("fields.js");

    /// <summary>The page. Text and metadata's part only where they are wanted: the text alone has the browser lay the whole page out.</summary>
    internal static async Task<CapturedPage> TakeAsync(IsolatedWorld world, PageWish wish, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var wanted = (Text: Wants(PageFormat.Text) ? "true" : "false", About: Wants(PageFormat.Metadata) ? "true" : "false");
        return Read(await world.EvaluateAsync($"({Script})(({World})(), {MaxCharacters}, {{ text: {wanted.Text}, about: {wanted.About} }})", timeout, cancellationToken));

        bool Wants(PageFormat format) => wish.Formats.Contains(format) || wish.Formats.Contains(PageFormat.Json);
    }

    /// <summary>What the selectors of fields match. Asked last, and apart: XPath is not ended by the engine's own time-out, so an endless one costs the tab.</summary>
    internal static async Task<IReadOnlyList<FieldMatches>> TakeFieldsAsync(IsolatedWorld world, IReadOnlyList<FieldSpec> fields, TimeSpan timeout, CancellationToken cancellationToken) =>
        FieldMatchesJson.Read(await world.EvaluateAsync(
            $"({FieldsScript})(({World})(), {FieldMatchesJson.Ask(fields).ToJsonString()}, {FieldMatches.MaxTaken}, {FieldMatches.MaxCharacters})", timeout, cancellationToken));

    private static CapturedPage Read(JsonElement value) => new(
        value.GetProperty("url").GetString() ?? "",
        value.GetProperty("base").GetString() ?? "",
        value.GetProperty("title").GetString() ?? "",
        value.GetProperty("html").GetString() ?? "",
        value.GetProperty("about").GetString(),
        value.GetProperty("text").GetString() ?? "",
        value.GetProperty("truncated").GetBoolean(),
        [.. value.GetProperty("links").EnumerateArray().Select(link =>
            LinkKinds.Classify(link[0].GetString() ?? "", link[1].GetString() ?? "", link[2].GetBoolean(), link[3].GetBoolean(), value.GetProperty("url").GetString() ?? ""))]);

    /// <summary>Without the comment at its beginning.</summary>
    internal static string LoadScript(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return text[(text.IndexOf("\n(", StringComparison.Ordinal) + 1)..];
    }
}

/// <summary>What one evaluation returned.</summary>
/// <param name="About">As <see cref="RenderedPage.About"/>.</param>
internal sealed record CapturedPage(
    string Url, string BaseUrl, string Title, string Html, string? About, string Text, bool Truncated, IReadOnlyList<PageLink> Links);
