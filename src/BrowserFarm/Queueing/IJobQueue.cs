using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>The durable line of jobs. Every implementation passes <c>JobQueueContract</c>.</summary>
/// <remarks>
/// At-least-once execution, exactly-once effect: a job may be claimed again when its claim expires, but each claim raises the job's
/// epoch and only the latest epoch can settle it, and a result is stored in the very transaction that ends its job. What a method
/// reports as done is on disk. All methods are safe to call from any thread.
/// </remarks>
/// <exception cref="QueueStorageException">From any method: the storage is full, damaged or gone.</exception>
public interface IJobQueue : IRecurringCrawls, IDeliveries, IRetention, ICrawlControl, IAsyncDisposable
{
    /// <summary>Registers a crawl.</summary>
    /// <exception cref="InvalidOperationException">A crawl of this name exists.</exception>
    Task CreateCrawlAsync(Crawl crawl, CancellationToken cancellationToken);

    /// <summary>The crawl of this name, or null.</summary>
    /// <param name="crawlId">Null finds the one begun first.</param>
    Task<Crawl?> FindCrawlAsync(string? crawlId, CancellationToken cancellationToken);

    /// <summary>Adds jobs: each URL once per crawl, for ever, and at most <see cref="CrawlSpec.MaxPages"/> in all.</summary>
    /// <remarks>
    /// Jobs over the page budget are recorded as skipped, with that reason. When the queue is full (<see cref="QueueBounds"/>) nothing of it is taken, and the receipt says
    /// when to come again; jobs that are deferred need no room.
    /// </remarks>
    /// <param name="key">A <see cref="SubmissionKey"/>: the same jobs under the same key are taken once, and the first receipt is given again. Null for none.</param>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    /// <exception cref="SubmissionKeyException">Other jobs were submitted under this key.</exception>
    /// <exception cref="CrawlCancelledException">The crawl was called off.</exception>
    Task<SubmitReceipt> SubmitAsync(string crawlId, IReadOnlyList<NewJob> jobs, string? key, CancellationToken cancellationToken);

    /// <summary>Puts deferred jobs into their lines, the shortest line first, of a line in the order in which it serves.</summary>
    /// <param name="lineBelow">Only into lines with fewer waiting jobs than this, and no further than to it.</param>
    /// <param name="atMost">How many at most.</param>
    /// <returns>How many.</returns>
    Task<int> TakeUpAsync(long lineBelow, int atMost, CancellationToken cancellationToken);

    /// <summary>How full the queue is. Cheap however full that is.</summary>
    /// <param name="longFrom">Waiting jobs from which a line counts as long; less than a thousand counts as a thousand.</param>
    Task<QueueDepth> DepthAsync(long longFrom, CancellationToken cancellationToken);

    /// <summary>How long the job has been waiting that was taken first of those that could be claimed; zero when none could.</summary>
    /// <returns>Null when it is not known: far more jobs that may not be claimed were taken before it than it is cheap to look past.</returns>
    Task<TimeSpan?> OldestWaitingAsync(CancellationToken cancellationToken);

    /// <summary>Records URLs that were seen and not taken; a URL recorded before keeps its first reason, and one that the crawl took before is not recorded.</summary>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    Task SkipAsync(string crawlId, IReadOnlyList<SkippedUrl> urls, CancellationToken cancellationToken);

    /// <summary>Claims a job that may run now, raising its epoch, with its target's permit.</summary>
    /// <remarks>
    /// Of the lanes the first that has one; of its lines (one a target) the one served longest ago whose target may be asked now; of that
    /// line the due job of highest priority, and of those the first by the crawl's order. A line whose target must not be asked is moved to the time
    /// at which the gate opens, or set aside, so that no later call passes over it again, until a job of the target is settled or the gate tells that it has opened.
    /// </remarks>
    /// <param name="engine">Whose jobs.</param>
    /// <param name="lanes">In which to look, in this order.</param>
    /// <param name="gate">Asked inside the transaction; a permit that comes to nothing is disposed.</param>
    /// <param name="worker">Who claims, in words, for the record of attempts.</param>
    /// <param name="claimFor">How long the claim holds; after that <see cref="RescueAsync"/> may give the job to somebody else.</param>
    /// <param name="cancellationToken">Calls it off while it waits for its turn; what was claimed is always returned.</param>
    /// <returns>Null when there is none. The permit is the caller's to dispose, before it settles the job.</returns>
    Task<AdmittedJob?> ClaimNextAsync(
        Engine engine, IReadOnlyList<Lane> lanes, ITargetGate gate, string worker, TimeSpan claimFor, CancellationToken cancellationToken);

    /// <summary>Lets claims hold longer, all of them in one write: the sign of life of whoever holds them.</summary>
    /// <param name="claims">May be empty, or name claims that were lost long ago.</param>
    /// <param name="claimFor">How long they hold from now on.</param>
    /// <returns>
    /// Those that are lost, in the order given, and nothing of them was changed: the job has a later epoch, or is not running. One that ran out and was not taken back
    /// yet is not lost.
    /// </returns>
    Task<IReadOnlyList<Claim>> RenewAsync(IReadOnlyList<Claim> claims, TimeSpan claimFor, CancellationToken cancellationToken);

    /// <summary>When a claim is worth trying without any news: the earliest time at which a line of the engine has a due job and an open gate, as far as is known.</summary>
    /// <returns>Null when no line waits for a time. A time that is past is a line ready now.</returns>
    Task<DateTimeOffset?> NextReadyAsync(Engine engine, CancellationToken cancellationToken);

    /// <summary>Carries out what follows an attempt, all of it or nothing, and puts the target's lines back that were set aside.</summary>
    /// <remarks>The permit of the attempt must have been given back before, or the target may be found at its limit once more and be set aside for nothing.</remarks>
    /// <returns>
    /// False when the claim is no longer the latest: nothing was changed, and what the attempt produced must be dropped. Only the record of the attempt, which
    /// said <c>lost</c>, now says <c>fenced</c>.
    /// </returns>
    Task<bool> SettleAsync(Claim claim, Settlement settlement, CancellationToken cancellationToken);

    /// <summary>Returns jobs whose claim ran out to the line; one lost too often goes to the dead letters. Puts back every line that was set aside.</summary>
    /// <param name="everyClaim">Also claims that have not run out: for the only user of a queue, at start.</param>
    /// <returns>How many jobs were taken back.</returns>
    Task<int> RescueAsync(bool everyClaim, CancellationToken cancellationToken);

    /// <summary>Jobs of a crawl by state, at one instant.</summary>
    /// <param name="crawlId">Null counts those of all crawls.</param>
    Task<CrawlCounts> CountAsync(string? crawlId, CancellationToken cancellationToken);

    /// <summary>Skipped URLs of a crawl by reason; reasons that did not occur are missing.</summary>
    Task<IReadOnlyDictionary<SkipReason, long>> CountSkippedAsync(string crawlId, CancellationToken cancellationToken);

    /// <summary>Results in the order in which they were stored.</summary>
    /// <param name="afterSequence">Number of the last result already read; 0 reads from the start.</param>
    Task<IReadOnlyList<StoredResult>> ReadResultsAsync(string crawlId, long afterSequence, int atMost, CancellationToken cancellationToken);

    /// <summary>Numbers of results in the order in which they were stored; the results are not read for it.</summary>
    /// <inheritdoc cref="ReadResultsAsync" path="/param"/>
    Task<IReadOnlyList<long>> FindSequencesAsync(string crawlId, long afterSequence, int atMost, CancellationToken cancellationToken);

    /// <summary>Failed jobs by number, with every attempt.</summary>
    /// <param name="afterJob">Number of the last one already read; 0 reads from the start.</param>
    /// <returns>None when the filter names a crawl that there is not.</returns>
    Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(DeadLetterFilter filter, long afterJob, int atMost, CancellationToken cancellationToken);

    /// <summary>Puts failed jobs back in line, with all their attempts before them again; before other jobs of their priority. What was tried is kept.</summary>
    /// <param name="jobs">Numbers of failed jobs of this crawl; others are passed over.</param>
    /// <returns>How many were put back.</returns>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    Task<int> RequeueAsync(string crawlId, IReadOnlyList<long> jobs, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a part of the failed jobs back in line, by number, so that no transaction grows with how many there are. Call it again from where it ended; jobs that
    /// fail again meanwhile are not met twice.
    /// </summary>
    /// <param name="afterJob">Where the last part ended; 0 for the first.</param>
    /// <param name="atMost">Jobs looked at.</param>
    /// <exception cref="InvalidOperationException">The filter names a crawl that there is not.</exception>
    /// <exception cref="CrawlCancelledException">The filter names a crawl that was called off.</exception>
    Task<RequeuedPart> RequeueAsync(DeadLetterFilter filter, long afterJob, int atMost, CancellationToken cancellationToken);

    /// <summary>Keeps notes about targets; each replaces the target's last one.</summary>
    Task SaveTargetNotesAsync(IReadOnlyList<TargetNote> notes, CancellationToken cancellationToken);

    /// <summary>Notes about the targets used last, the latest first.</summary>
    Task<IReadOnlyList<TargetNote>> ReadTargetNotesAsync(int atMost, CancellationToken cancellationToken);
}

/// <summary>Shorter ways to ask.</summary>
public static class JobQueueExtensions
{
    /// <summary>Submits without a key. See <see cref="IJobQueue.SubmitAsync"/>.</summary>
    public static Task<SubmitReceipt> SubmitAsync(this IJobQueue queue, string crawlId, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        queue.SubmitAsync(crawlId, jobs, key: null, cancellationToken);

    /// <summary>Failed jobs of one crawl. See <see cref="IJobQueue.ReadDeadLettersAsync"/>.</summary>
    public static Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(this IJobQueue queue, string crawlId, long afterJob, int atMost, CancellationToken cancellationToken) =>
        queue.ReadDeadLettersAsync(new DeadLetterFilter(crawlId), afterJob, atMost, cancellationToken);
}

/// <summary>What became of submitted jobs.</summary>
/// <param name="Accepted">New in the line, durable.</param>
/// <param name="Duplicates">Known to the crawl already.</param>
/// <param name="OverBudget">Not taken because the crawl has all the pages it may have.</param>
public sealed record SubmitReceipt(int Accepted, int Duplicates, int OverBudget)
{
    /// <summary>The queue is full, nothing was taken: when to submit it again. Null when it was taken.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Jobs of a crawl by state.</summary>
/// <param name="Deferred">Taken, and waiting for room in their lines.</param>
public sealed record CrawlCounts(long Queued, long Running, long Succeeded, long Failed, long Cancelled, long Deferred = 0)
{
    public long Total => Queued + Running + Succeeded + Failed + Cancelled + Deferred;

    /// <summary>No job can become due any more.</summary>
    public bool IsFinished => Queued == 0 && Running == 0 && Deferred == 0;
}

/// <summary>A result with its place in the order of the crawl's results.</summary>
/// <param name="Sequence">Rises by one or more; later results have higher numbers.</param>
public sealed record StoredResult(long Sequence, PageDocument Document);

/// <summary>A job that failed for good.</summary>
public sealed record DeadLetter(Job Job, AttemptFailure Failure, IReadOnlyList<AttemptRecord> Attempts);

/// <summary>One try of a job, as it ended.</summary>
/// <param name="Ended">How: <c>retry</c>, <c>hold</c>, <c>refund</c>, <c>lost</c> (nobody was heard of), <c>fenced</c> (lost, and refused when it came back), <c>return</c>, <c>cancel</c>, <c>dead-letter</c>.</param>
public sealed record AttemptRecord(long Epoch, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Worker, string Ended, string? Class, string? Reason)
{
    /// <summary>When the job came into line, or back into it: what it waited for from then on is in <see cref="Waited"/>.</summary>
    public DateTimeOffset QueuedAt { get; init; }

    /// <summary>What kept it until this try began, and in it.</summary>
    public Waits Waited { get; init; } = Waits.None;
}

/// <summary>The queue's storage failed.</summary>
public sealed class QueueStorageException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What is stored cannot be believed any more: going on with it is no remedy.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>Full, or locked by another program: nobody can write, so nobody can take a claim away, and the same may well succeed later.</summary>
    public bool IsPassing { get; init; }
}
