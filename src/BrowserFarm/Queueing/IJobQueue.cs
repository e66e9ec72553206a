using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>The durable line of jobs. Every implementation passes <c>JobQueueContract</c>.</summary>
/// <remarks>
/// At-least-once execution, exactly-once effect: a job may be claimed again when its claim expires, but each claim raises the job's
/// epoch and only the latest epoch can settle it, and a result is stored in the very transaction that ends its job. What a method
/// reports as done is on disk. All methods are safe to call from any thread.
/// </remarks>
/// <exception cref="QueueStorageException">From any method: the storage is full, damaged or gone.</exception>
public interface IJobQueue : IAsyncDisposable
{
    /// <summary>Registers a crawl.</summary>
    /// <exception cref="InvalidOperationException">A crawl of this name exists.</exception>
    Task CreateCrawlAsync(Crawl crawl, CancellationToken cancellationToken);

    /// <summary>The crawl of this name, or null.</summary>
    /// <param name="crawlId">Null finds the one begun first.</param>
    Task<Crawl?> FindCrawlAsync(string? crawlId, CancellationToken cancellationToken);

    /// <summary>Adds jobs: each URL once per crawl, for ever, and at most <see cref="CrawlSpec.MaxPages"/> in all.</summary>
    /// <remarks>Jobs over the page budget are recorded as skipped, with that reason.</remarks>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    Task<SubmitReceipt> SubmitAsync(string crawlId, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken);

    /// <summary>Records URLs that were seen and not taken; a URL recorded before keeps its first reason.</summary>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    Task SkipAsync(string crawlId, IReadOnlyList<SkippedUrl> urls, CancellationToken cancellationToken);

    /// <summary>Targets that have a job due now, the one served longest ago first.</summary>
    /// <param name="skip">How many to pass over from the front.</param>
    /// <param name="take">How many to return at most.</param>
    Task<IReadOnlyList<TargetKey>> ReadyTargetsAsync(int skip, int take, CancellationToken cancellationToken);

    /// <summary>When the next job falls due that is not due yet; null when none waits for its time.</summary>
    Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken);

    /// <summary>Claims the job of a target that has been due longest, raising its epoch.</summary>
    /// <param name="worker">Who claims, in words, for the record of attempts.</param>
    /// <param name="claimFor">How long the claim holds; after that <see cref="RescueAsync"/> may give the job to somebody else.</param>
    /// <returns>Null when no job of the target is due.</returns>
    Task<ClaimedJob?> ClaimAsync(TargetKey target, string worker, TimeSpan claimFor, CancellationToken cancellationToken);

    /// <summary>Carries out what follows an attempt, all of it or nothing.</summary>
    /// <returns>False when the claim is no longer the latest: nothing was changed, and what the attempt produced must be dropped.</returns>
    Task<bool> SettleAsync(Claim claim, Settlement settlement, CancellationToken cancellationToken);

    /// <summary>Returns jobs whose claim ran out to the line; one lost too often goes to the dead letters.</summary>
    /// <param name="everyClaim">Also claims that have not run out: for the only user of a queue, at start.</param>
    /// <returns>How many jobs were taken back.</returns>
    Task<int> RescueAsync(bool everyClaim, CancellationToken cancellationToken);

    /// <summary>Jobs of a crawl by state, at one instant.</summary>
    Task<CrawlCounts> CountAsync(string crawlId, CancellationToken cancellationToken);

    /// <summary>Skipped URLs of a crawl by reason; reasons that did not occur are missing.</summary>
    Task<IReadOnlyDictionary<SkipReason, long>> CountSkippedAsync(string crawlId, CancellationToken cancellationToken);

    /// <summary>Results in the order in which they were stored.</summary>
    /// <param name="afterSequence">Number of the last result already read; 0 reads from the start.</param>
    Task<IReadOnlyList<StoredResult>> ReadResultsAsync(string crawlId, long afterSequence, int atMost, CancellationToken cancellationToken);

    /// <summary>Failed jobs by number, with every attempt.</summary>
    /// <param name="afterJob">Number of the last one already read; 0 reads from the start.</param>
    Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(string crawlId, long afterJob, int atMost, CancellationToken cancellationToken);
}

/// <summary>What became of submitted jobs.</summary>
/// <param name="Accepted">New in the line, durable.</param>
/// <param name="Duplicates">Known to the crawl already.</param>
/// <param name="OverBudget">Not taken because the crawl has all the pages it may have.</param>
public sealed record SubmitReceipt(int Accepted, int Duplicates, int OverBudget);

/// <summary>Jobs of a crawl by state.</summary>
public sealed record CrawlCounts(long Queued, long Running, long Succeeded, long Failed, long Cancelled)
{
    public long Total => Queued + Running + Succeeded + Failed + Cancelled;

    /// <summary>No job can become due any more.</summary>
    public bool IsFinished => Queued == 0 && Running == 0;
}

/// <summary>A result with its place in the order of the crawl's results.</summary>
/// <param name="Sequence">Rises by one or more; later results have higher numbers.</param>
public sealed record StoredResult(long Sequence, PageDocument Document);

/// <summary>A job that failed for good.</summary>
public sealed record DeadLetter(Job Job, AttemptFailure Failure, IReadOnlyList<AttemptRecord> Attempts);

/// <summary>One try of a job, as it ended.</summary>
/// <param name="Ended">How: <c>retry</c>, <c>hold</c>, <c>refund</c>, <c>lost</c>, <c>dead-letter</c>.</param>
public sealed record AttemptRecord(long Epoch, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Worker, string Ended, string? Class, string? Reason);

/// <summary>The queue's storage failed.</summary>
public sealed class QueueStorageException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What is stored cannot be believed any more: going on with it is no remedy.</summary>
    public bool IsDamaged { get; init; }
}
