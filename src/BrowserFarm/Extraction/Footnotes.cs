using AngleSharp.Dom;

namespace BrowserFarm.Extraction;

/// <summary>The footnotes of a content: which links refer to one, and where it stands.</summary>
/// <remarks>
/// A reference is a short link to a place in the page, raised (<c>sup</c>) or marked as one (ARIA's <c>doc-noteref</c>, EPUB's <c>noteref</c>, Pandoc's and Markdown's
/// <c>footnote-ref</c>); what it leads to is a footnote when it is an item of a list or marked as a note. So Wikipedia, GitHub, Pandoc and the usual generators write them.
/// </remarks>
internal sealed class Footnotes
{
    private const int MaxLabel = 8;

    /// <summary>More are left as the links they are.</summary>
    private const int MaxNotes = 10_000;

    private readonly Dictionary<IElement, int> _numbers = [];
    private readonly Dictionary<IElement, int> _references = [];
    private readonly HashSet<string> _referenceIds = new(StringComparer.Ordinal);

    private Footnotes()
    {
    }

    /// <summary>The notes in the order in which they are first referred to; the first has number 1.</summary>
    public IEnumerable<IElement> Notes => _numbers.OrderBy(note => note.Value).Select(note => note.Key);

    public static Footnotes Find(IElement content)
    {
        var found = new Footnotes();
        var candidates = content.QuerySelectorAll("a[href^='#']").Where(IsReference).ToList();
        if (candidates.Count == 0)
            return found;

        var places = new Dictionary<string, IElement>(StringComparer.Ordinal);
        foreach (var place in content.QuerySelectorAll("[id]"))
            places.TryAdd(place.Id!, place);
        foreach (var link in candidates)
        {
            if (places.TryGetValue(TargetOf(link), out var place) && NoteAt(place) is { } note && !note.Contains(link))
                found.Add(link, note);
        }

        return found;
    }

    /// <summary>The note that a link refers to; null for any other link.</summary>
    public int? NumberOf(IElement link) => _references.TryGetValue(link, out var number) ? number : null;

    /// <summary>It is written at the end, not where it stands.</summary>
    public bool IsNote(IElement element) => _numbers.ContainsKey(element);

    /// <summary>A link in a note that leads back to where that is referred to: it has no meaning outside of the page.</summary>
    public bool LeadsBack(IElement link) =>
        _referenceIds.Count > 0 && (link.GetAttribute("href") ?? "").StartsWith('#') && _referenceIds.Contains(TargetOf(link));

    private void Add(IElement link, IElement note)
    {
        if (!_numbers.TryGetValue(note, out var number))
        {
            if (_numbers.Count == MaxNotes)
                return;
            _numbers.Add(note, number = _numbers.Count + 1);
        }

        _references.Add(link, number);
        foreach (var place in new[] { link, link.ParentElement }.OfType<IElement>())
        {
            if (place.Id is { Length: > 0 } id)
                _referenceIds.Add(id);
        }
    }

    private static bool IsReference(IElement link) =>
        link.TextContent.Trim().Length is > 0 and <= MaxLabel
        && (link.ParentElement?.LocalName == "sup" || link.Children is [{ LocalName: "sup" }] || Says(link, "role", "doc-noteref") || Says(link, "epub:type", "noteref") || link.ClassList.Contains("footnote-ref"));

    private static IElement? NoteAt(IElement place)
    {
        for (IElement? at = place; at is not null; at = at.ParentElement)
        {
            if (at.LocalName == "li" || Says(at, "role", "doc-footnote") || Says(at, "role", "doc-endnote") || Says(at, "epub:type", "footnote") || at.ClassList.Contains("footnote"))
                return at;
            if (at.LocalName is not ("span" or "p" or "a" or "sup" or "div"))
                return null;
        }

        return null;
    }

    private static bool Says(IElement element, string attribute, string word) =>
        (element.GetAttribute(attribute) ?? "").Split(' ').Contains(word, StringComparer.Ordinal);

    private static string TargetOf(IElement link)
    {
        var name = link.GetAttribute("href")![1..];
        try
        {
            return Uri.UnescapeDataString(name);
        }
        catch (UriFormatException)
        {
            return name;
        }
    }
}
