using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Workers;

/// <summary>Pages that an earlier run of a recurring crawl read recently enough: taken from the queue's results instead of being asked for.</summary>
public sealed class FreshPages(IJobQueue queue)
{
    /// <summary>The job's page as an earlier run read it, marked as such, with the time at which that was.</summary>
    /// <param name="permit">Of which target the job holds a permit. Whether a page is fresh was decided when it was put in line, so another than <see cref="TargetKey.Stored"/> spares the question.</param>
    /// <returns>Null when the page is to be asked for.</returns>
    /// <exception cref="QueueStorageException">The queue cannot be read, or does not hold the page that it promised.</exception>
    public async Task<PageDocument?> FindAsync(Job job, TargetKey permit, CancellationToken cancellationToken)
    {
        if (permit != TargetKey.Stored)
            return null;

        var stored = await queue.FindFreshAsync(job.CrawlId, job.Url, cancellationToken)
            ?? throw new QueueStorageException($"{job.Url} waits for its stored page, and there is none: the database is damaged. Start a new crawl.") { IsDamaged = true };
        return stored with { Depth = job.Depth, Attempt = job.Attempts, Reused = true };
    }
}
