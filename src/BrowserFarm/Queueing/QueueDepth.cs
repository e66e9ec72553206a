using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>How full a queue is.</summary>
/// <param name="Queued">Jobs that wait in their lines, of all crawls.</param>
/// <param name="Deferred">Jobs that were taken and wait for room in their lines.</param>
/// <param name="Longest">The longest lines, the longest first; only long ones.</param>
/// <param name="Lanes">The same by lane; a lane that has neither is missing.</param>
public sealed record QueueDepth(long Queued, long Deferred, IReadOnlyList<LongLine> Longest, IReadOnlyList<LaneDepth> Lanes);

/// <summary>How full one lane is.</summary>
public sealed record LaneDepth(Lane Lane, long Queued, long Deferred);

/// <summary>A line with many waiting jobs. A target has one a lane and engine.</summary>
public sealed record LongLine(TargetKey Target, long Queued);

/// <summary>How much a queue takes in before it says "later".</summary>
public sealed record QueueBounds
{
    /// <summary>Jobs waiting in lines, of all crawls together. Default a million; at least 1.</summary>
    /// <remarks>A claim costs the same with a million as with a hundred (<c>docs/measurements.md</c>): it bounds the disk and what a mistake can cost.</remarks>
    public long MaxQueued { get; init; } = 1_000_000;

    /// <summary>The same of one crawl. Default a million; at least 1.</summary>
    public long MaxQueuedPerCrawl { get; init; } = 1_000_000;
}
