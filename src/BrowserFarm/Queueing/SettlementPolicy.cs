using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>Decides what follows an outcome. Pure: the clock and the dice are arguments.</summary>
internal static class SettlementPolicy
{
    /// <param name="random">A number in [0, 1), spread evenly.</param>
    public static Settlement Decide(AttemptOutcome outcome, Job job, RetryOptions options, DateTimeOffset now, double random) =>
        Follow(outcome, job, options, now, random) with { ForContext = outcome.ForContext };

    private static Settlement Follow(AttemptOutcome outcome, Job job, RetryOptions options, DateTimeOffset now, double random) => outcome switch
    {
        AttemptOutcome.Succeeded done => new Settlement.Ack(done.Document, done.Discovered, done.Skipped),
        AttemptOutcome.Interrupted => new Settlement.Return(),
        AttemptOutcome.Cancelled => new Settlement.Cancel(),
        AttemptOutcome.NeedsBrowser => new Settlement.Reassign(Engine.Browser),
        AttemptOutcome.Failed failed => AfterFailure(failed.Failure, job, options, now, random),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    /// <summary>Whether the job ends with this failure, as a dead letter.</summary>
    public static bool IsFinal(AttemptFailure failure, Job job, RetryOptions options) =>
        AfterFailure(failure, job, options, DateTimeOffset.UnixEpoch, random: 0) is Settlement.DeadLetter;

    private static Settlement AfterFailure(AttemptFailure failure, Job job, RetryOptions options, DateTimeOffset now, double random)
    {
        var asked = failure.RetryAfter is { } delay ? Min(delay, options.MaxRetryAfter) : (TimeSpan?)null;
        return failure.Kind switch
        {
            FailureKind.Throttled when job.Holds + 1 >= options.MaxHolds =>
                new Settlement.DeadLetter(failure with { Reason = $"{failure.Reason} It was asked {options.MaxHolds} times." }),
            FailureKind.Throttled =>
                new Settlement.Hold(failure, now + (asked ?? RetryPolicy.Backoff(job.Holds + 1, options, random))),
            FailureKind.BrowserLost when QueueRules.RunsAlone(job) =>
                new Settlement.DeadLetter(failure with { Reason = $"{failure.Reason} It had the browser to itself, having lost {job.Refunds} before." }),
            FailureKind.ContextLost or FailureKind.BrowserLost when job.Refunds + 1 >= options.MaxRefunds =>
                new Settlement.DeadLetter(failure with { Reason = $"{failure.Reason} This happened {options.MaxRefunds} times with this page." }),
            FailureKind.ContextLost or FailureKind.BrowserLost =>
                new Settlement.Refund(failure, now + RetryPolicy.Backoff(job.Refunds + 1, options, random)),
            FailureKind.Transient when job.Attempts < options.MaxAttempts =>
                new Settlement.Retry(failure, now + (asked ?? RetryPolicy.Backoff(job.Attempts, options, random))),
            _ => new Settlement.DeadLetter(failure),
        };
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
