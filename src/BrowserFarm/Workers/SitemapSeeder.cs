using BrowserFarm.Crawling;
using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>How far a crawl's sitemaps are read.</summary>
/// <param name="IsDone">No more pages come from them: they are read, or there were none to read.</param>
/// <param name="Files">Sitemaps that were had since the program started, indexes included.</param>
/// <param name="Addresses">Addresses of pages in them.</param>
/// <param name="Problems">What was not read, or not to its end, and why; the first hundred.</param>
/// <param name="ProblemCount">All of them.</param>
public sealed record SitemapProgress(bool IsDone, long Files, long Addresses, IReadOnlyList<SitemapReport> Problems, long ProblemCount)
{
    /// <summary>Of a crawl that does without.</summary>
    public static SitemapProgress None { get; } = new(IsDone: true, 0, 0, [], 0);
}

/// <summary>Submits the pages that the sitemaps of the crawl's sites list, beside the crawl itself. Until it is done the crawl is not finished.</summary>
/// <remarks>A crawl that is stopped meanwhile reads them again when it is resumed; the queue knows what it has.</remarks>
public sealed class SitemapSeeder(CrawlPlan plan, IJobQueue queue, StorageWait storage, WorkSignal signal, TimeProvider time, ILogger<SitemapSeeder> logger) : BackgroundService
{
    /// <summary>Sites whose sitemaps are read at once; each gets one request at a time.</summary>
    private const int SitesAtOnce = 4;

    private const int MaxProblems = 100;

    /// <summary>A full queue is asked again after this at the latest.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<SitemapReport> _problems = [];
    private long _problemCount;
    private long _files;
    private long _addresses;
    private volatile bool _budgetIsUsed;

    private bool IsDone => plan.Sitemaps is null || plan.Folder.SitemapsAreRead;

    public SitemapProgress Snapshot()
    {
        lock (_gate)
            return new SitemapProgress(IsDone, _files, _addresses, [.. _problems], _problemCount);
    }

    /// <summary>Reads the sitemaps of every site of the crawl, once.</summary>
    /// <exception cref="QueueStorageException">The queue cannot be written.</exception>
    /// <exception cref="IOException">The crawl's folder cannot be written.</exception>
    public async Task SeedOnceAsync(CancellationToken cancellationToken)
    {
        if (plan.Sitemaps is not { } sitemaps || IsDone)
            return;

        var sites = plan.Crawl.Spec.Seeds.Select(seed => CanonicalUrl.Parse(seed).Target).Distinct();
        var bound = new ParallelOptions { MaxDegreeOfParallelism = SitesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(sites, bound, async (site, stop) =>
        {
            if (!_budgetIsUsed)
                await sitemaps.ReadAsync(site, obeysRobots: plan.Robots is not null, (addresses, sitemap) => TakeAsync(addresses, sitemap, stop), Note, stop);
        });

        if (_budgetIsUsed)
            logger.SitemapsOverBudget();
        await storage.InsistAsync(() => Task.Run(plan.Folder.MarkSitemapsRead, CancellationToken.None), cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => SeedOnceAsync(stoppingToken);

    /// <returns>Whether more is wanted: a crawl that has all its pages takes no more, ever.</returns>
    private async Task<bool> TakeAsync(IReadOnlyList<string> addresses, CanonicalUrl sitemap, CancellationToken cancellationToken)
    {
        var spec = plan.Crawl.Spec;
        var sorted = await plan.Discovery.SortListedAsync(addresses, sitemap, spec.Lane, spec.Priority, cancellationToken);
        if (sorted.Skipped.Count > 0)
            await storage.InsistAsync(() => queue.SkipAsync(plan.Crawl.Id, sorted.Skipped, cancellationToken), cancellationToken);
        if (sorted.Follow.Count == 0)
            return !_budgetIsUsed;

        var receipt = await storage.InsistAsync(() => queue.SubmitAsync(plan.Crawl.Id, sorted.Follow, cancellationToken), cancellationToken);
        while (receipt.RetryAfter is { } full)
        {
            // The sitemap is the one place that can wait: the rest of it is read when there is room for it.
            await Task.Delay(full < LongestWait ? full : LongestWait, time, cancellationToken);
            receipt = await storage.InsistAsync(() => queue.SubmitAsync(plan.Crawl.Id, sorted.Follow, cancellationToken), cancellationToken);
        }

        if (receipt.Accepted > 0)
            signal.Raise();
        if (receipt.OverBudget > 0)
            _budgetIsUsed = true;
        return !_budgetIsUsed;
    }

    private void Note(SitemapReport report)
    {
        if (report.Problem is { } problem)
            logger.SitemapProblem(report.Url, report.Addresses, problem);
        else
            logger.SitemapRead(report.Url, report.Addresses);

        lock (_gate)
        {
            _addresses += report.Addresses;
            if (report.Problem is null || report.Addresses > 0)
                _files++;
            if (report.Problem is null)
                return;

            _problemCount++;
            if (_problems.Count < MaxProblems)
                _problems.Add(report);
        }
    }
}
