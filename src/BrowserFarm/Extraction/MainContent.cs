using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace BrowserFarm.Extraction;

/// <summary>Finds what a page is about among what stands around it: the element whose own paragraphs weigh most. Pure.</summary>
/// <remarks>
/// The idea is Readability's (Arc90, 2009; Mozilla's Readability.js is its best-known heir): paragraphs score by their length and commas, for the elements they are in; links
/// count against, names like <c>sidebar</c> too. The weights are ours, tried on the pages of the tests. Works on a copy: the document stays as it is.
/// </remarks>
internal static partial class MainContent
{
    private const int MinParagraph = 25;
    private const int LevelsUp = 5;

    /// <summary>An element beside the best is of the content as well when it has this share of its score.</summary>
    private const double SiblingShare = 0.2;

    private static readonly HashSet<string> Never = new(StringComparer.Ordinal)
    {
        "nav", "aside", "footer", "form", "script", "style", "noscript", "template", "iframe", "button", "input", "select", "textarea", "dialog", "menu", "svg",
    };

    private static readonly HashSet<string> Leaves = new(StringComparer.Ordinal) { "p", "pre", "td", "blockquote", "li", "dd", "figcaption" };

    /// <returns>A new element with copies of what the content is; null when there is no text to speak of.</returns>
    public static IElement? Find(IHtmlDocument document)
    {
        if (document.Body is not { } body)
            return null;

        var shares = new TextShares(body);
        var scores = ScoresOf(body, shares);
        var best = scores.Count == 0 ? null : scores.MaxBy(entry => entry.Value).Key;
        if (best is null)
            return null;

        // A page that says where its content is, is believed when what scores best is in it.
        if (best.Closest("article, main, [role=main], [itemprop=articleBody]") is { } said && said != best && shares.Text(said) < 4 * shares.Text(best))
            best = said;
        var content = document.CreateElement("div");
        if (best.Parent is IElement parent && best != body)
        {
            foreach (var child in parent.Children.Where(child => child == best || Belongs(child, best, scores, shares)))
                content.AppendChild(child.Clone(deep: true));
        }
        else
        {
            content.AppendChild(best.Clone(deep: true));
        }

        Clean(content);
        return content.TextContent.AsSpan().Trim().IsEmpty ? null : content;
    }

    private static Dictionary<IElement, double> ScoresOf(IElement body, TextShares shares)
    {
        var scores = new Dictionary<IElement, double>();
        foreach (var paragraph in body.QuerySelectorAll("p, pre, td, blockquote, li, dd, div, section").Where(IsParagraph))
        {
            var length = shares.Text(paragraph);
            if (length < MinParagraph || IsOutside(paragraph, body))
                continue;

            var score = 1 + paragraph.TextContent.AsSpan().Count(',') + Math.Min(length / 100, 3);
            var above = paragraph.ParentElement;
            for (var level = 0; level < LevelsUp && above is not null; level++, above = above.ParentElement)
            {
                if (!scores.ContainsKey(above))
                    scores[above] = NameWeight(above) + (above.LocalName is "article" or "main" ? 25 : above.LocalName is "div" or "section" ? 5 : above.LocalName is "ul" or "ol" or "dl" or "table" or "tr" ? -3 : 0);
                scores[above] += score / (level == 0 ? 1.0 : level == 1 ? 2.0 : level * 3.0);
                if (above == body)
                    break;
            }
        }

        foreach (var element in scores.Keys.ToList())
            scores[element] *= 1 - shares.Linked(element);
        return scores;
    }

    /// <summary>Text of its own: a leaf, or a box that holds no other boxes.</summary>
    private static bool IsParagraph(IElement element) => Leaves.Contains(element.LocalName) || element.QuerySelector("p, div, section, article, table, ul, ol, pre, blockquote, h1, h2, h3") is null;

    private static bool IsOutside(IElement element, IElement body)
    {
        for (var at = element; at is not null && at != body; at = at.ParentElement)
        {
            if (Never.Contains(at.LocalName) || IsHidden(at))
                return true;
        }

        return false;
    }

    private static bool Belongs(IElement sibling, IElement best, Dictionary<IElement, double> scores, TextShares shares)
    {
        if (Never.Contains(sibling.LocalName) || IsHidden(sibling))
            return false;
        if (sibling.LocalName is "h1" || sibling.QuerySelector("h1") is not null)
            return shares.Linked(sibling) < 0.5;
        if (scores.TryGetValue(sibling, out var score) && score >= Math.Max(10, scores.GetValueOrDefault(best) * SiblingShare))
            return true;
        return sibling.LocalName == "p" && shares.Text(sibling) > 80 && shares.Linked(sibling) < 0.25;
    }

    /// <summary>Takes out what is in the content and not of it: menus, forms, boxes full of links.</summary>
    private static void Clean(IElement content)
    {
        var shares = new TextShares(content);
        foreach (var element in content.QuerySelectorAll("*").ToList())
        {
            var isBox = element.LocalName is "div" or "section" or "ul" or "ol" or "table" or "header" or "dl";
            if (Never.Contains(element.LocalName) || IsHidden(element)
                || (isBox && NameWeight(element) < 0 && (shares.Linked(element) > 0.3 || shares.Text(element) < 200))
                || (isBox && shares.Linked(element) > 0.7 && shares.Text(element) < 2000 && element.QuerySelector("pre, h1") is null))
                element.Remove();
        }
    }

    private static int NameWeight(IElement element)
    {
        var names = $"{element.ClassName} {element.Id} {element.GetAttribute("role")}";
        return names.Length < 3 ? 0 : (Good().IsMatch(names) ? 25 : 0) - (Bad().IsMatch(names) ? 25 : 0);
    }

    private static bool IsHidden(IElement element) => element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true"
        || (element.GetAttribute("style") ?? "").Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"article|body|content|entry|main|page|post|story|text|prose|markdown|documentation", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Good();

    [GeneratedRegex(
        @"advert|banner|breadcrumb|comment|consent|cookie|disqus|foot(?!note)|masthead|menu|meta\b|modal|nav|newsletter|pager|pagination|popup|promo|recommend|related|share|sidebar|social|sponsor|subscribe|tags|toc|tool|widget",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bad();
}
