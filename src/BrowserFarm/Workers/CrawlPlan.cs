using BrowserFarm.Crawling;
using BrowserFarm.Crawling.Engines;
using BrowserFarm.Crawling.Frames;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Http;
using BrowserFarm.Storage;
using ContextPool.Browsers;

namespace BrowserFarm.Workers;

/// <summary>A crawl with what running it needs: its rules, made ready once, and where its files go.</summary>
/// <param name="Engines">What reads which page.</param>
/// <param name="Memory">What was learned of that, for a crawl that tries its pages without a browser first.</param>
/// <param name="Robots">Null when robots.txt is not asked, as the crawl's spec says.</param>
/// <param name="Sitemaps">Null when the crawl does without.</param>
/// <param name="Fresh">What earlier runs of a recurring crawl read recently enough; null when every page is asked for.</param>
public sealed record CrawlPlan(Crawl Crawl, LinkDiscovery Discovery, EngineRule Engines, EngineMemory Memory, RobotsCache? Robots, Sitemaps? Sitemaps, CrawlFolder Folder, FreshPages? Fresh = null)
{
    /// <summary>What was learned of tabs that draw nothing.</summary>
    public FrameMemory Frames { get; init; } = new();

    /// <summary>What contexts look like to its pages; null for the pool's own profile.</summary>
    public ContextProfile? Profile { get; init; }

    /// <summary>What reads its pages without a browser; null for what reads everybody's.</summary>
    public HttpRenderer? Http { get; init; }

    /// <exception cref="FormatException">The spec's seeds or globs cannot be read.</exception>
    public static CrawlPlan For(Crawl crawl, CrawlFolder folder, RobotsCache robots, Sitemaps sitemaps, FreshPages? fresh = null)
    {
        var spec = crawl.Spec;
        var asked = spec.IgnoreRobots ? null : robots;
        var traps = spec.TrapLimit == 0 ? null : new TrapDetector(spec.TrapLimit ?? TrapPolicy.DefaultLimit);
        var memory = new EngineMemory();
        var engines = new EngineRule(spec, memory);
        return new CrawlPlan(crawl, new LinkDiscovery(new Scope(spec), engines, asked, traps), engines, memory, asked, spec.Sitemaps ? sitemaps : null, folder, fresh);
    }
}
