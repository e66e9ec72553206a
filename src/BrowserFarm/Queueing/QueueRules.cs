using System.Globalization;
using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>Rules that every implementation of the queue shares. Pure.</summary>
internal static class QueueRules
{
    /// <summary>Times a job may be lost with its worker before it is taken for the cause and kept for a human.</summary>
    public const int MaxLosses = 5;

    /// <summary>Times a job may lose its browser among others before it gets one of its own.</summary>
    public const int LossesBeforeAlone = 2;

    /// <summary>How an attempt ended whose claim ran out.</summary>
    public const string Lost = "lost";

    /// <summary>The same, and its worker has come back since and was refused.</summary>
    public const string Fenced = "fenced";

    /// <summary>First delay after a loss; doubles with each, so that a job which kills its worker does not do so in a row.</summary>
    private static readonly TimeSpan LossDelay = TimeSpan.FromSeconds(1);

    /// <summary>A gate that refuses and at once says "now" is asked again after this.</summary>
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(1);

    /// <summary>What becomes of a job whose claim ran out.</summary>
    public static Settlement AfterLoss(int refunds, DateTimeOffset now)
    {
        var failure = new AttemptFailure(FailureKind.ContextLost, "claim-lost", "The worker that had this job went away without a word.");
        return refunds + 1 >= MaxLosses
            ? new Settlement.DeadLetter(failure with
            {
                Kind = FailureKind.Permanent,
                Reason = $"The job was lost {MaxLosses} times together with the worker that ran it.",
            })
            : new Settlement.Refund(failure, now + (LossDelay * Math.Pow(2, refunds)));
    }

    /// <summary>It is suspected of taking browsers, or the whole program, down: tried where nobody else can suffer, or be the cause.</summary>
    public static bool RunsAlone(Job job) => job.Refunds >= LossesBeforeAlone;

    /// <summary>Somebody asked for it by hand: it goes before what has not been tried.</summary>
    public const long RankOfRequeued = long.MinValue;

    /// <summary>A job's place among those of its line with equal priority: the lowest goes first, and of equal ones the lowest number.</summary>
    /// <param name="id">Its number; later jobs have higher ones.</param>
    public static long RankOf(CrawlOrder order, long id, int depth) => order switch
    {
        CrawlOrder.Breadth => depth,
        CrawlOrder.Depth => -id,
        _ => 0,
    };

    /// <summary>When a line is ready whose target has just refused.</summary>
    /// <param name="opensIn">What the gate says; null when a request must end first.</param>
    /// <returns>Surely later than now; null for a line to set aside.</returns>
    public static DateTimeOffset? OpensAt(TimeSpan? opensIn, DateTimeOffset now) =>
        opensIn is { } wait ? now + (wait > LeastWait ? wait : LeastWait) : null;

    /// <summary>When a line is ready that has just been served; the time is also its place behind those served before.</summary>
    /// <returns>Now or later; null for a line to set aside.</returns>
    public static DateTimeOffset? NextTurn(TimeSpan? opensIn, DateTimeOffset now) =>
        opensIn is { } wait ? now + (wait > TimeSpan.Zero ? wait : TimeSpan.Zero) : null;

    /// <summary>Why a line is closed.</summary>
    /// <param name="opensIn">What the gate says; null when a request must end first.</param>
    /// <param name="isBlocked">The target refused.</param>
    public static WaitCause CauseOf(TimeSpan? opensIn, bool isBlocked) =>
        opensIn is null ? WaitCause.TargetLimit : isBlocked ? WaitCause.TargetBlocked : WaitCause.Spacing;

    /// <summary>When the job is due again, and how its counters change.</summary>
    public static (DateTimeOffset? DueAt, int Attempts, int Holds, int Refunds) Effect(Settlement settlement, Job job, DateTimeOffset now) => settlement switch
    {
        Settlement.Retry retry => (retry.DueAt, job.Attempts, job.Holds, job.Refunds),
        Settlement.Hold hold => (hold.DueAt, job.Attempts - 1, job.Holds + 1, job.Refunds),
        Settlement.Refund refund => (refund.DueAt, job.Attempts - 1, job.Holds, job.Refunds + 1),
        Settlement.Return or Settlement.Reassign => (now, job.Attempts - 1, job.Holds, job.Refunds),
        _ => (null, job.Attempts, job.Holds, job.Refunds),
    };

    /// <summary>What a settlement comes to in a crawl that was called off: what would wait again ends.</summary>
    public static Settlement In(CrawlPhase phase, Settlement settlement) =>
        phase == CrawlPhase.Cancelled && JobTransitions.After(settlement) == JobState.Queued ? new Settlement.Cancel { ForContext = settlement.ForContext } : settlement;

    /// <summary>Nobody would ever see what was given to a crawl that does not exist.</summary>
    public static InvalidOperationException NoSuchCrawl(string crawlId) => new($"There is no crawl named {crawlId}.");

    /// <summary>What a run of a recurring crawl is called, as a crawl: the recurring crawl's name, a slash, and when the run began, fit for the name of a folder.</summary>
    /// <param name="number">Of the run; told too when the clock was put back and a run of this time is there already.</param>
    public static string NameOfRun(string recurringId, DateTimeOffset startedAt, int number, Func<string, bool> isTaken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{recurringId}/{startedAt.UtcDateTime:yyyy-MM-dd'T'HH-mm-ss'Z'}");
        return isTaken(name) ? string.Create(CultureInfo.InvariantCulture, $"{name}-{number}") : name;
    }

    /// <summary>What a run starts from: the seeds as jobs.</summary>
    public static List<NewJob> SeedJobs(IEnumerable<NewJob> seeds, CrawlSpec spec) =>
        [.. seeds.Select(seed => new NewJob(seed.Url, Depth: 0, FoundOn: null, spec.Lane, spec.Priority, seed.Engine))];

    /// <summary>From when on what an earlier run fetched is taken again; null when nothing is.</summary>
    public static DateTimeOffset? FreshSince(CrawlSpec spec, DateTimeOffset startedAt) => startedAt - spec.Recurrence?.FreshFor;

    /// <summary>Refuses what no run could ever come of, or more than one at a time.</summary>
    public static void ThrowIfNotLater(DateTimeOffset dueAt, DateTimeOffset nextRunAt)
    {
        if (nextRunAt <= dueAt)
            throw new ArgumentOutOfRangeException(nameof(nextRunAt), nextRunAt, $"The run after the one of {dueAt:O} must be later.");
    }

    public static AttemptFailure? FailureOf(Settlement settlement) => settlement switch
    {
        Settlement.Retry retry => retry.Failure,
        Settlement.Hold hold => hold.Failure,
        Settlement.Refund refund => refund.Failure,
        Settlement.DeadLetter dead => dead.Failure,
        _ => null,
    };

    /// <summary>Files of the crawl's folder that the end of a job names.</summary>
    public static IEnumerable<string> FilesOf(Settlement settlement) => settlement switch
    {
        Settlement.Ack { Document.Artifacts: { } files } => files.Values,
        Settlement.DeadLetter { Failure.Evidence.Screenshot: { } picture } => [picture],
        _ => [],
    };

    public static string NameOf(Settlement settlement) => settlement switch
    {
        Settlement.Ack => "ack",
        Settlement.Retry => "retry",
        Settlement.Hold => "hold",
        Settlement.Refund => "refund",
        Settlement.Return => "return",
        Settlement.Reassign => "reassign",
        Settlement.Cancel => "cancel",
        _ => "dead-letter",
    };
}
