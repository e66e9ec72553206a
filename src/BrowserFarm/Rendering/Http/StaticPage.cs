using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using BrowserFarm.Jobs;

namespace BrowserFarm.Rendering.Http;

/// <summary>What a document holds that no browser laid out: title, text and links, as near as can be to what the browser's capture gives.</summary>
/// <param name="BaseUrl">What relative addresses in it are relative to.</param>
/// <param name="Text">Text of the body, a line a block, without scripts, styles and what is marked hidden.</param>
/// <param name="Links">Links in document order, each URL once.</param>
internal sealed record StaticPage(IHtmlDocument Document, Uri BaseUrl, string Title, string Text, IReadOnlyList<PageLink> Links)
{
    private const int MaxLinkText = 200;

    private static readonly HashSet<string> Silent = new(StringComparer.OrdinalIgnoreCase) { "script", "style", "noscript", "template", "head", "svg", "iframe", "object", "textarea", "select" };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "br", "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
        "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tr", "ul",
    };

    /// <param name="address">Where the document came from; its <c>base</c> element, if any, wins.</param>
    public static StaticPage Read(IHtmlDocument document, Uri address)
    {
        var start = document.QuerySelector("base[href]")?.GetAttribute("href") is { } written && Uri.TryCreate(address, written, out var other) ? other : address;
        return new StaticPage(document, start, Folded(document.Title ?? ""), document.Body is { } body ? TextOf(body) : "", LinksOf(document, start, address));
    }

    /// <summary>What a reader sees of a part of a page, without a browser to lay it out.</summary>
    public static string TextOf(IElement part)
    {
        var text = new StringBuilder();
        Append(part, text);
        return Lines(text);
    }

    /// <summary>Walks without recursion: a page may be nested as deep as it likes.</summary>
    private static void Append(IElement root, StringBuilder text)
    {
        var open = new Stack<(INode? Next, bool EndsALine, bool IsPreformatted)>();
        open.Push((root.FirstChild, false, false));
        while (open.TryPop(out var place))
        {
            if (place.Next is not { } node)
            {
                if (place.EndsALine)
                    text.Append('\n');
                continue;
            }

            open.Push((node.NextSibling, place.EndsALine, place.IsPreformatted));
            if (node is IText words)
            {
                text.Append(place.IsPreformatted ? words.Data : words.Data.Replace('\n', ' '));
            }
            else if (node is IElement element && !Silent.Contains(element.LocalName) && !element.HasAttribute("hidden"))
            {
                var isBlock = Blocks.Contains(element.LocalName);
                text.Append(isBlock ? "\n" : element.LocalName is "td" or "th" ? "\t" : "");
                open.Push((element.FirstChild, isBlock, place.IsPreformatted || element.LocalName == "pre"));
            }
        }
    }

    private static List<PageLink> LinksOf(IHtmlDocument document, Uri start, Uri address)
    {
        var links = new List<PageLink>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in document.QuerySelectorAll("a[href], area[href]"))
        {
            if (!Uri.TryCreate(start, element.GetAttribute("href")!.Trim(), out var url) || !known.Add(url.AbsoluteUri))
                continue;

            var text = Folded(element.TextContent);
            var isNoFollow = (element.GetAttribute("rel") ?? "").Split(' ').Contains("nofollow", StringComparer.OrdinalIgnoreCase);
            links.Add(LinkKinds.Classify(url.AbsoluteUri, text.Length > MaxLinkText ? text[..MaxLinkText] : text, isNoFollow, element.HasAttribute("download"), address.AbsoluteUri));
        }

        return links;
    }

    private static string Lines(StringBuilder text) =>
        string.Join('\n', text.ToString().Split('\n').Select(Folded).Where(line => line.Length > 0));

    private static string Folded(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
