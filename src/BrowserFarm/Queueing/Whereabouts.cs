using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>Where a URL of a crawl is, as the queue has it.</summary>
public abstract record Whereabouts
{
    private Whereabouts()
    {
    }

    /// <summary>The crawl never met it.</summary>
    public sealed record Unknown : Whereabouts;

    /// <summary>It was met and not taken.</summary>
    /// <param name="FoundOn">The page that linked to it; null when it is not known.</param>
    public sealed record Skipped(SkipReason Reason, string? FoundOn) : Whereabouts;

    /// <summary>It waits.</summary>
    /// <param name="DueAt">The job's own time, after a try that came to nothing; null when it has none.</param>
    /// <param name="Ahead">Jobs of its line that go before it, as things stand.</param>
    /// <param name="QueuedAt">Since when, of its present wait.</param>
    /// <param name="Waited">What kept it from then until now.</param>
    public sealed record Queued(
        Job Job, DateTimeOffset? DueAt, long Ahead, LineView Line, DateTimeOffset QueuedAt, Waits Waited, IReadOnlyList<AttemptRecord> Attempts) : Whereabouts;

    /// <summary>It was taken, and waits for room in its line.</summary>
    /// <param name="Ahead">Jobs of its line that wait for room and go before it.</param>
    public sealed record Deferred(Job Job, long Ahead, LineView Line) : Whereabouts;

    /// <summary>Somebody works on it.</summary>
    public sealed record Running(Job Job, string Worker, DateTimeOffset Since, IReadOnlyList<AttemptRecord> Attempts) : Whereabouts;

    /// <summary>It is over.</summary>
    /// <param name="Failure">Null unless it failed.</param>
    public sealed record Ended(Job Job, JobState State, AttemptFailure? Failure, IReadOnlyList<AttemptRecord> Attempts) : Whereabouts;
}

/// <summary>One target's waiting jobs of one lane and engine.</summary>
/// <param name="Queued">How many.</param>
/// <param name="OpensAt">When the target may be asked; past when it may be now, null when one of its requests must end first.</param>
/// <param name="DueAt">When the first of its jobs is due; null when one is now.</param>
/// <param name="Deferred">Jobs that wait for room in it.</param>
public sealed record LineView(TargetKey Target, Lane Lane, Engine Engine, long Queued, long Deferred, DateTimeOffset? OpensAt, DateTimeOffset? DueAt);
