namespace BrowserFarm.Queueing;

/// <summary>Why a job did not run. The numbers are stored.</summary>
public enum WaitCause
{
    /// <summary>No program worked on the crawl.</summary>
    NobodyWorks = 0,

    /// <summary>It was kept out of the line, which was full.</summary>
    Outside = 1,

    /// <summary>A time of its own, after a try that came to nothing.</summary>
    DueTime = 2,

    /// <summary>Its target refused and was left alone for a time.</summary>
    TargetBlocked = 3,

    /// <summary>The gap between two requests to its target.</summary>
    Spacing = 4,

    /// <summary>Its target had as many requests in flight as it bears, or as many workers as are its share.</summary>
    TargetLimit = 5,

    /// <summary>Its target might be asked: it waited for a free worker, and its turn among the others.</summary>
    Turn = 6,

    /// <summary>A worker had it and waited for a free context.</summary>
    Context = 7,
}

/// <summary>How long each cause kept a job: every millisecond has one.</summary>
/// <param name="Context">Is part of the attempt, and the others of the time before it.</param>
public sealed record Waits(
    long NobodyWorks = 0, long Outside = 0, long DueTime = 0, long TargetBlocked = 0, long Spacing = 0, long TargetLimit = 0, long Turn = 0, long Context = 0)
{
    public static Waits None { get; } = new();

    /// <summary>Milliseconds before the attempt.</summary>
    public long BeforeAttempt => NobodyWorks + Outside + DueTime + TargetBlocked + Spacing + TargetLimit + Turn;

    /// <summary>Causes that kept it, the longest first.</summary>
    public IReadOnlyList<(WaitCause Cause, TimeSpan Time)> ByLength =>
    [
        .. new (WaitCause Cause, long Milliseconds)[]
            {
                (WaitCause.NobodyWorks, NobodyWorks), (WaitCause.Outside, Outside), (WaitCause.DueTime, DueTime), (WaitCause.TargetBlocked, TargetBlocked),
                (WaitCause.Spacing, Spacing), (WaitCause.TargetLimit, TargetLimit), (WaitCause.Turn, Turn), (WaitCause.Context, Context),
            }
            .Where(wait => wait.Milliseconds > 0).OrderByDescending(wait => wait.Milliseconds)
            .Select(wait => (wait.Cause, TimeSpan.FromMilliseconds(wait.Milliseconds))),
    ];

    public static Waits operator +(Waits a, Waits b) => new(
        a.NobodyWorks + b.NobodyWorks, a.Outside + b.Outside, a.DueTime + b.DueTime, a.TargetBlocked + b.TargetBlocked, a.Spacing + b.Spacing,
        a.TargetLimit + b.TargetLimit, a.Turn + b.Turn, a.Context + b.Context);

    public static Waits operator -(Waits a, Waits b) => new(
        a.NobodyWorks - b.NobodyWorks, a.Outside - b.Outside, a.DueTime - b.DueTime, a.TargetBlocked - b.TargetBlocked, a.Spacing - b.Spacing,
        a.TargetLimit - b.TargetLimit, a.Turn - b.Turn, a.Context - b.Context);
}
