using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>Rules that every implementation of the queue shares. Pure.</summary>
internal static class QueueRules
{
    /// <summary>Times a job may be lost with its worker before it is taken for the cause and kept for a human.</summary>
    public const int MaxLosses = 5;

    /// <summary>First delay after a loss; doubles with each, so that a job which kills its worker does not do so in a row.</summary>
    private static readonly TimeSpan LossDelay = TimeSpan.FromSeconds(1);

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

    /// <summary>When the job is due again, and how its counters change.</summary>
    public static (DateTimeOffset? DueAt, int Attempts, int Holds, int Refunds) Effect(Settlement settlement, Job job, DateTimeOffset now) => settlement switch
    {
        Settlement.Retry retry => (retry.DueAt, job.Attempts, job.Holds, job.Refunds),
        Settlement.Hold hold => (hold.DueAt, job.Attempts - 1, job.Holds + 1, job.Refunds),
        Settlement.Refund refund => (refund.DueAt, job.Attempts - 1, job.Holds, job.Refunds + 1),
        Settlement.Return => (now, job.Attempts - 1, job.Holds, job.Refunds),
        _ => (null, job.Attempts, job.Holds, job.Refunds),
    };

    /// <summary>Nobody would ever see what was given to a crawl that does not exist.</summary>
    public static InvalidOperationException NoSuchCrawl(string crawlId) => new($"There is no crawl named {crawlId}.");

    public static AttemptFailure? FailureOf(Settlement settlement) => settlement switch
    {
        Settlement.Retry retry => retry.Failure,
        Settlement.Hold hold => hold.Failure,
        Settlement.Refund refund => refund.Failure,
        Settlement.DeadLetter dead => dead.Failure,
        _ => null,
    };

    public static string NameOf(Settlement settlement) => settlement switch
    {
        Settlement.Ack => "ack",
        Settlement.Retry => "retry",
        Settlement.Hold => "hold",
        Settlement.Refund => "refund",
        Settlement.Return => "return",
        _ => "dead-letter",
    };
}
