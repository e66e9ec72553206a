using System.Buffers;

namespace BrowserFarm.Rendering.Frames;

/// <summary>How many elements of each name a page has, counted in the HTML that a browser wrote: well-formed, with every <c>&lt;</c> of text and attributes escaped. Pure, one pass.</summary>
internal static class ElementCensus
{
    private static readonly SearchValues<char> NameEnds = SearchValues.Create(" \t\n\r\f/>");

    /// <summary>By name in the spelling of the document. What stands within scripts, styles and comments may be counted as well: for two renderings of one page that is no difference.</summary>
    public static Dictionary<string, int> Of(string html)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var byName = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var rest = html.AsSpan();
        while (rest.IndexOf('<') is >= 0 and var start)
        {
            rest = rest[(start + 1)..];
            var end = rest.IndexOfAny(NameEnds);
            if (end > 0 && char.IsAsciiLetter(rest[0]))
                byName[rest[..end]] = byName.TryGetValue(rest[..end], out var count) ? count + 1 : 1;
        }

        return counts;
    }
}
