using System.Text.RegularExpressions;

namespace BrowserFarm.Extraction;

/// <summary>Patterns of fields: made once, and bounded in time, for whoever wrote the pattern did not think of every page.</summary>
internal static class FieldPattern
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(250);

    /// <exception cref="ArgumentException">It is not a regular expression.</exception>
    public static Regex Of(string pattern) => new(pattern, RegexOptions.CultureInvariant, MatchTimeout);

    /// <returns>The first group that matched, or the whole match; null when nothing did.</returns>
    /// <exception cref="RegexMatchTimeoutException">It took too long.</exception>
    public static string? Find(Regex pattern, string text)
    {
        if (pattern.Match(text) is not { Success: true } match)
            return null;
        for (var group = 1; group < match.Groups.Count; group++)
        {
            if (match.Groups[group].Success)
                return match.Groups[group].Value;
        }

        return match.Value;
    }
}
