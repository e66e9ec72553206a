using BrowserFarm.Crawling.Engines;
using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>Sorts the addresses that a page links to, or a sitemap lists, into those to follow and those not to, with the reason.</summary>
/// <param name="robots">Null when robots.txt is not asked.</param>
/// <param name="traps">Null when none are looked for.</param>
public sealed class LinkDiscovery(Scope scope, EngineRule engines, RobotsCache? robots, TrapDetector? traps = null)
{
    /// <summary>Most links of one page that are looked at; a page with more is a trap or a list of everything.</summary>
    public const int MaxLinksPerPage = 10_000;

    /// <summary>What was held back as endless, so far.</summary>
    public IReadOnlyList<Trap> Traps => traps?.Traps ?? [];

    /// <summary>Sorts the links of a page that was read.</summary>
    /// <param name="links">As found in the page.</param>
    /// <param name="text">The page's visible text, by which an endless row of pages without anything new is known; null when it was not kept.</param>
    /// <param name="foundOn">The page's job, whose lane and priority its links inherit.</param>
    public async Task<DiscoveredLinks> SortAsync(IReadOnlyList<PageLink> links, string? text, Job foundOn, CancellationToken cancellationToken)
    {
        if (text is not null)
            traps?.NoteRead(foundOn.Url, text);

        // mailto:, tel:, javascript: and the like are no addresses of pages; only web addresses are worth a line in the record.
        var addresses = links.Take(MaxLinksPerPage).Select(link => link.Url)
            .Where(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase));
        var like = new NewJob(foundOn.Url, foundOn.Depth + 1, foundOn.Url.Value, foundOn.Lane, foundOn.Priority);
        return await SortAsync(addresses, like, traps, cancellationToken);
    }

    /// <summary>Sorts addresses that a sitemap lists.</summary>
    /// <remarks>
    /// They have depth 0, as if they were given as seeds: the site itself names them as places to begin. So <c>--max-depth 0</c> takes the sitemap
    /// and nothing else. A site that lists its pages does not make them up as it goes, so no traps are looked for among them.
    /// </remarks>
    public Task<DiscoveredLinks> SortListedAsync(IReadOnlyList<string> addresses, CanonicalUrl sitemap, Lane lane, int priority, CancellationToken cancellationToken) =>
        SortAsync(addresses, new NewJob(sitemap, Depth: 0, sitemap.Value, lane, priority), among: null, cancellationToken);

    /// <param name="like">What the jobs are like, but for the address: that is where they were found.</param>
    private async Task<DiscoveredLinks> SortAsync(IEnumerable<string> addresses, NewJob like, TrapDetector? among, CancellationToken cancellationToken)
    {
        var follow = new List<NewJob>();
        var skipped = new List<SkippedUrl>();
        var found = new List<Trap>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { like.Url.Value };
        foreach (var address in addresses)
        {
            if (!CanonicalUrl.TryParse(address, out var url, out _))
            {
                skipped.Add(SkippedUrl.Unusable(address, like.FoundOn));
                continue;
            }

            if (!seen.Add(url.Value))
                continue;

            var reason = await WhyNotAsync(url, like.Depth, cancellationToken);
            if (reason is null && among is not null && !among.Admits(url, out var trap))
            {
                reason = SkipReason.Trap;
                if (trap is not null)
                    found.Add(trap);
            }

            if (reason is { } why)
                skipped.Add(new SkippedUrl(url.Value, why, like.FoundOn));
            else
                follow.Add(like with { Url = url, Engine = engines.For(url) });
        }

        return new DiscoveredLinks(follow, skipped, found);
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
/// <param name="Traps">Patterns of which with this page the first address was held back; mostly none.</param>
public sealed record DiscoveredLinks(IReadOnlyList<NewJob> Follow, IReadOnlyList<SkippedUrl> Skipped, IReadOnlyList<Trap> Traps);
