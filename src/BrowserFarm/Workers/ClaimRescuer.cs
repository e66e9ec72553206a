using BrowserFarm.Diagnostics;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Returns jobs whose claim ran out to the line; at start all of them, for the queue's folder is locked and nobody else can hold one.</summary>
public sealed class ClaimRescuer(IJobQueue queue, StorageWait storage, WorkSignal signal, FarmOptions options, TimeProvider time, ILogger<ClaimRescuer> logger, FarmMetrics? metrics = null) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await SweepOnceAsync(everyClaim: true, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <param name="everyClaim">Also claims that still hold.</param>
    public async Task SweepOnceAsync(bool everyClaim, CancellationToken cancellationToken)
    {
        var rescued = await queue.RescueAsync(everyClaim, cancellationToken);
        if (rescued > 0)
        {
            logger.ClaimsRescued(rescued);
            metrics?.ClaimsLost(rescued);
            signal.Raise();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.RenewEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Those who wait to settle come first when there is room again: what they have done is not to be done again.
            if (storage.Trouble is null)
                await SweepAsync(stoppingToken);
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepOnceAsync(everyClaim: false, cancellationToken);
        }
        catch (QueueStorageException exception) when (exception.IsPassing)
        {
            // Tried again at the next tick.
            logger.ClaimsNotRescued(exception.Message);
        }
    }
}
