using BrowserFarm.Workers;

namespace BrowserFarm.Operations;

/// <summary>The farm as seen by the one crawl that it is there for. Reads only.</summary>
public sealed class CrawlObserver(FarmObserver farm, SitemapSeeder sitemaps, DeliveryKeeper delivery, CrawlPlan plan)
{
    public async Task<FarmSnapshot> LookAsync(CancellationToken cancellationToken) => await farm.LookAsync(plan.Crawl.Id, cancellationToken) with
    {
        Sitemaps = sitemaps.Snapshot(),
        Webhook = delivery.Problem,
        Traps = plan.Discovery.Traps,
    };
}
