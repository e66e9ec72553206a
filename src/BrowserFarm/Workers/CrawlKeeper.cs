using BrowserFarm.Queueing;
using BrowserFarm.Storage;
using Microsoft.Extensions.Hosting;

namespace BrowserFarm.Workers;

/// <summary>Keeps a crawl's files abreast of its results, and stops the host when the crawl has nothing left to do.</summary>
/// <remarks>Started before the workers and so stopped after them: what they finish while draining is still written.</remarks>
public sealed class CrawlKeeper(CrawlPlan plan, IJobQueue queue, StorageWait storage, SitemapSeeder sitemaps, DeliveryKeeper delivery, IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private ResultExport? _export;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _export = ResultExport.Open(queue, plan.Crawl.Id, plan.Folder);
        await _export.CatchUpAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_export is not { } export)
            return;

        _export = null;
        await using (export)
        {
            await export.CatchUpAsync(cancellationToken);
            await export.WriteFailuresAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            // Asked before the jobs are counted: what the last sitemap brought is then among them.
            var noneToCome = sitemaps.Snapshot().IsDone;
            var counts = await queue.CountAsync(plan.Crawl.Id, stoppingToken);
            await storage.InsistAsync(() => _export!.CatchUpAsync(stoppingToken), stoppingToken);
            if (!noneToCome || !counts.IsFinished)
                continue;

            await delivery.FinishAsync(stoppingToken);
            lifetime.StopApplication();
            return;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
