using BrowserFarm.Jobs;

namespace BrowserFarm.Diagnostics;

/// <summary>The farm at one instant, as its gauges show it. Immutable; a new one is shown about once a second.</summary>
/// <remarks>What is not filled in is shown as not known, and not as nothing.</remarks>
public sealed record FarmGauges
{
    /// <summary>Waiting jobs; a lane that is not listed has none.</summary>
    public IReadOnlyList<LaneJobs> Lanes { get; init; } = [];

    /// <summary>Jobs being worked on, and the workers for them; an engine that is not listed has none.</summary>
    public IReadOnlyList<EngineWork> Engines { get; init; } = [];

    /// <summary>How long the oldest job that could be claimed has been waiting; zero when none waits.</summary>
    public TimeSpan? OldestWaiting { get; init; }

    /// <summary>Pages that came into the queue, over the last minute.</summary>
    public double? FoundPerSecond { get; init; }

    /// <summary>Pages that left it, over the last minute.</summary>
    public double? EndedPerSecond { get; init; }

    /// <summary>Time until the queue is empty at this pace; null while it does not empty.</summary>
    public TimeSpan? Drain { get; init; }

    /// <summary>Why what is found waits outside of the lines, of <c>DiscoveryPause</c> without <c>None</c>.</summary>
    public OneHot? DiscoveryPause { get; init; }

    /// <summary>Targets of which what is found waits outside because they bear no more.</summary>
    public int? TargetsPaused { get; init; }

    /// <summary>Contexts on loan, opening or closing.</summary>
    public int? ContextsInUse { get; init; }

    /// <summary>Contexts that may be open at once.</summary>
    public int? ContextCapacity { get; init; }

    /// <summary>Why not more contexts, of <c>CapacityBound</c>.</summary>
    public OneHot? ContextBound { get; init; }

    /// <summary>Why not more jobs at once, of <c>BudgetBound</c>.</summary>
    public OneHot? WorkerBound { get; init; }

    /// <summary>Targets whose limit is known.</summary>
    public int? TargetsKnown { get; init; }

    /// <summary>Of these, those that refused and are left alone for a time.</summary>
    public int? TargetsBlocked { get; init; }

    /// <summary>The targets that are asked, the busiest first; shown only when single targets are asked for (<see cref="FarmMetrics.ShowTargets"/>).</summary>
    public IReadOnlyList<TargetGauge> Targets { get; init; } = [];

    /// <summary>How the farm is doing, of <c>PipelineState</c>.</summary>
    public OneHot? Pipeline { get; init; }

    /// <summary>Work that is handed in is taken and will be worked on.</summary>
    public bool IsReady { get; init; }

    /// <summary>Pages a second by which the queue grows; negative while it empties.</summary>
    public double? Growth => FoundPerSecond - EndedPerSecond;
}

/// <summary>Jobs of one lane that nobody works on.</summary>
/// <param name="Waiting">In line.</param>
/// <param name="Deferred">Taken, and waiting for room in their lines.</param>
public sealed record LaneJobs(Lane Lane, long Waiting, long Deferred);

/// <summary>What one engine does.</summary>
/// <param name="Running">Jobs that are claimed.</param>
/// <param name="WorkersActive">Workers that have one in hand.</param>
/// <param name="WorkersLimit">Jobs that may be worked on at once.</param>
public sealed record EngineWork(Engine Engine, long Running, int WorkersActive, int WorkersLimit);
