using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Storage;

namespace BrowserFarm.Hosting;

/// <summary>Which crawl of a folder is meant when somebody changes it from outside.</summary>
internal static class StoredCrawl
{
    /// <summary>The folder's crawl; of a recurring one the last run, for what failed in earlier ones was tried again since.</summary>
    /// <exception cref="CrawlFolderException">There is none, or no run yet.</exception>
    public static async Task<Crawl> FindAsync(IJobQueue queue, CrawlFolder folder, CancellationToken cancellationToken)
    {
        // Not by the folder's name: it may have been renamed since.
        var run = (await queue.FindRecurringAsync(id: null, cancellationToken))?.LastRun;
        return await queue.FindCrawlAsync(run?.CrawlId, cancellationToken)
            ?? throw new CrawlFolderException($"{folder.DatabasePath} holds no crawl: it was interrupted before it began. Delete the folder and start again.");
    }
}
