using AngleSharp.Html.Parser;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>What two readings of one page must agree on: its words, where its links lead, and about how long it is.</summary>
/// <param name="Text">Of the body, without scripts and styles, white space collapsed.</param>
/// <param name="Links">Addresses with the query left out that tells a reading from another; sorted, each once, parted by line feeds.</param>
/// <param name="HtmlLength">Characters.</param>
internal sealed record PageContent(string Text, string Links, int HtmlLength)
{
    /// <summary>Libraries number what they make by chance, so lengths differ by some characters in a hundred.</summary>
    private const double LengthTolerance = 0.02;

    public static PageContent Of(ReadPage page)
    {
        var body = new HtmlParser().ParseDocument(page.Html).Body;
        foreach (var silent in body?.QuerySelectorAll("script, style, template, noscript").ToList() ?? [])
            silent.Remove();
        // Read from the document in every case: of the links that are handed over the farm leaves out repetitions and what is no page.
        var own = new Uri(page.Url);
        var links = body?.QuerySelectorAll("a[href]").Select(link => new Uri(own, link.GetAttribute("href")).AbsoluteUri.Replace(own.Query, "")).Order(StringComparer.Ordinal).Distinct() ?? [];
        return new PageContent(string.Join(' ', (body?.TextContent ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), string.Join('\n', links), page.Html.Length);
    }

    public bool Equals(PageContent? other) => other is not null && Text == other.Text && Links == other.Links
        && Math.Abs(HtmlLength - other.HtmlLength) <= LengthTolerance * Math.Max(HtmlLength, other.HtmlLength);

    public override int GetHashCode() => HashCode.Combine(Text, Links);
}
