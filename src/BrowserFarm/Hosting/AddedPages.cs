using BrowserFarm.Crawling.Engines;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Storage;

namespace BrowserFarm.Hosting;

/// <summary>Pages that a person adds to a crawl that is not running.</summary>
public static class AddedPages
{
    /// <summary>Submits them in one go, as pages to begin with; what the lines do not hold waits outside of them.</summary>
    /// <param name="key">A <see cref="SubmissionKey"/>; null for none.</param>
    /// <exception cref="CrawlFolderException">There is no crawl in the folder, or it is being run.</exception>
    /// <exception cref="QueueStorageException">The database is damaged or of another release.</exception>
    /// <exception cref="SubmissionKeyException">Other pages were added under this key.</exception>
    public static async Task<SubmitReceipt> AddAsync(string folderPath, IReadOnlyList<CanonicalUrl> urls, string? key, CancellationToken cancellationToken)
    {
        using var folder = CrawlFolder.Open(folderPath);
        await using var queue = SqliteJobQueue.Open(folder.DatabasePath, TimeProvider.System);
        var crawl = await StoredCrawl.FindAsync(queue, folder, cancellationToken);

        var engines = new EngineRule(crawl.Spec);
        var jobs = urls.Select(url => new NewJob(url, Depth: 0, FoundOn: null, crawl.Spec.Lane, crawl.Spec.Priority, engines.For(url))).ToList();
        var receipt = await queue.SubmitAsync(crawl.Id, jobs, key, cancellationToken);
        return receipt.RetryAfter is null ? receipt : await queue.SubmitAsync(crawl.Id, [.. jobs.Select(job => job with { IsDeferred = true })], key, cancellationToken);
    }
}
