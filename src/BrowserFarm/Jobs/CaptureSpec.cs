using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>How pictures are taken of a page and how it is printed. Everything has a default.</summary>
public sealed record CaptureSpec
{
    public ScreenshotSpec Screenshot { get; init; } = new();

    public PdfSpec Pdf { get; init; } = new();
}

/// <summary>What a picture shows: the viewport, unless one of the others is given.</summary>
public sealed record ScreenshotSpec
{
    /// <summary>The whole page from top to bottom.</summary>
    public bool FullPage { get; init; }

    /// <summary>The first element that this CSS selector or XPath matches.</summary>
    public string? Element { get; init; }

    /// <summary>A part of the page, in CSS pixels from its top left corner.</summary>
    public PictureArea? Clip { get; init; }

    /// <summary>Quality of jpeg and webp.</summary>
    /// <value>1 to 100; null for 80.</value>
    public int? Quality { get; init; }

    /// <summary>Pixels of the picture for one CSS pixel.</summary>
    /// <value>0.1 to 4; null for as many as the device has.</value>
    public double? Scale { get; init; }

    /// <summary>Leave out the white that browsers paint below a page; png and webp only.</summary>
    public bool Transparent { get; init; }
}

/// <summary>A rectangle in CSS pixels.</summary>
public sealed record PictureArea(double X, double Y, double Width, double Height);

/// <summary>How a page is printed; what each does is told by <c>Page.printToPDF</c> of the DevTools protocol.</summary>
public sealed record PdfSpec
{
    /// <summary>Paper: Letter, Legal, Tabloid, Ledger, or A0 to A6.</summary>
    public string? Format { get; init; }

    /// <summary>Instead of a format: a length like <c>210mm</c>, <c>21cm</c>, <c>8.5in</c> or <c>800px</c>.</summary>
    public string? Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public string? Height { get; init; }

    public bool Landscape { get; init; }

    /// <value>0.1 to 2; null for 1.</value>
    public double? Scale { get; init; }

    /// <summary>Lengths like <see cref="Width"/>; null for no margin.</summary>
    public PdfMargin? Margin { get; init; }

    /// <summary>Colours and pictures of backgrounds are printed.</summary>
    public bool Background { get; init; } = true;

    /// <summary>For example <c>1-3, 7</c>; null for all.</summary>
    public string? Pages { get; init; }

    /// <summary>HTML of what stands above each page; elements of the classes date, title, url, pageNumber and totalPages are filled in.</summary>
    public string? Header { get; init; }

    /// <inheritdoc cref="Header"/>
    public string? Footer { get; init; }

    /// <summary>The page's own <c>@page</c> size goes before the format.</summary>
    public bool CssSize { get; init; }

    /// <summary>With the structure that screen readers need.</summary>
    public bool Tagged { get; init; }

    /// <summary>With an outline of its headings.</summary>
    public bool Outline { get; init; }
}

/// <summary>Margins of a printed page.</summary>
public sealed record PdfMargin(string? Top, string? Right, string? Bottom, string? Left);

/// <summary>A format that is not in the result, or not whole, though the page is.</summary>
/// <param name="Format">As it was asked for.</param>
/// <param name="Reason">One sentence for a person.</param>
public sealed record CaptureProblem(PageFormat Format, string Reason);

/// <summary>One line that a page wrote to its console, or an error that nothing in it caught.</summary>
/// <param name="Level">As the DevTools protocol calls it: <c>log</c>, <c>warning</c>, <c>error</c>, …; <c>uncaught</c> for an error.</param>
/// <param name="Text">At most 2000 characters.</param>
/// <param name="Source">Address, line and column of the script, as <c>https://a.example/app.js:12:5</c>; null when it has none.</param>
public sealed record ConsoleLine(string Level, string Text, string? Source);

/// <summary>One request of a page and what came of it.</summary>
/// <param name="Type">As the DevTools protocol calls it, in lower case: <c>document</c>, <c>script</c>, <c>xhr</c>, <c>fetch</c>, …</param>
/// <param name="Status">Null when there was no answer.</param>
/// <param name="Bytes">Of headers and body as they came over the wire; 0 from a cache.</param>
/// <param name="StartMs">Milliseconds from the first request of the page.</param>
/// <param name="TimeMs">Milliseconds to its end; null when it had none before the page was read.</param>
/// <param name="Error">Why there was no answer, or none to its end, as <c>net::ERR_CONNECTION_REFUSED</c>.</param>
public sealed record NetworkLine(
    string Url,
    string Method,
    string Type,
    int? Status,
    string? MimeType,
    long Bytes,
    int StartMs,
    int? TimeMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool FromCache = false,
    string? Error = null);
