using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using BrowserFarm.Storage;

namespace BrowserFarm.Workers;

/// <summary>A crawl with what running it needs: its rules, made ready once, and where its files go.</summary>
/// <param name="Robots">Null when robots.txt is not asked, as the crawl's spec says.</param>
/// <param name="Sitemaps">Null when the crawl does without.</param>
/// <param name="Fresh">What earlier runs of a recurring crawl read recently enough; null when every page is asked for.</param>
public sealed record CrawlPlan(Crawl Crawl, LinkDiscovery Discovery, RobotsCache? Robots, Sitemaps? Sitemaps, CrawlFolder Folder, FreshPages? Fresh = null)
{
    /// <summary>Some of its pages are read without a browser.</summary>
    public bool UsesHttp => Crawl.Spec.Http.Count > 0;

    /// <exception cref="FormatException">The spec's seeds or globs cannot be read.</exception>
    public static CrawlPlan For(Crawl crawl, CrawlFolder folder, RobotsCache robots, Sitemaps sitemaps, FreshPages? fresh = null)
    {
        var spec = crawl.Spec;
        var asked = spec.IgnoreRobots ? null : robots;
        var traps = spec.TrapLimit == 0 ? null : new TrapDetector(spec.TrapLimit ?? TrapPolicy.DefaultLimit);
        return new CrawlPlan(crawl, new LinkDiscovery(new Scope(spec), new EngineRule(spec), asked, traps), asked, spec.Sitemaps ? sitemaps : null, folder, fresh);
    }
}
