using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;

namespace BrowserFarm.Api.Answers;

/// <summary>A job in a list.</summary>
/// <param name="Class">Why it failed; null when it did not.</param>
public sealed record JobItem(long Id, string Url, int Depth, string State, int Attempts, string? Class)
{
    public static JobItem Of(JobRow row) => new(row.Id, row.Url, row.Depth, JobAnswer.NameOf(row.State), row.Attempts, row.Class);
}

/// <summary>One page of a list.</summary>
public sealed record JobList(IReadOnlyList<JobItem> Items, string? Next);

/// <summary>A job, with all its tries.</summary>
/// <param name="State"><c>waiting</c>, <c>deferred</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="DueAt">Of a waiting one: its own time, after a try; null when it has none.</param>
/// <param name="Ahead">Of a waiting one: jobs of its line that go before it.</param>
/// <param name="WaitedMs">Of a waiting one: what kept it until now, in milliseconds by cause.</param>
public sealed record JobAnswer(
    long Id, string Crawl, string Url, string State, int Depth, string Lane, int Priority, string Engine, int Attempts, int Holds, int Refunds,
    FailureAnswer? Failure, DateTimeOffset? DueAt, long? Ahead, DateTimeOffset? QueuedAt, DateTimeOffset? RunningSince, WaitsAnswer? WaitedMs, IReadOnlyList<TryAnswer> Tries)
{
    /// <summary>Of a failed one: what its page looked like; null when nothing was kept.</summary>
    public Evidence? Evidence { get; init; }

    /// <summary>Names of its files, as <c>/v1/jobs/ID/artifacts/NAME</c> has them; <c>screenshot</c> is of the evidence. Empty when it has none.</summary>
    public IReadOnlyList<string> Artifacts { get; init; } = [];

    public static JobAnswer? Of(Whereabouts where) => where switch
    {
        Whereabouts.Queued queued => Of(queued.Job, "waiting", queued.Attempts) with { DueAt = queued.DueAt, Ahead = queued.Ahead, QueuedAt = queued.QueuedAt, WaitedMs = WaitsAnswer.Of(queued.Waited) },
        Whereabouts.Deferred deferred => Of(deferred.Job, "deferred", []) with { Ahead = deferred.Ahead },
        Whereabouts.Running running => Of(running.Job, "running", running.Attempts) with { RunningSince = running.Since },
        Whereabouts.Ended ended => Of(ended.Job, NameOf(ended.State), ended.Attempts) with { Failure = ended.Failure is { } failure ? new FailureAnswer(failure.Class, failure.Reason) : null },
        _ => null,
    };

    public static string NameOf(JobState state) => state == JobState.Queued ? "waiting" : state.ToString().ToLowerInvariant();

    private static JobAnswer Of(Job job, string state, IReadOnlyList<AttemptRecord> tries) => new(
        job.Id, job.CrawlId, job.Url.Value, state, job.Depth, job.Lane.ToString().ToLowerInvariant(), job.Priority, job.Engine.ToString().ToLowerInvariant(), job.Attempts, job.Holds, job.Refunds,
        Failure: null, DueAt: null, Ahead: null, QueuedAt: null, RunningSince: null, WaitedMs: null, [.. tries.Select(TryAnswer.Of)]);
}

/// <summary>One try of a job.</summary>
/// <param name="Ended">How: <c>ack</c>, <c>retry</c>, <c>hold</c>, <c>refund</c>, <c>lost</c>, <c>fenced</c>, <c>return</c>, <c>reassign</c>, <c>cancel</c>, <c>dead-letter</c>.</param>
/// <param name="WaitedMs">What kept it before this try, and (context) in it.</param>
public sealed record TryAnswer(long Number, DateTimeOffset QueuedAt, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Worker, string Ended, string? Class, string? Reason, WaitsAnswer WaitedMs)
{
    public static TryAnswer Of(AttemptRecord attempt) => new(
        attempt.Epoch, attempt.QueuedAt, attempt.StartedAt, attempt.EndedAt, attempt.Worker, attempt.Ended, attempt.Class, attempt.Reason, WaitsAnswer.Of(attempt.Waited));
}

/// <summary>Milliseconds by what was waited for.</summary>
public sealed record WaitsAnswer(long NobodyWorks, long Outside, long DueTime, long TargetBlocked, long Spacing, long TargetLimit, long Turn, long Context)
{
    public static WaitsAnswer Of(Waits waits) =>
        new(waits.NobodyWorks, waits.Outside, waits.DueTime, waits.TargetBlocked, waits.Spacing, waits.TargetLimit, waits.Turn, waits.Context);
}

/// <summary>Why a page failed.</summary>
/// <param name="Class">For programs: <c>http-404</c>.</param>
/// <param name="Reason">For people.</param>
public sealed record FailureAnswer(string Class, string Reason);

/// <summary>How many pages were given up for one reason.</summary>
/// <param name="Class">For programs: <c>http-404</c>.</param>
public sealed record FailureClassAnswer(string Crawl, string Class, long Count);

/// <summary>How many pages of all crawls were given up for one reason.</summary>
/// <param name="Class">For programs: <c>http-404</c>.</param>
public sealed record FailureTotalAnswer(string Class, long Count);

/// <summary>Reasons for which pages were given up, by crawl, those begun last first, the most frequent first.</summary>
/// <param name="Totals">Of all crawls that were asked about together, the most frequent first.</param>
public sealed record FailureClassList(IReadOnlyList<FailureClassAnswer> Items, IReadOnlyList<FailureTotalAnswer> Totals);

/// <summary>A page that was given up.</summary>
public sealed record DeadLetterAnswer(long Job, string Crawl, string Url, string Class, string Reason, Evidence? Evidence, IReadOnlyList<TryAnswer> Tries)
{
    public static DeadLetterAnswer Of(DeadLetter letter) =>
        new(letter.Job.Id, letter.Job.CrawlId, letter.Job.Url.Value, letter.Failure.Class, letter.Failure.Reason, letter.Failure.Evidence, [.. letter.Attempts.Select(TryAnswer.Of)]);
}

/// <summary>One page of a list.</summary>
public sealed record DeadLetterList(IReadOnlyList<DeadLetterAnswer> Items, string? Next);

/// <summary>How many were put back in line.</summary>
/// <param name="OfCancelledCrawls">How many stay given up because their crawl was cancelled.</param>
public sealed record RequeuedAnswer(long Requeued, long OfCancelledCrawls = 0);

/// <summary>A page that was put in the queue by itself.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Crawl">The crawl of one page that it is.</param>
public sealed record SubmittedJob(long Id, string Crawl);
