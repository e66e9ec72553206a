using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>Sorts the links of a page into those to follow and those not to, with the reason.</summary>
public sealed class LinkDiscovery(Scope scope, RobotsCache? robots)
{
    /// <summary>Most links of one page that are looked at; a page with more is a trap or a list of everything.</summary>
    public const int MaxLinksPerPage = 10_000;

    /// <param name="links">As found in the page.</param>
    /// <param name="foundOn">The page's job.</param>
    public async Task<DiscoveredLinks> SortAsync(IReadOnlyList<PageLink> links, Job foundOn, CancellationToken cancellationToken)
    {
        var depth = foundOn.Depth + 1;
        var follow = new List<NewJob>();
        var skipped = new List<SkippedUrl>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { foundOn.Url.Value };
        foreach (var link in links.Take(MaxLinksPerPage))
        {
            // mailto:, tel:, javascript: and the like are no addresses of pages; only web addresses are worth a line in the record.
            if (!link.Url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !link.Url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
                continue;

            if (!CanonicalUrl.TryParse(link.Url, out var url, out _))
                skipped.Add(new SkippedUrl(link.Url, SkipReason.BadUrl, foundOn.Url.Value));
            else if (!seen.Add(url.Value))
                continue;
            else if (await WhyNotAsync(url, depth, cancellationToken) is { } reason)
                skipped.Add(new SkippedUrl(url.Value, reason, foundOn.Url.Value));
            else
                follow.Add(new NewJob(url, depth, foundOn.Url.Value));
        }

        return new DiscoveredLinks(follow, skipped);
    }

    private async Task<SkipReason?> WhyNotAsync(CanonicalUrl url, int depth, CancellationToken cancellationToken)
    {
        if (scope.WhyNot(url, depth) is { } outside)
            return outside;
        if (robots is null)
            return null;

        // A file that cannot be fetched now does not lose the link: its own attempt asks again.
        var answer = await robots.CheckAsync(url, cancellationToken);
        return answer.Verdict == RobotsVerdict.Disallowed ? SkipReason.Robots : null;
    }
}

/// <summary>A page's links, sorted.</summary>
public sealed record DiscoveredLinks(IReadOnlyList<NewJob> Follow, IReadOnlyList<SkippedUrl> Skipped)
{
    public static DiscoveredLinks None { get; } = new([], []);
}
