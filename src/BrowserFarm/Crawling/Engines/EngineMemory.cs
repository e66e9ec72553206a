using System.Collections.Concurrent;
using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling.Engines;

/// <summary>What a crawl has learned of its sites: pages of which addresses need a browser. May be used by several threads; bounded; begins anew when the crawl is resumed.</summary>
/// <remarks>
/// By the pattern of the address first (<see cref="UrlPattern"/>), for a site may send its articles whole and draw its shop by script; by the whole site where
/// every address is a pattern of its own.
/// </remarks>
public sealed class EngineMemory
{
    /// <summary>Patterns that are told apart; of further ones only the site's sum is known.</summary>
    private const int MaxPatterns = 20_000;

    private const int MaxTargets = 50_000;

    /// <summary>Reasons kept for pages that wait for a browser.</summary>
    private const int MaxReasons = 50_000;

    /// <summary>One page of so many is tried without a browser whatever was learned: sites change.</summary>
    public const int SampleOneIn = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, BrowserShare> _patterns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BrowserShare> _targets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, string> _reasons = [];

    /// <summary>What to try a page with first. The same page gets the same answer as long as nothing new is learned.</summary>
    public Engine Choose(CanonicalUrl url) => IsSample(url) || !IsLearned(url) ? Engine.Http : Engine.Browser;

    /// <summary>A page was tried without a browser.</summary>
    /// <param name="need">Why that was not enough; null when it was.</param>
    public void Learn(Job job, string? need)
    {
        lock (_gate)
        {
            Add(_patterns, UrlPattern.Of(job.Url).Text, need is not null, MaxPatterns);
            Add(_targets, job.Url.Target.Value, need is not null, MaxTargets);
        }

        if (need is not null && _reasons.Count < MaxReasons)
            _reasons[job.Id] = need;
    }

    /// <summary>Why this page is read in a browser, in words; asked once.</summary>
    public string WhyBrowser(Job job) => _reasons.TryRemove(job.Id, out var need) ? need : "Pages like it needed a browser.";

    private bool IsLearned(CanonicalUrl url)
    {
        lock (_gate)
        {
            var pattern = _patterns.GetValueOrDefault(UrlPattern.Of(url).Text);
            return pattern.IsKnown ? pattern.NeedsBrowser : _targets.GetValueOrDefault(url.Target.Value).NeedsBrowser;
        }
    }

    private static void Add(Dictionary<string, BrowserShare> shares, string key, bool needed, int atMost)
    {
        if (shares.TryGetValue(key, out var share) || shares.Count < atMost)
            shares[key] = share.Next(needed);
    }

    /// <summary>By the address, so that a page which comes again after it was put off is not asked twice (FNV-1a, Fowler, Noll and Vo).</summary>
    private static bool IsSample(CanonicalUrl url)
    {
        var hash = 2166136261u;
        foreach (var c in url.Value)
            hash = (hash ^ c) * 16777619u;
        return hash % SampleOneIn == 0;
    }
}
