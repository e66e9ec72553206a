using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>The part of the queue by which whole crawls, and single jobs, are held, let go, and called off.</summary>
/// <exception cref="QueueStorageException">From any method: the storage is full, damaged or gone.</exception>
public interface ICrawlControl
{
    /// <summary>Registers a crawl with the pages that it begins with, both or neither. These are taken however full the queue is.</summary>
    /// <returns>False when there is a crawl of this name; nothing was changed then.</returns>
    Task<bool> BeginCrawlAsync(Crawl crawl, IReadOnlyList<NewJob> seeds, CancellationToken cancellationToken);

    /// <summary>Crawls, those begun last first, with their counts.</summary>
    /// <param name="before">Number of the last one already read; null reads from the newest.</param>
    /// <param name="name">Part of the name, in letters of any case (ASCII); null for all.</param>
    Task<IReadOnlyList<CrawlEntry>> ListCrawlsAsync(long? before, int atMost, string? name, CancellationToken cancellationToken);

    /// <summary>Crawls that were called off and have jobs that wait all the same: whoever called them off died over it.</summary>
    Task<IReadOnlyList<string>> FindHalfCancelledAsync(CancellationToken cancellationToken);

    /// <summary>One crawl with its counts; null when there is none of this name.</summary>
    Task<CrawlEntry?> FindEntryAsync(string crawlId, CancellationToken cancellationToken);

    /// <summary>Jobs of an owner's crawls that wait, in lines or outside of them.</summary>
    /// <param name="owner"><see cref="CrawlSpec.Owner"/>.</param>
    Task<long> CountWaitingAsync(string owner, CancellationToken cancellationToken);

    /// <summary>None of the crawl's jobs is claimed until <see cref="ResumeAsync"/>; what is running goes on. One that is paused stays so.</summary>
    /// <returns>The phase that the crawl is in now: a cancelled one cannot be paused.</returns>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    Task<CrawlPhase> PauseAsync(string crawlId, CancellationToken cancellationToken);

    /// <summary>Its jobs may be claimed again, those that waited for a time of their own as well.</summary>
    /// <returns>The phase that the crawl is in now: a cancelled one cannot be resumed.</returns>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    Task<CrawlPhase> ResumeAsync(string crawlId, CancellationToken cancellationToken);

    /// <summary>Calls a crawl off, some waiting jobs at a time: it takes no more jobs from the first call on, and what is running ends as cancelled unless it succeeds or fails for good.</summary>
    /// <param name="atMost">Jobs to end in one transaction, so that nobody waits long behind it.</param>
    /// <returns>How many waiting jobs ended by this call, fewer than <paramref name="atMost"/> when none is left.</returns>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    Task<int> CancelAsync(string crawlId, int atMost, CancellationToken cancellationToken);

    /// <summary>Calls one job off if it waits.</summary>
    /// <returns>The state that it was found in: a running one is its worker's to end; null when there is no such job.</returns>
    Task<JobState?> CancelJobAsync(long job, CancellationToken cancellationToken);
}

/// <summary>What may happen to a crawl's jobs. The numbers are stored.</summary>
public enum CrawlPhase
{
    /// <summary>They are claimed as their turn comes.</summary>
    Open = 0,

    /// <summary>They wait until it is resumed.</summary>
    Paused = 1,

    /// <summary>It was called off, for good.</summary>
    Cancelled = 2,
}

/// <summary>A crawl as it stands.</summary>
/// <param name="Number">Rises with each crawl; for paging.</param>
public sealed record CrawlEntry(long Number, Crawl Crawl, CrawlPhase Phase, CrawlCounts Counts);

/// <summary>Jobs were given to a crawl that was called off.</summary>
public sealed class CrawlCancelledException(string crawlId) : InvalidOperationException($"The crawl {crawlId} was cancelled: it takes no more pages.");
