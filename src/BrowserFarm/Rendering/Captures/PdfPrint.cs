using BrowserFarm.Jobs;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Captures;

/// <summary>What Playwright is told about a printed page.</summary>
internal static class PdfPrint
{
    public static PagePdfOptions OptionsFor(PdfSpec spec) => new()
    {
        Format = spec.Width is null ? spec.Format : null,
        Width = spec.Width,
        Height = spec.Height,
        Landscape = spec.Landscape,
        Scale = spec.Scale is { } scale ? (float)scale : null,
        Margin = spec.Margin is { } margin ? new Margin { Top = margin.Top, Right = margin.Right, Bottom = margin.Bottom, Left = margin.Left } : null,
        PrintBackground = spec.Background,
        PageRanges = spec.Pages,
        DisplayHeaderFooter = spec.Header is not null || spec.Footer is not null,
        // An absent one would be the browser's own line with date and address.
        HeaderTemplate = spec.Header ?? "<span></span>",
        FooterTemplate = spec.Footer ?? "<span></span>",
        PreferCSSPageSize = spec.CssSize,
        Tagged = spec.Tagged,
        Outline = spec.Outline,
    };
}
