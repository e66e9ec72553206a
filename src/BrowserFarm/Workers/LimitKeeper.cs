using BrowserFarm.Diagnostics;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Keeps what was learned of targets across restarts: limits, blocks, gaps and baselines. Read before the first job, written every five seconds.</summary>
public sealed class LimitKeeper(IJobQueue queue, TargetLimiters limiters, TimeProvider time, ILogger<LimitKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var notes = await queue.ReadTargetNotesAsync(TargetLimiters.MaxTargets, cancellationToken);
        limiters.Restore(notes.Select(note => LimitJson.Read(note.Text)).OfType<StoredTargetLimit>());
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Stopped after the workers: what their last answers taught is kept as well.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SaveAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await SaveAsync(stoppingToken);
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        var changes = limiters.TakeChanges();
        if (changes.Count == 0)
            return;

        try
        {
            await queue.SaveTargetNotesAsync([.. changes.Select(limit => new TargetNote(limit.Target, limit.UsedAt, LimitJson.Write(limit)))], cancellationToken);
        }
        catch (QueueStorageException exception)
        {
            // The limits hold all the same; a disk that stays full is told of by whoever waits to settle a job.
            logger.LimitsNotSaved(exception.Message);
        }
    }
}
