using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace BrowserFarm.Extraction;

/// <summary>Writes a document's content as CommonMark: headings, paragraphs, lists, quotes, code, tables, links and images with absolute addresses.</summary>
/// <remarks>Tables and footnotes follow GitHub's extensions. What has no place in a text (scripts, styles, forms' controls, hidden elements) is left out.</remarks>
public sealed class MarkdownWriter
{
    /// <summary>Deeper nesting than this is read as plain text: browsers stop at 512 (HTML parsers' own bound), and our stack is finite.</summary>
    private const int MaxDepth = 400;

    /// <summary>CommonMark reads list numbers of at most nine digits.</summary>
    private const int MaxListStart = 900_000_000;

    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "script", "style", "noscript", "template", "head", "svg", "iframe", "object", "canvas", "video", "audio", "button", "select", "input", "textarea", "dialog",
    };

    private static readonly string[] LanguagePrefixes = ["language-", "lang-", "highlight-source-"];

    private static readonly HashSet<string> Blocks = new(StringComparer.Ordinal)
    {
        "address", "article", "aside", "body", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header",
        "hgroup", "html", "legend", "li", "main", "nav", "p", "section", "summary", "td", "th", "tr",
    };

    private readonly StringBuilder _output = new();
    private readonly Uri _base;
    private string _prefix = "";
    private string? _marker;
    private string? _blankPrefix;
    private bool _blankPending;

    private readonly Footnotes _notes;

    private MarkdownWriter(Uri baseUri, Footnotes notes)
    {
        _base = baseUri;
        _notes = notes;
    }

    /// <param name="document">The rendered document.</param>
    /// <param name="baseUri">Address against which relative links are made absolute, unless the document has a base of its own.</param>
    public static string Write(IHtmlDocument document, Uri baseUri)
    {
        var own = document.QuerySelector("base[href]")?.GetAttribute("href");
        return document.Body is { } body ? Write(body, own is not null && Uri.TryCreate(baseUri, own, out var absolute) ? absolute : baseUri) : "\n";
    }

    /// <param name="content">A part of a document, or a copy of one.</param>
    /// <param name="baseUri">Address against which relative links are made absolute.</param>
    public static string Write(IElement content, Uri baseUri)
    {
        var writer = new MarkdownWriter(baseUri, Footnotes.Find(content));
        writer.WriteBlocks(content, depth: 0);
        writer.WriteNotes();
        return writer._output.ToString().Trim('\n') + "\n";
    }

    private void WriteNotes()
    {
        var number = 0;
        foreach (var note in _notes.Notes)
        {
            _blankPending = true;
            Indented("    ", $"[^{++number}]: ", () => WriteBlocks(note, depth: 1));
        }
    }

    private void WriteBlocks(INode parent, int depth)
    {
        var inline = new StringBuilder();
        foreach (var child in parent.ChildNodes)
        {
            if (child is IElement element && IsBlock(element))
            {
                Flush(inline);
                WriteBlock(element, depth + 1);
            }
            else
            {
                AppendInline(inline, child, depth + 1);
            }
        }

        Flush(inline);
    }

    private void Flush(StringBuilder inline)
    {
        var text = MarkdownText.Tidy(inline.ToString());
        inline.Clear();
        if (text.Length > 0)
            WriteParagraph(MarkdownText.EscapeLineStarts(text));
    }

    private void WriteBlock(IElement element, int depth)
    {
        if (Ignored.Contains(element.LocalName) || IsHidden(element) || _notes.IsNote(element))
            return;

        if (depth > MaxDepth)
        {
            WriteParagraph(MarkdownText.Escape(FieldSelector.Folded(element.TextContent)));
            return;
        }

        switch (element.LocalName)
        {
            case ['h', >= '1' and <= '6']:
                var heading = MarkdownText.Tidy(Inline(element, depth)).Replace('\n', ' ');
                if (heading.EndsWith('#'))
                    heading = heading[..^1] + "\\#";   // or it would be taken for the heading's closing mark
                if (heading.Length > 0)
                    WriteParagraph($"{new string('#', element.LocalName[1] - '0')} {heading}");
                break;
            case "hr":
                WriteParagraph(_marker is null ? "---" : "***");   // after a dash of a list it would be one line of dashes
                break;
            case "pre":
                WriteCode(element);
                break;
            case "ul" or "menu":
                WriteList(element, depth, _ => "- ");
                break;
            case "ol":
                var first = int.TryParse(element.GetAttribute("start"), out var start) && start is >= 0 and <= MaxListStart ? start : 1;
                WriteList(element, depth, index => $"{first + index}. ", interruptsParagraphs: first == 1);
                break;
            case "blockquote":
                Indented("> ", marker: null, () => WriteBlocks(element, depth));
                break;
            case "table":
                WriteTable(element, depth);
                break;
            case "dt":
                WriteParagraph($"**{MarkdownText.Tidy(Inline(element, depth)).Replace('\n', ' ')}**");
                break;
            default:
                WriteBlocks(element, depth);
                break;
        }
    }

    /// <param name="interruptsParagraphs">It is a list even right below a line of text: an ordered one only when it begins with 1 (CommonMark §5.2).</param>
    private void WriteList(IElement list, int depth, Func<int, string> marker, bool interruptsParagraphs = true)
    {
        // A list inside an item follows the item\'s text at once; any other stands apart from what is before it.
        if (_marker is null && (!interruptsParagraphs || list.ParentElement?.LocalName != "li"))
            _blankPending = true;

        var (index, before) = (0, _output.Length);
        foreach (var item in list.Children.Where(child => !IsHidden(child) && !Ignored.Contains(child.LocalName) && !_notes.IsNote(child)))
        {
            if (_output.Length > before)
                _blankPending = false;   // a blank line after an inner list would pull the outer one's items apart
            var mark = marker(index++);
            Indented(new string(' ', mark.Length), mark, () => WriteBlocks(item, depth + 1));
        }

        _blankPending |= _output.Length > before;
    }

    /// <summary>Writes something with every line indented; the first line carries the marker instead, when there is one.</summary>
    private void Indented(string indent, string? marker, Action write)
    {
        var (outerPrefix, outerMarker, outerBlank) = (_prefix, _marker, _blankPrefix);
        _blankPrefix ??= outerPrefix;   // the blank line before it is not inside of it, or two quotes would be one
        if (marker is not null)
            _marker = (outerMarker ?? outerPrefix) + marker;
        _prefix = outerPrefix + indent;
        if (marker is null && outerMarker is not null)
            _marker = outerMarker + indent;
        var before = _output.Length;
        write();
        _prefix = outerPrefix;
        var isEmpty = _output.Length == before;
        _marker = isEmpty ? outerMarker : null;
        if (isEmpty)
            _blankPrefix = outerBlank;
    }

    private void WriteCode(IElement pre)
    {
        var text = pre.TextContent.Trim('\n');
        var fence = MarkdownText.FenceFor(text);
        WriteParagraph($"{fence}{LanguageOf(pre)}\n{text}\n{fence}");
    }

    /// <summary>As highlighters write it down: <c>language-js</c> or <c>lang-js</c> (HTML's own advice), <c>highlight-source-js</c> (GitHub), <c>data-lang</c>.</summary>
    private static string LanguageOf(IElement pre)
    {
        IElement?[] places = [pre.QuerySelector("code"), pre, pre.ParentElement];
        foreach (var place in places.OfType<IElement>())
        {
            var marked = place.GetAttribute("data-lang") ?? place.GetAttribute("data-language");
            var named = (place.ClassName ?? "").Split((char[]?)null).Select(name => LanguagePrefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix ? name[prefix.Length..] : "");
            if (named.Prepend(marked ?? "").FirstOrDefault(word => word.Length is > 0 and < 40 && !word.AsSpan().ContainsAny(" `\n\t")) is { } language)
                return language;
        }

        return "";
    }

    private void WriteTable(IElement table, int depth)
    {
        var rows = table.QuerySelectorAll("tr").Where(row => row.Closest("table") == table)
            .Select(row => row.Children.Where(cell => cell.LocalName is "td" or "th")
                .Select(cell => MarkdownText.Tidy(Inline(cell, depth)).Replace('\n', ' ').Replace("|", "\\|", StringComparison.Ordinal)).ToList())
            .Where(row => row.Count > 0)
            .ToList();
        if (rows.Count == 0)
            return;

        var columns = rows.Max(row => row.Count);
        string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Concat(Enumerable.Repeat("", columns)).Take(columns))} |";
        var lines = rows.Select(Line).ToList();
        lines.Insert(1, Line(Enumerable.Repeat("---", columns)));
        WriteParagraph(string.Join('\n', lines));
    }

    private string Inline(INode node, int depth)
    {
        var inline = new StringBuilder();
        foreach (var child in node.ChildNodes)
            AppendInline(inline, child, depth + 1);
        return inline.ToString();
    }

    private void AppendInline(StringBuilder inline, INode node, int depth)
    {
        if (node is IText text)
        {
            inline.Append(MarkdownText.Escape(MarkdownText.FoldKeepingEnds(text.Data)));
            return;
        }

        if (node is not IElement element || Ignored.Contains(element.LocalName) || IsHidden(element))
            return;

        if (depth > MaxDepth)
        {
            inline.Append(MarkdownText.Escape(FieldSelector.Folded(element.TextContent)));
            return;
        }

        switch (element.LocalName)
        {
            case "br":
                inline.Append("\\\n");
                break;
            case "strong" or "b":
                MarkdownText.Wrap(inline, "**", Inline(element, depth));
                break;
            case "em" or "i":
                MarkdownText.Wrap(inline, "*", Inline(element, depth));
                break;
            case "q":
                inline.Append('“').Append(Inline(element, depth)).Append('”');   // as browsers show it
                break;
            case "code" or "kbd" or "samp":
                inline.Append(MarkdownText.CodeSpan(FieldSelector.Folded(element.TextContent)));
                break;
            case "img":
                if (Absolute(element.GetAttribute("src")) is { } image)
                    inline.Append($"![{MarkdownText.Escape(FieldSelector.Folded(element.GetAttribute("alt") ?? ""))}]({image})");
                break;
            case "a" when _notes.NumberOf(element) is { } note:
                inline.Append($"[^{note}]");
                break;
            case "a" when _notes.LeadsBack(element):
                break;
            case "a" when Absolute(element.GetAttribute("href")) is { } link:
                var label = MarkdownText.Tidy(Inline(element, depth)).Replace("\\\n", " ", StringComparison.Ordinal).Replace('\n', ' ');
                if (label.Length > 0 && inline.Length > 0 && inline[^1] == '!')
                    inline.Insert(inline.Length - 1, '\\');   // or the link would be an image
                if (label.Length > 0)
                    inline.Append($"[{label}]({link})");
                break;
            default:
                // A block inside a run of text (say, a div in a link) still separates words.
                var separates = IsBlock(element);
                inline.Append(separates ? " " : "").Append(Inline(element, depth)).Append(separates ? " " : "");
                break;
        }
    }

    /// <summary>Writes one block: a blank line before it, the current prefix before each of its lines.</summary>
    private void WriteParagraph(string text)
    {
        if (text.Length == 0)
            return;

        if (_output.Length > 0 && (_marker is null || _blankPending))
            _output.Append((_blankPrefix ?? _prefix).TrimEnd()).Append('\n');
        _blankPending = false;
        _blankPrefix = null;
        foreach (var line in text.AsSpan().Split('\n'))
        {
            _output.Append(_marker ?? _prefix).Append(text.AsSpan(line)).Append('\n');
            _marker = null;
        }
    }

    private string? Absolute(string? address) =>
        !string.IsNullOrWhiteSpace(address) && !address.TrimStart().StartsWith("javascript:", StringComparison.OrdinalIgnoreCase)
            && Uri.TryCreate(_base, address.Trim(), out var uri)
            ? uri.AbsoluteUri.Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal)
            : null;

    private static bool IsBlock(IElement element) =>
        Blocks.Contains(element.LocalName)
        || element.LocalName is ['h', >= '1' and <= '6'] or "hr" or "pre" or "ul" or "ol" or "menu" or "blockquote" or "table"
        || (element.LocalName.Contains('-', StringComparison.Ordinal) && element.Children.Any(IsBlock));

    private static bool IsHidden(IElement element) =>
        element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true"
        || element.GetAttribute("style")?.Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase) == true;
}
