using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>A pattern for URLs: <c>*</c> stands for any run of characters, everything else for itself.</summary>
/// <remarks>
/// A pattern may be typed as it is read, <c>/café/*</c>, or percent-encoded. One that starts with <c>/</c> is held against path and query,
/// any other against the whole URL.
/// </remarks>
public sealed class UrlGlob
{
    private const int MaxLength = 2000;

    private readonly string _pattern;
    private readonly bool _pathOnly;

    /// <exception cref="FormatException">The pattern is empty or longer than 2000 characters.</exception>
    public UrlGlob(string pattern)
    {
        if (string.IsNullOrWhiteSpace(pattern))
            throw new FormatException("A URL pattern is empty; write for example '/docs/*' or 'https://example.org/*'.");
        if (pattern.Length > MaxLength)
            throw new FormatException($"A URL pattern is {pattern.Length} characters long; at most {MaxLength} are accepted.");

        _pathOnly = pattern[0] == '/';
        _pattern = PercentEncoding.Normalise(pattern);
    }

    public bool Matches(Uri url) => Wildcard.Matches(_pattern, _pathOnly ? url.PathAndQuery : url.AbsoluteUri, wholeText: true);
}
