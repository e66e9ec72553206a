using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using Microsoft.Extensions.Hosting;

namespace BrowserFarm.Service;

/// <summary>Hands every look at the farm on to its metrics, and counts what the limiter does.</summary>
public sealed class GaugeKeeper(FarmWatch watch, IJobQueue queue, TargetLimiters limiters, Readiness readiness, FarmMetrics metrics, TargetMetrics targets) : BackgroundService
{
    /// <summary>No line is that long: only the lanes are asked for.</summary>
    private const long NoLine = long.MaxValue;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        limiters.Lowered += Count;
        if (targets.AreShown)
            metrics.ShowTargets();
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        limiters.Lowered -= Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var now = watch.Last; !stoppingToken.IsCancellationRequested; now = await watch.Next.WaitAsync(stoppingToken))
        {
            if (now is null)
                continue;
            try
            {
                metrics.Show(GaugesOf(now, await queue.DepthAsync(NoLine, stoppingToken), await queue.OldestWaitingAsync(stoppingToken)));
            }
            catch (QueueStorageException exception) when (!exception.IsDamaged)
            {
                // Whoever looks at the queue has told it; gauges that nobody renews are shown as not known.
            }
        }
    }

    private FarmGauges GaugesOf(FarmSnapshot now, QueueDepth depth, TimeSpan? oldest)
    {
        var (known, blocked) = limiters.Count();
        return new FarmGauges
        {
            Lanes = [.. depth.Lanes.Select(lane => new LaneJobs(lane.Lane, lane.Queued, lane.Deferred))],
            Engines =
            [
                new EngineWork(Engine.Browser, Math.Max(0, now.Jobs.Running - now.HttpBusy), now.Budget.Busy, now.Budget.Limit),
                new EngineWork(Engine.Http, now.HttpBusy, now.HttpBusy, now.HttpSlots),
            ],
            OldestWaiting = oldest,
            FoundPerSecond = now.Flow.FoundPerSecond,
            EndedPerSecond = now.Flow.EndedPerSecond,
            Drain = now.Flow.Drain,
            DiscoveryPause = OneHot.Of(now.Discovery.Pause, DiscoveryPause.None),
            TargetsPaused = now.Discovery.Targets.Count,
            ContextsInUse = now.Pool.InUse,
            ContextCapacity = now.Pool.Capacity.Contexts,
            ContextBound = OneHot.Of(now.Pool.Capacity.Bound),
            WorkerBound = OneHot.Of(now.Budget.Bound),
            TargetsKnown = known,
            TargetsBlocked = blocked,
            Pipeline = OneHot.Of(now.Pipeline.State),
            Targets = targets.AreShown ? [.. now.Targets.Select(target => new TargetGauge(target.Target.Value, target.Limit, target.InFlight, target.BlockedFor, target.LatencyMilliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null))] : [],
            IsReady = readiness.Look().All(condition => condition.Reason is null),
        };
    }

    private void Count(bool isBlocked)
    {
        metrics.LimitCut();
        if (isBlocked)
            metrics.TargetBlocked();
    }
}

/// <summary>Whether the busiest targets have gauges of their own.</summary>
public sealed record TargetMetrics(bool AreShown);
