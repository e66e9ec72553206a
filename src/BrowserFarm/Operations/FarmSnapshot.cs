using BrowserFarm.Crawling;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using ContextPool.Diagnostics;

namespace BrowserFarm.Operations;

/// <summary>A running farm at one instant, with all its crawls or one of them.</summary>
/// <param name="Pipeline">How it is doing, in one word and a reason.</param>
/// <param name="Flow">How fast pages come into the queue and leave it.</param>
/// <param name="Budget">Jobs at once on this machine, and why not more.</param>
/// <param name="Targets">The busiest targets first, at most <see cref="FarmObserver.MaxTargets"/>.</param>
/// <param name="Discovery">Whether links that are found go into the lines.</param>
/// <param name="HttpBusy">Pages being read without a browser.</param>
/// <param name="HttpSlots">As many of these at once; 0 when there are no such pages.</param>
/// <param name="NodesAdvised">Machines like this one that would empty the queue in time; null when this one does, or more would not help.</param>
/// <param name="LaneWeights">How many turns each lane has of the sum of them all, by the lane's number.</param>
public sealed record FarmSnapshot(
    PipelineVerdict Pipeline, FlowSnapshot Flow, CrawlCounts Jobs, PoolSnapshot Pool, HostBudgetSnapshot Budget, IReadOnlyList<TargetLimitSnapshot> Targets,
    DiscoverySnapshot Discovery, int HttpBusy, int HttpSlots, int? NodesAdvised, IReadOnlyList<int> LaneWeights)
{
    /// <summary>Of one crawl: how far its sitemaps are read.</summary>
    public SitemapProgress Sitemaps { get; init; } = SitemapProgress.None;

    /// <summary>Of one crawl: patterns of addresses that were held back as endless since the program started.</summary>
    public IReadOnlyList<Trap> Traps { get; init; } = [];

    /// <summary>A full disk or a locked database that is being waited out; null when there is none.</summary>
    public StorageTrouble? Storage { get; init; }

    /// <summary>Why the crawl's webhook does not take its results, in words; null when it does, or there is none.</summary>
    public string? Webhook { get; init; }

    /// <summary>Nothing is left to do and nothing can come.</summary>
    public bool IsFinished => Jobs.IsFinished && Sitemaps.IsDone;
}
