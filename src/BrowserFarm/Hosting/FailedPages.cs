using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Storage;

namespace BrowserFarm.Hosting;

/// <summary>The failed pages of a crawl that is not running.</summary>
public static class FailedPages
{
    private const int Batch = 1000;

    /// <summary>Puts those that are wanted back in line; all in one go or, when it is interrupted, some of them.</summary>
    /// <returns>How many were put back, and how many had failed.</returns>
    /// <exception cref="CrawlFolderException">There is no crawl in the folder, or it is being run.</exception>
    /// <exception cref="QueueStorageException">The database is damaged or of another release.</exception>
    public static async Task<(int Requeued, int Failed)> RequeueAsync(string folderPath, Func<DeadLetter, bool> isWanted, CancellationToken cancellationToken)
    {
        using var folder = CrawlFolder.Open(folderPath);
        await using var queue = SqliteJobQueue.Open(folder.DatabasePath, TimeProvider.System);
        var crawl = await StoredCrawl.FindAsync(queue, folder, cancellationToken);

        int requeued = 0, failed = 0;
        for (var last = 0L; ;)
        {
            var letters = await queue.ReadDeadLettersAsync(crawl.Id, last, Batch, cancellationToken);
            if (letters.Count == 0)
                return (requeued, failed);

            failed += letters.Count;
            last = letters[^1].Job.Id;
            requeued += await queue.RequeueAsync(crawl.Id, [.. letters.Where(isWanted).Select(letter => letter.Job.Id)], cancellationToken);
        }
    }
}
