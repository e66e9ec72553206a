using System.Text;

namespace BrowserFarm.Rendering.Http;

/// <summary>Leaves out the tags of elements that are nested deeper than any page has reason to be; what is in them stays. Pure.</summary>
/// <remarks>
/// For pages as their servers send them: parsing takes time by the square of the depth (40 000 nested elements of 400 kB: over 20 s with AngleSharp 1.10). Chromium does
/// the same at the same depth (HTMLConstructionSite, <c>kMaximumHTMLParserDOMTreeDepth</c>). Elements whose end may be left out are not counted: a thousand
/// paragraphs without an end stand one after the other. Reads tags only roughly, which never matters below the limit: then nothing is changed.
/// </remarks>
internal static class NestingLimit
{
    public const int MaxDepth = 512;

    private static readonly HashSet<string> NotCounted = new(StringComparer.OrdinalIgnoreCase)
    {
        // Never have an end.
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        // Need none.
        "p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup", "colgroup", "caption", "rp", "rt", "html", "head", "body",
    };

    /// <summary>Their content is text, whatever it looks like.</summary>
    private static readonly string[] TextOnly = ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];

    /// <returns>The same text when nothing is nested too deep.</returns>
    public static string Flatten(string html)
    {
        StringBuilder? flat = null;
        var copied = 0;
        var depth = 0;
        for (var at = html.IndexOf('<', StringComparison.Ordinal); at >= 0 && at + 1 < html.Length; at = html.IndexOf('<', at))
        {
            if (html.AsSpan(at).StartsWith("<!--", StringComparison.Ordinal))
            {
                at = EndOf(html, "-->", at + 4);
            }
            else
            {
                var isEnd = html[at + 1] == '/';
                var name = NameAt(html, isEnd ? at + 2 : at + 1);
                if (name.Length == 0)
                {
                    at++;
                    continue;
                }

                var end = EndOfTag(html, at);
                if (IsCounted(name))
                {
                    if (isEnd ? depth > MaxDepth : depth >= MaxDepth)
                    {
                        flat ??= new StringBuilder(html.Length);
                        flat.Append(html, copied, at - copied);
                        copied = end;
                    }

                    depth = Math.Max(0, depth + (isEnd ? -1 : 1));
                }

                at = !isEnd && TextOnlyNamed(name) is { } text ? html.IndexOf($"</{text}", end, StringComparison.OrdinalIgnoreCase) : end;
            }

            if (at < 0 || at >= html.Length)
                break;
        }

        return flat is null ? html : flat.Append(html, copied, html.Length - copied).ToString();
    }

    private static bool IsCounted(ReadOnlySpan<char> name) => !NotCounted.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    private static string? TextOnlyNamed(ReadOnlySpan<char> name)
    {
        foreach (var text in TextOnly)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
                return text;
        }

        return null;
    }

    private static ReadOnlySpan<char> NameAt(string html, int start)
    {
        var end = start;
        if (end < html.Length && char.IsAsciiLetter(html[end]))
        {
            while (end < html.Length && html[end] is not ('>' or '/' or ' ' or '\t' or '\n' or '\r' or '\f'))
                end++;
        }

        return html.AsSpan(start, end - start);
    }

    /// <summary>Behind the tag's <c>&gt;</c>, those inside quoted values passed over.</summary>
    private static int EndOfTag(string html, int at)
    {
        var quote = '\0';
        for (var i = at; i < html.Length; i++)
        {
            var c = html[i];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'' && html[i - 1] == '=')
                quote = c;
            else if (c == '>')
                return i + 1;
        }

        return html.Length;
    }

    private static int EndOf(string html, string mark, int from) =>
        from < html.Length && html.IndexOf(mark, from, StringComparison.Ordinal) is >= 0 and var at ? at + mark.Length : html.Length;
}
