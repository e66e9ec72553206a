using BrowserFarm.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Stops a crawl in order when its folder takes as much as it may: running pages end, and the crawl can be gone on with under a larger quota.</summary>
public sealed class QuotaKeeper(CrawlPlan plan, FarmOptions options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<QuotaKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private volatile bool _isUsedUp;

    /// <summary>The crawl was stopped for its size.</summary>
    public bool IsUsedUp => _isUsedUp;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.MaxBytes is not { } most)
            return;

        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            var used = plan.Folder.BytesUsed();
            if (used < most)
                continue;

            _isUsedUp = true;
            logger.QuotaUsedUp(used, most);
            lifetime.StopApplication();
            return;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
