using System.Globalization;
using AngleSharp.Css.Parser;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Actions;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Reads a file that says how pictures are taken and pages printed. All mistakes are told at once. Documented in <c>docs/formats.md</c>.</summary>
public static class CaptureSettings
{
    public const int MaxBytes = 1 << 20;

    /// <summary>Longest side of a picture in pixels: more a JPEG cannot have in Chromium (Skia's encoder), and graphics processors draw no more at once.</summary>
    public const int MaxSide = 16_384;

    private const int MaxSelectorLength = 2000;
    private const int MaxHtmlLength = 20_000;

    private static readonly string[] Parts = ["fullPage", "element", "clip"];
    private static readonly string[] Sides = ["width", "height"];
    private static readonly string[] Units = ["px", "in", "cm", "mm"];
    private static readonly string[] Papers = ["Letter", "Legal", "Tabloid", "Ledger", "A0", "A1", "A2", "A3", "A4", "A5", "A6"];

    /// <param name="json">UTF-8.</param>
    /// <param name="source">How messages call it.</param>
    /// <exception cref="FormatException">It cannot be read; the message lists what is wrong, each with its path and the legal values.</exception>
    public static CaptureSpec Parse(ReadOnlyMemory<byte> json, string source) =>
        json.Length > MaxBytes
            ? throw new FormatException($"{source} has more than {MaxBytes} bytes.")
            : CheckedJson.ReadAll(json, source, "a list of capture settings", ["screenshot", "pdf"], top => new CaptureSpec
            {
                Screenshot = top.Object("screenshot", "fullPage", "element", "clip", "quality", "scale", "transparent") is { } screenshot ? ReadScreenshot(screenshot) : new(),
                Pdf = top.Object("pdf", "format", "width", "height", "landscape", "scale", "margin", "background", "pages", "header", "footer", "cssSize", "tagged", "outline") is { } pdf
                    ? ReadPdf(pdf)
                    : new(),
            });

    /// <summary>A CSS selector, or an XPath that begins with <c>//</c> or <c>xpath=</c>.</summary>
    public static bool IsSelector(string text) =>
        text.Length is > 0 and <= MaxSelectorLength && (ActionList.IsXPath(text) || new CssSelectorParser().ParseSelector(text) is not null);

    private static ScreenshotSpec ReadScreenshot(CheckedJson json)
    {
        if (Parts.Count(json.Has) > 1)
            json.Wrong("fullPage", "given without element and clip: a picture shows one of them");
        return new ScreenshotSpec
        {
            FullPage = json.Flag("fullPage") ?? false,
            Element = json.Text("element", MaxSelectorLength, IsSelector, "a CSS selector, or an XPath that begins with // or xpath=,"),
            Clip = json.Object("clip", "x", "y", "width", "height") is { } clip ? ReadClip(clip) : null,
            Quality = json.Whole("quality", 1, 100),
            Scale = json.Number("scale", 0.1, 4),
            Transparent = json.Flag("transparent") ?? false,
        };
    }

    private static PictureArea ReadClip(CheckedJson json)
    {
        foreach (var key in Sides.Where(key => !json.Has(key)))
            json.Wrong(key, $"a number from 1 to {MaxSide}");
        return new PictureArea(
            json.Number("x", 0, 1_000_000) ?? 0, json.Number("y", 0, 10_000_000) ?? 0, json.Number("width", 1, MaxSide) ?? 1, json.Number("height", 1, MaxSide) ?? 1);
    }

    private static PdfSpec ReadPdf(CheckedJson json)
    {
        if (json.Has("format") && (json.Has("width") || json.Has("height")))
            json.Wrong("format", "given without width and height: they are another way to say it");
        if (json.Has("width") != json.Has("height"))
            json.Wrong("width", "given together with height");
        return new PdfSpec
        {
            Format = json.Text("format", 10, text => Papers.Contains(text, StringComparer.OrdinalIgnoreCase), $"one of {string.Join(", ", Papers)},"),
            Width = Length(json, "width"),
            Height = Length(json, "height"),
            Landscape = json.Flag("landscape") ?? false,
            Scale = json.Number("scale", 0.1, 2),
            Margin = json.Object("margin", "top", "right", "bottom", "left") is { } margin
                ? new PdfMargin(Length(margin, "top"), Length(margin, "right"), Length(margin, "bottom"), Length(margin, "left"))
                : null,
            Background = json.Flag("background") ?? true,
            Pages = json.Text("pages", 1000, ArePages, "pages like 1-3, 7,"),
            Header = json.Text("header", MaxHtmlLength, legal: "HTML"),
            Footer = json.Text("footer", MaxHtmlLength, legal: "HTML"),
            CssSize = json.Flag("cssSize") ?? false,
            Tagged = json.Flag("tagged") ?? false,
            Outline = json.Flag("outline") ?? false,
        };
    }

    private static string? Length(CheckedJson json, string key) => json.Text(key, 20, IsLength, "a length like 10mm, 2.5cm, 1in or 96px");

    /// <summary>Up to 20 000 of a unit: more is a slip of the hand.</summary>
    private static bool IsLength(string text) =>
        Array.Exists(Units, unit => text.EndsWith(unit, StringComparison.Ordinal))
        && double.TryParse(text.AsSpan(0, text.Length - 2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= 20_000;

    private static bool ArePages(string text) => Array.TrueForAll(text.Split(','), part =>
        part.Trim().Split('-') switch
        {
            [var page] => PageOf(page) > 0,
            [var first, var last] => PageOf(first) > 0 && PageOf(last) >= PageOf(first),
            _ => false,
        });

    private static int PageOf(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? page : 0;
}
