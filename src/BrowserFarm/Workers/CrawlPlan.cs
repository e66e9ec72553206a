using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using BrowserFarm.Storage;

namespace BrowserFarm.Workers;

/// <summary>A crawl with what running it needs: its rules, made ready once, and where its files go.</summary>
/// <param name="Robots">Null when robots.txt is not asked, as the crawl's spec says.</param>
public sealed record CrawlPlan(Crawl Crawl, LinkDiscovery Discovery, RobotsCache? Robots, CrawlFolder Folder)
{
    /// <exception cref="FormatException">The spec's seeds or globs cannot be read.</exception>
    public static CrawlPlan For(Crawl crawl, CrawlFolder folder, RobotsCache robots)
    {
        var asked = crawl.Spec.IgnoreRobots ? null : robots;
        return new CrawlPlan(crawl, new LinkDiscovery(new Scope(crawl.Spec), asked), asked, folder);
    }
}
