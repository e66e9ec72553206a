using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using ContextPool;
using ContextPool.Diagnostics;

namespace BrowserFarm.Operations;

/// <summary>A running crawl at one instant.</summary>
/// <param name="Targets">The busiest targets, at most a handful.</param>
/// <param name="Skipped">Skipped URLs by reason.</param>
public sealed record FarmSnapshot(
    CrawlCounts Jobs, PoolSnapshot Pool, IReadOnlyList<TargetLimitSnapshot> Targets, IReadOnlyDictionary<SkipReason, long> Skipped);

/// <summary>Reads the parts of the farm into one picture. Reads only.</summary>
public sealed class FarmObserver(IJobQueue queue, IContextPool pool, TargetLimiters limiters)
{
    private const int TargetsShown = 5;

    public async Task<FarmSnapshot> LookAsync(string crawlId, CancellationToken cancellationToken) => new(
        await queue.CountAsync(crawlId, cancellationToken),
        pool.Snapshot(),
        limiters.Snapshot(TargetsShown),
        await queue.CountSkippedAsync(crawlId, cancellationToken));
}
