using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Storage;

namespace BrowserFarm.Hosting;

/// <summary>Forgets old runs of a recurring crawl: results, attempts, files, everything.</summary>
public static class OldRuns
{
    /// <summary>Forgets all but the last runs of a crawl that nobody works on.</summary>
    /// <returns>How many runs were forgotten.</returns>
    /// <exception cref="CrawlFolderException">There is no recurring crawl in the folder, or it is being run.</exception>
    /// <exception cref="QueueStorageException">The database is damaged or of another release.</exception>
    public static async Task<int> ForgetAsync(string folderPath, int keepRuns, CancellationToken cancellationToken)
    {
        using var folder = CrawlFolder.Open(folderPath);
        await using var queue = SqliteJobQueue.Open(folder.DatabasePath, TimeProvider.System);
        var crawl = await queue.FindRecurringAsync(id: null, cancellationToken)
            ?? throw new CrawlFolderException($"The crawl in {folderPath} is run once: it has no old runs to forget.");
        return await ForgetAsync(queue, folder, crawl.Id, keepRuns, cancellationToken);
    }

    internal static async Task<int> ForgetAsync(IJobQueue queue, CrawlFolder folder, string recurringId, int keepRuns, CancellationToken cancellationToken)
    {
        var forgotten = 0;
        while (await queue.FindForgettableAsync(recurringId, keepRuns, cancellationToken) is { } part)
        {
            // Files first: should this be the end of the program, the part is found again, and files that are gone are no matter.
            folder.RemoveArtifacts(part.Files);
            if (part.IsLast)
                folder.RemoveRun(part.Run.Name);
            await queue.ForgetAsync(part, CancellationToken.None);
            forgotten += part.IsLast ? 1 : 0;
        }

        return forgotten;
    }
}
