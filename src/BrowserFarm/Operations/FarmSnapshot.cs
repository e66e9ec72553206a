using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using ContextPool;
using ContextPool.Diagnostics;

namespace BrowserFarm.Operations;

/// <summary>A running crawl at one instant.</summary>
/// <param name="Pipeline">How it is doing, in one word and a reason.</param>
/// <param name="Flow">How fast pages come into the queue and leave it.</param>
/// <param name="Budget">Jobs at once on this machine, and why not more.</param>
/// <param name="Targets">The busiest targets first, at most <see cref="FarmObserver.MaxTargets"/>.</param>
/// <param name="Sitemaps">How far the crawl's sitemaps are read.</param>
/// <param name="Discovery">Whether links that are found go into the lines.</param>
/// <param name="HttpBusy">Pages being read without a browser.</param>
/// <param name="HttpSlots">As many of these at once; 0 when the crawl has no such pages.</param>
/// <param name="NodesAdvised">Machines like this one that would empty the queue in time; null when this one does, or more would not help.</param>
/// <param name="LaneWeights">How many turns each lane has of the sum of them all, by the lane's number.</param>
/// <param name="Traps">Patterns of addresses that were held back as endless since the program started.</param>
public sealed record FarmSnapshot(
    PipelineVerdict Pipeline, FlowSnapshot Flow, CrawlCounts Jobs, PoolSnapshot Pool, HostBudgetSnapshot Budget, IReadOnlyList<TargetLimitSnapshot> Targets,
    SitemapProgress Sitemaps, DiscoverySnapshot Discovery, int HttpBusy, int HttpSlots, int? NodesAdvised, IReadOnlyList<int> LaneWeights, IReadOnlyList<Trap> Traps)
{
    /// <summary>A full disk or a locked database that is being waited out; null when there is none.</summary>
    public StorageTrouble? Storage { get; init; }

    /// <summary>Why the crawl's webhook does not take its results, in words; null when it does, or there is none.</summary>
    public string? Webhook { get; init; }

    /// <summary>Nothing is left to do and nothing can come.</summary>
    public bool IsFinished => Jobs.IsFinished && Sitemaps.IsDone;
}

/// <summary>Reads the parts of the farm into one picture. Reads only.</summary>
public sealed class FarmObserver(
    IJobQueue queue, IContextPool pool, HostBudgetKeeper budget, TargetLimiters limiters, AttemptLog attempts, SitemapSeeder sitemaps, DiscoveryGate discovery, StorageWait storage, DeliveryKeeper delivery, CrawlPlan plan,
    FarmOptions options, TimeProvider time)
{
    public const int MaxTargets = 100;

    private readonly PipelineRules _rules = new(options.LongestAttempt(plan.Crawl.Spec.Page));
    private readonly FlowRates _flow = new();
    private readonly long _start = time.GetTimestamp();

    public async Task<FarmSnapshot> LookAsync(string crawlId, CancellationToken cancellationToken)
    {
        var jobs = await queue.CountAsync(crawlId, cancellationToken);
        DateTimeOffset? next = null;
        foreach (var engine in Enum.GetValues<Engine>())
            next = await queue.NextReadyAsync(engine, cancellationToken) is { } ready && !(ready > next) ? ready : next;
        var nextReady = next - time.GetUtcNow();
        var seen = pool.Snapshot();
        var trouble = storage.Trouble;
        var facts = new PipelineFacts(jobs.Queued, jobs.Running, nextReady, budget.Slots.Limit, seen.Capacity.Contexts, seen.Waiting, attempts.SinceProgress)
        {
            Storage = trouble?.Reason,
        };
        var flow = _flow.Note(time.GetElapsedTime(_start), jobs.Total, jobs.Succeeded + jobs.Failed + jobs.Cancelled);
        var machine = budget.Snapshot();
        return new FarmSnapshot(
            _rules.Decide(facts),
            flow,
            jobs,
            seen,
            machine,
            limiters.Snapshot(MaxTargets),
            sitemaps.Snapshot(),
            discovery.Snapshot(),
            attempts.Running(Engine.Http),
            budget.HttpSlots,
            NodeAdvice.Of(flow, machine.Bound, options.TargetDrain),
            options.Lanes.Weights,
            plan.Discovery.Traps)
        {
            Storage = trouble,
            Webhook = delivery.Problem,
        };
    }
}
