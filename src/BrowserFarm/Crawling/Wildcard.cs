namespace BrowserFarm.Crawling;

/// <summary>Matches patterns in which <c>*</c> stands for any run of characters. Pure.</summary>
/// <remarks>
/// Of several stars only the last one passed is ever tried again, which is enough: what an earlier one could still reach, the later one
/// reaches as well. So it takes at most pattern × text steps, whatever the pattern, and needs no memory.
/// </remarks>
internal static class Wildcard
{
    /// <param name="wholeText">The pattern must reach the text's end; otherwise its beginning is enough.</param>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool wholeText)
    {
        int p = 0, t = 0, star = -1, resume = 0;
        while (true)
        {
            if (p == pattern.Length && (!wholeText || t == text.Length))
                return true;

            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && t < text.Length && pattern[p] == text[t])
            {
                p++;
                t++;
            }
            else if (star >= 0 && resume < text.Length)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }
    }
}
