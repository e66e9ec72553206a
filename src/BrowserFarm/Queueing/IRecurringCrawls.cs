using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>The part of the queue that holds crawls which are run again and again. Each run is a crawl of its own, with jobs and results of its own.</summary>
/// <remarks>
/// However many programs share the queue, a due run is begun once: <see cref="BeginRunAsync"/> compares and sets the due time in the transaction that
/// stores the run with all its seeds. Runs of one recurring crawl follow each other and never overlap.
/// </remarks>
/// <exception cref="QueueStorageException">From any method: the storage is full, damaged or gone.</exception>
public interface IRecurringCrawls
{
    /// <summary>Registers a recurring crawl with its seeds, all or nothing. No run is begun by it.</summary>
    /// <param name="crawl">Its spec has a recurrence.</param>
    /// <param name="seeds">Where every run starts, and by which engine; one given twice counts once. The rest is for the spec to say. Those for which there is no room when a run begins wait outside of the lines.</param>
    /// <param name="firstRunAt">When its first run is due.</param>
    /// <exception cref="ArgumentException">The spec has no recurrence.</exception>
    /// <exception cref="InvalidOperationException">A recurring crawl of this name exists.</exception>
    Task CreateRecurringAsync(Crawl crawl, IReadOnlyList<NewJob> seeds, DateTimeOffset firstRunAt, CancellationToken cancellationToken);

    /// <summary>The recurring crawl of this name, or null.</summary>
    /// <param name="id">Null finds the one registered first.</param>
    Task<RecurringCrawl?> FindRecurringAsync(string? id, CancellationToken cancellationToken);

    /// <summary>Begins the run that is due: afterwards the run is a crawl with all its seeds in line, and the next one is due at another time.</summary>
    /// <param name="dueAt">As <see cref="RecurringCrawl.NextRunAt"/> said when the caller looked.</param>
    /// <param name="nextRunAt">When the run after this one is due: the first due time after now, so that of many that were missed one is caught up.</param>
    /// <returns>
    /// Null when nothing was begun and nothing changed: another caller took this due time, it has not come yet, or the last run has not ended. Whoever gets
    /// null looks again.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The next is not later than this one.</exception>
    /// <exception cref="InvalidOperationException">There is no such recurring crawl.</exception>
    Task<CrawlRun?> BeginRunAsync(string id, DateTimeOffset dueAt, DateTimeOffset nextRunAt, CancellationToken cancellationToken);

    /// <summary>Notes that a run has ended. For who knows that nothing can come any more, from sitemaps for example.</summary>
    /// <returns>False when it has jobs to do, had ended before, or is no run.</returns>
    Task<bool> EndRunAsync(string crawlId, CancellationToken cancellationToken);

    /// <summary>What an earlier run read of a page, if this run may take it again: it was fetched at <see cref="CrawlRun.FreshSince"/> or later.</summary>
    /// <remarks>The same answer as when the page was put in line, so a job that waits in a line of <see cref="TargetKey.Stored"/> finds its page.</remarks>
    /// <param name="crawlId">The run; of another crawl nothing is ever fresh.</param>
    Task<PageDocument?> FindFreshAsync(string crawlId, CanonicalUrl url, CancellationToken cancellationToken);
}

/// <summary>A crawl that is run again and again, as stored.</summary>
/// <param name="Id">Its name; unique among recurring crawls.</param>
/// <param name="NextRunAt">When the run is due that has not begun.</param>
/// <param name="LastRun">Null before the first.</param>
public sealed record RecurringCrawl(string Id, CrawlSpec Spec, DateTimeOffset CreatedAt, DateTimeOffset NextRunAt, CrawlRun? LastRun);

/// <summary>One run of a recurring crawl.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="CrawlId">The crawl that it is: <c>shop/2026-11-26T03-00-00Z</c>.</param>
/// <param name="DueAt">For a run that catches up, the first time that was missed.</param>
/// <param name="EndedAt">Null when nobody has said that it ended.</param>
/// <param name="FreshSince">Pages that an earlier run fetched then or later are taken again; null when none are.</param>
/// <param name="Reused">Pages that were taken again so far.</param>
public sealed record CrawlRun(
    int Number, string CrawlId, DateTimeOffset DueAt, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? FreshSince, long Reused)
{
    /// <summary>When it began, as a folder may be called: <c>2026-11-26T03-00-00Z</c>.</summary>
    public string Name => CrawlId[(CrawlId.LastIndexOf('/') + 1)..];
}
