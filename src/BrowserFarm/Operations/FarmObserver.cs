using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using ContextPool;

namespace BrowserFarm.Operations;

/// <summary>Reads the parts of the farm into one picture. Reads only.</summary>
public sealed class FarmObserver(
    IJobQueue queue, IContextPool pool, HostBudgetKeeper budget, TargetLimiters limiters, AttemptLog attempts, DiscoveryGate discovery, StorageWait storage, ICrawlPlans plans,
    FarmOptions options, TimeProvider time)
{
    public const int MaxTargets = 100;

    private readonly FlowRates _flow = new();
    private readonly long _start = time.GetTimestamp();

    /// <param name="crawlId">Whose jobs are counted; null counts those of all crawls.</param>
    public async Task<FarmSnapshot> LookAsync(string? crawlId, CancellationToken cancellationToken)
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
            new PipelineRules(plans.LongestAttempt).Decide(facts),
            flow,
            jobs,
            seen,
            machine,
            limiters.Snapshot(MaxTargets),
            discovery.Snapshot(),
            attempts.Running(Engine.Http),
            budget.HttpSlots,
            NodeAdvice.Of(flow, machine.Bound, options.TargetDrain),
            options.Lanes.Weights)
        {
            Storage = trouble,
        };
    }
}
