using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Looks at the queue once a second: opens and closes discovery, and puts what waited outside into the lines when there is room.</summary>
public sealed class DiscoveryKeeper(
    IJobQueue queue, TargetLimiters limiters, AttemptLog attempts, DiscoveryGate gate, WorkSignal signal, FarmOptions options, TimeProvider time, ILogger<DiscoveryKeeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Pages put into lines in one transaction: some tens of milliseconds.</summary>
    private const int MaxTakenUp = 2000;

    /// <exception cref="QueueStorageException">The queue cannot be read or written.</exception>
    public async Task LookOnceAsync(CancellationToken cancellationToken)
    {
        var discovery = options.Discovery;
        var depth = await queue.DepthAsync(discovery.TargetResumeAt, cancellationToken);
        var heldUp = depth.Longest.Select(line => line.Target).Where(IsHeldUp).ToHashSet();
        var before = gate.State;
        var after = DiscoveryPolicy.Next(before, new DiscoveryFacts(depth.Queued, depth.Longest, heldUp, attempts.Look().RetryShare), discovery);
        gate.State = after;
        gate.Deferred = depth.Deferred;
        Tell(before, after, depth);

        var room = Math.Min(MaxTakenUp, discovery.PauseAt - depth.Queued);
        if (after.Whole == DiscoveryPause.None && depth.Deferred > 0 && room > 0 && await queue.TakeUpAsync(discovery.TargetResumeAt, (int)room, cancellationToken) is > 0 and var taken)
        {
            gate.Deferred = depth.Deferred - taken;
            signal.Raise();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await LookOnceAsync(stoppingToken);
            }
            catch (QueueStorageException exception) when (!exception.IsDamaged)
            {
                // Tried again in a second. A disk that stays full is told of by whoever waits to settle a job.
                logger.QueueNotSeen(exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Its limit is what keeps its pages, and not our workers.</summary>
    private bool IsHeldUp(TargetKey target) =>
        limiters.Find(target) is { } seen && (seen.InFlight >= seen.Limit || seen.BlockedFor > TimeSpan.Zero || seen.SpacedFor > TimeSpan.Zero);

    private void Tell(DiscoveryState before, DiscoveryState after, QueueDepth depth)
    {
        if (after.Whole != before.Whole && after.Whole != DiscoveryPause.None)
            logger.DiscoveryPaused(after.Whole.ToString(), depth.Queued);
        if (after.Whole != before.Whole && after.Whole == DiscoveryPause.None)
            logger.DiscoveryResumed(depth.Queued, depth.Deferred);
        foreach (var target in after.Targets.Except(before.Targets))
            logger.DiscoveryPausedForTarget(target.Value);
    }
}
