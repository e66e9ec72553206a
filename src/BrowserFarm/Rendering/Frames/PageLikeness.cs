using System.Globalization;
using BrowserFarm.Rendering.Fields;

namespace BrowserFarm.Rendering.Frames;

/// <summary>Whether two renderings of a page say the same. Pure.</summary>
/// <remarks>
/// Text, links, title, fields and the document's elements are compared: how many there are of each name. Attributes are not: animations write into <c>style</c>, and
/// frameworks number what they make. White space of the text is, where it parts words, and else not.
/// </remarks>
internal static class PageLikeness
{
    private const int ShownOfText = 40;

    /// <summary>What is different, in words; null when nothing is.</summary>
    public static string? Difference(RenderedPage one, RenderedPage other)
    {
        if (one.FinalUrl != other.FinalUrl)
            return $"it ended at {other.FinalUrl} instead of {one.FinalUrl}";
        if (one.Title != other.Title)
            return $"its title was \"{other.Title}\" instead of \"{one.Title}\"";
        if (Words(one.Text, other.Text) is { } words)
            return words;
        if (!one.Links.Select(link => link.Url).Order(StringComparer.Ordinal).SequenceEqual(other.Links.Select(link => link.Url).Order(StringComparer.Ordinal), StringComparer.Ordinal))
            return string.Create(CultureInfo.InvariantCulture, $"it had {other.Links.Count} links instead of {one.Links.Count}, or others");
        if (!one.Fields.SequenceEqual(other.Fields, SameMatches.Instance))
            return "its fields had other values";
        return Elements(ElementCensus.Of(one.Html), ElementCensus.Of(other.Html));
    }

    private static string? Words(string one, string other)
    {
        var (left, right) = (one.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), other.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var same = left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();
        return same == left.Length && same == right.Length ? null : $"its text said \"{Shown(right, same)}\" instead of \"{Shown(left, same)}\"";
    }

    private static string Shown(string[] words, int from)
    {
        var text = string.Join(' ', words.Skip(from).Take(6));
        return text.Length > ShownOfText ? text[..ShownOfText] + "…" : text;
    }

    private static string? Elements(Dictionary<string, int> one, Dictionary<string, int> other)
    {
        foreach (var name in one.Keys.Union(other.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (left, right) = (one.GetValueOrDefault(name), other.GetValueOrDefault(name));
            if (left != right)
                return string.Create(CultureInfo.InvariantCulture, $"it had {right} <{name}> instead of {left}");
        }

        return null;
    }

    private sealed class SameMatches : IEqualityComparer<FieldMatches>
    {
        public static SameMatches Instance { get; } = new();

        public bool Equals(FieldMatches? x, FieldMatches? y) =>
            x is not null && y is not null && x.Count == y.Count && x.Taken.Count == y.Taken.Count
            && x.Taken.Zip(y.Taken).All(pair => pair.First.Value == pair.Second.Value && pair.First.Fields.SequenceEqual(pair.Second.Fields, this));

        public int GetHashCode(FieldMatches obj) => obj.Count;
    }
}
