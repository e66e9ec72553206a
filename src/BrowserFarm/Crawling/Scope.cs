using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>What belongs to a crawl: the hosts of its seeds, its globs, its depth. Pure.</summary>
public sealed class Scope
{
    private readonly HashSet<string> _hosts;
    private readonly UrlGlob[] _include;
    private readonly UrlGlob[] _exclude;
    private readonly int? _maxDepth;

    /// <exception cref="FormatException">A seed or a glob cannot be read; the message names it.</exception>
    public Scope(CrawlSpec spec)
    {
        _hosts = spec.Seeds.Select(seed => SiteOf(CanonicalUrl.Parse(seed).ToUri())).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _include = [.. spec.Include.Select(glob => new UrlGlob(glob))];
        _exclude = [.. spec.Exclude.Select(glob => new UrlGlob(glob))];
        _maxDepth = spec.MaxDepth;
    }

    /// <summary>Why a link is not followed; null when it is.</summary>
    /// <param name="depth">Links followed from a seed to get to the link's page.</param>
    public SkipReason? WhyNot(CanonicalUrl url, int depth)
    {
        var uri = url.ToUri();
        if (!_hosts.Contains(SiteOf(uri)))
            return SkipReason.OtherHost;
        if (depth > _maxDepth)
            return SkipReason.TooDeep;
        if (_exclude.Any(glob => glob.Matches(uri)))
            return SkipReason.Excluded;
        if (_include.Length > 0 && !_include.Any(glob => glob.Matches(uri)))
            return SkipReason.NotIncluded;
        return null;
    }

    /// <summary>Host and port, http and https alike and with or without <c>www.</c>: most sites redirect from one to the other.</summary>
    private static string SiteOf(Uri uri) =>
        uri.Authority.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? uri.Authority["www.".Length..] : uri.Authority;
}
