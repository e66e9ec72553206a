using BrowserFarm.Diagnostics;
using BrowserFarm.Queueing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Service;

/// <summary>Takes up at the start what a program that died left half done, and forgets what is known of crawls that have ended.</summary>
public sealed class ServiceKeeper(ServiceCrawls crawls, TimeProvider time, ILogger<ServiceKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await crawls.TakeUpAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await crawls.ForgetEndedAsync(stoppingToken);
            }
            catch (QueueStorageException exception) when (!exception.IsDamaged)
            {
                logger.QueueNotSeen(exception.Message);
            }
        }
    }
}
