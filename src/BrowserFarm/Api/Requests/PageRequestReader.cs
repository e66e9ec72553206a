using System.Text;
using System.Text.Json;
using BrowserFarm.Extraction;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Actions;
using BrowserFarm.Rendering.Captures;

namespace BrowserFarm.Api.Requests;

/// <summary>Makes a wish of what a request says of pages; tells every mistake with its place. Pure.</summary>
internal static class PageRequestReader
{
    private const int MaxScriptLength = 10_000;

    private static readonly Dictionary<string, PageFormat> Formats = Enum.GetValues<PageFormat>().ToDictionary(PageFormats.NameOf, StringComparer.Ordinal);

    private static readonly Dictionary<string, WaitUntil?> Events = new(StringComparer.Ordinal)
    {
        ["settled"] = WaitUntil.Settled,
        ["load"] = WaitUntil.Load,
        ["domcontentloaded"] = WaitUntil.DomContentLoaded,
    };

    private static readonly Dictionary<string, SelectorState> States = new(StringComparer.Ordinal)
    {
        ["attached"] = SelectorState.Attached,
        ["visible"] = SelectorState.Visible,
        ["hidden"] = SelectorState.Hidden,
    };

    /// <param name="page">Null wishes for the text and nothing else.</param>
    /// <param name="path">Where it stands.</param>
    public static PageWish Read(PageRequest? page, string path, Mistakes mistakes)
    {
        if (page is null)
            return new PageWish([PageFormat.Text], []);

        var formats = new List<PageFormat>();
        for (var i = 0; i < page.Formats?.Count; i++)
        {
            if (page.Formats[i] is { } name && Formats.TryGetValue(name, out var format))
                formats.Add(format);
            else
                mistakes.Add($"{path}/formats/{i}", $"'{ClientText.Clean(page.Formats[i])}' is no format.", [.. Formats.Keys]);
        }

        if (page is { WaitFor: null, WaitForState: not null })
            mistakes.Add($"{path}/waitForState", "It says what must hold of what waitFor matches; give both.");
        if (page.WaitFor is { } selector)
            mistakes.Try($"{path}/waitFor", () => { FieldSelector.ThrowIfNotCss("waitFor", selector); return true; });
        CheckLength(page.WaitForScript, $"{path}/waitForScript", mistakes);
        CheckLength(page.WaitForResponse, $"{path}/waitForResponse", mistakes);
        return new PageWish(
            page.Formats is null ? [PageFormat.Text] : [.. formats.Distinct()],
            Parse(page.Fields, $"{path}/fields", mistakes, FieldSchema.Parse) ?? [],
            page.WaitFor)
        {
            WaitForState = mistakes.Choose($"{path}/waitForState", page.WaitForState, SelectorState.Attached, States),
            WaitUntil = mistakes.Choose($"{path}/waitUntil", page.WaitUntil, null, Events),
            WaitForScript = page.WaitForScript,
            WaitForResponse = page.WaitForResponse,
            Actions = Parse(page.Actions, $"{path}/actions", mistakes, ActionList.Parse) ?? [],
            Capture = Parse(page.Capture, $"{path}/capture", mistakes, CaptureSettings.Parse) ?? new CaptureSpec(),
            Handler = page.Handler,
        };
    }

    /// <summary>It has code of the caller's run in pages.</summary>
    public static bool RunsScripts(PageWish wish) => wish.WaitForScript is not null || wish.Actions.Any(action => action.Kind is ActionKind.Script or ActionKind.WaitForScript);

    public static VisitorSpec Read(VisitorRequest? visitor, string path, Mistakes mistakes)
    {
        foreach (var (name, value) in visitor?.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (!HeaderRules.IsName(name) || HeaderRules.IsForbidden(name))
                mistakes.Add($"{path}/headers", $"'{ClientText.Clean(name)}' is no header that can be set.");
            else if (!HeaderRules.IsValue(value ?? ""))
                mistakes.Add($"{path}/headers/{name}", "The value must have 1 to 1000 printable ASCII characters.");
        }

        foreach (var (name, value) in visitor?.Cookies ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (!HeaderRules.IsName(name) || !HeaderRules.IsValue(value ?? "") || value!.AsSpan().ContainsAny(";, \""))
                mistakes.Add($"{path}/cookies", $"'{ClientText.Clean(name)}' is no cookie that can be set.");
        }

        return new VisitorSpec
        {
            Device = visitor?.Device,
            Headers = [.. (visitor?.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(header => new HttpPair(header.Key, header.Value))],
            Cookies = [.. (visitor?.Cookies ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(cookie => new HttpPair(cookie.Key, cookie.Value))],
        };
    }

    private static void CheckLength(string? text, string path, Mistakes mistakes)
    {
        if (text is { Length: 0 or > MaxScriptLength })
            mistakes.Add(path, $"It must have 1 to {MaxScriptLength} characters.");
    }

    /// <summary>Read by what reads such files.</summary>
    private static T? Parse<T>(JsonElement? json, string path, Mistakes mistakes, Func<ReadOnlyMemory<byte>, string, T> parse)
        where T : class => json is { } given ? mistakes.Try(path, () => parse(Encoding.UTF8.GetBytes(given.GetRawText()), path)) : null;
}
