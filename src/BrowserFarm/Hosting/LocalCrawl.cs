using BrowserFarm.Crawling;
using BrowserFarm.Crawling.Engines;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Hosting;

/// <summary>One crawl in a folder of its own on this machine: begin or resume it, run it, look at it.</summary>
public sealed class LocalCrawl : IAsyncDisposable
{
    private const int SubmitBatch = 1000;

    private readonly IJobQueue _queue;
    private readonly CrawlFolder _folder;
    private readonly RobotsCache _robots;
    private readonly Sitemaps _sitemaps;
    private readonly FarmHost _host;
    private readonly bool _isNew;
    private readonly bool _isRun;
    private bool _disposed;

    private LocalCrawl(
        IJobQueue queue, CrawlFolder folder, RobotsCache robots, Sitemaps sitemaps, FarmHost host, Crawl crawl, bool isNew = false, bool isRun = false)
    {
        _queue = queue;
        _folder = folder;
        _robots = robots;
        _sitemaps = sitemaps;
        _host = host;
        Crawl = crawl;
        _isNew = isNew;
        _isRun = isRun;
    }

    public Crawl Crawl { get; }

    public string ResultsPath => _folder.ResultsPath;

    public string FailuresPath => _folder.FailuresPath;

    public string DatabasePath => _folder.DatabasePath;

    /// <inheritdoc cref="FarmHost.IsQuotaUsedUp"/>
    public bool IsQuotaUsedUp => _host.IsQuotaUsedUp;

    /// <summary>Bytes that the crawl's folder takes.</summary>
    public long BytesUsed => _folder.BytesUsed();

    /// <summary>Begins a crawl: when this returns, its folder exists and its seeds are durable.</summary>
    /// <param name="seeds">Where it starts; may be longer than the spec's own list, which holds one address a site.</param>
    /// <exception cref="FormatException">There is no such device.</exception>
    /// <exception cref="ConfigFileException">The profile, or the secret of its webhook, cannot be read.</exception>
    /// <exception cref="CrawlFolderException">The folder cannot be used or holds a crawl already.</exception>
    /// <exception cref="QueueStorageException">The database cannot be written.</exception>
    public static async Task<LocalCrawl> BeginAsync(
        string folderPath, CrawlSpec spec, IReadOnlyList<CanonicalUrl> seeds, PlaywrightConfig config, FarmOptions options,
        Action<ILoggingBuilder>? logging, CancellationToken cancellationToken)
    {
        await CrawlPreparation.PrepareAsync(config, spec, cancellationToken);
        var folder = CrawlFolder.Create(folderPath);
        SqliteJobQueue? queue = null;
        try
        {
            queue = SqliteJobQueue.Open(folder.DatabasePath, TimeProvider.System);
            spec = spec with { SeedCount = Math.Min(spec.MaxPages, seeds.DistinctBy(seed => seed.Value, StringComparer.Ordinal).Count()) };
            var crawl = new Crawl(folder.Name, spec, TimeProvider.System.GetUtcNow());
            await queue.CreateCrawlAsync(crawl, cancellationToken);
            var engines = new EngineRule(spec);
            foreach (var batch in seeds.Select(seed => new NewJob(seed, Depth: 0, FoundOn: null, spec.Lane, spec.Priority, engines.For(seed))).Chunk(SubmitBatch))
                await SubmitSeedsAsync(queue, crawl.Id, batch, cancellationToken);
            return Compose(queue, folder, crawl, config, options, logging, isNew: true);
        }
        catch
        {
            if (queue is not null)
                await queue.DisposeAsync();
            folder.Discard();
            throw;
        }
    }

    /// <summary>Opens a crawl that was begun, to go on where it stopped.</summary>
    /// <exception cref="CrawlFolderException">There is none in the folder, it was interrupted before all its seeds were stored, or it is being run.</exception>
    /// <exception cref="QueueStorageException">The database is damaged or was made by a later release.</exception>
    /// <exception cref="ConfigFileException">The profile, or the secret of its webhook, cannot be read.</exception>
    public static async Task<LocalCrawl> ResumeAsync(
        string folderPath, PlaywrightConfig config, FarmOptions options, Action<ILoggingBuilder>? logging, CancellationToken cancellationToken)
    {
        var folder = CrawlFolder.Open(folderPath);
        SqliteJobQueue? queue = null;
        try
        {
            queue = SqliteJobQueue.Open(folder.DatabasePath, TimeProvider.System);
            // The folder may have been renamed since; it holds one crawl, whatever its name.
            var crawl = await queue.FindCrawlAsync(crawlId: null, cancellationToken)
                ?? throw new CrawlFolderException($"{folder.DatabasePath} holds no crawl: it was interrupted before it began. Delete the folder and start again.");
            if ((await queue.CountAsync(crawl.Id, cancellationToken)).Total is var stored && stored < crawl.Spec.SeedCount)
            {
                throw new CrawlFolderException(
                    $"{folder.DatabasePath} holds {stored} of the {crawl.Spec.SeedCount} URLs of its crawl: it was interrupted before it began. Delete the folder and start again.");
            }

            await CrawlPreparation.PrepareAsync(config, crawl.Spec, cancellationToken);
            return Compose(queue, folder, crawl, config, options, logging, isNew: false);
        }
        catch
        {
            if (queue is not null)
                await queue.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>One run of a recurring crawl. What it is given stays the caller's to dispose.</summary>
    internal static LocalCrawl OfRun(
        IJobQueue queue, CrawlFolder folder, RobotsCache robots, Sitemaps sitemaps, Crawl run, PlaywrightConfig config, FarmOptions options,
        Action<ILoggingBuilder>? logging, TimeProvider time)
    {
        var plan = CrawlPlan.For(run, folder, robots, sitemaps, new FreshPages(queue));
        return new LocalCrawl(queue, folder, robots, sitemaps, FarmHost.Build(config, options, queue, plan, logging, time), run, isRun: true);
    }

    /// <summary>The crawl in numbers, while it runs and after.</summary>
    public Task<FarmSnapshot> LookAsync(CancellationToken cancellationToken) => _host.Observer.LookAsync(cancellationToken);

    /// <summary>Pages that were not asked for, because an earlier run of the recurring crawl had read them recently enough.</summary>
    public async Task<long> CountReusedAsync(CancellationToken cancellationToken) =>
        _isRun && (await _queue.FindRecurringAsync(id: null, cancellationToken))?.LastRun is { } run && run.CrawlId == Crawl.Id ? run.Reused : 0;

    /// <summary>How far the crawl's results were delivered to its webhook; null when it has none.</summary>
    public async Task<Delivered?> DeliveredAsync(CancellationToken cancellationToken) =>
        Crawl.Spec.Webhook is null ? null : await _queue.FindDeliveredAsync(Crawl.Id, cancellationToken);

    /// <summary>Skipped URLs by reason; counted when it is asked for, which takes a while with millions of them.</summary>
    public Task<IReadOnlyDictionary<SkipReason, long>> SkippedAsync(CancellationToken cancellationToken) => _queue.CountSkippedAsync(Crawl.Id, cancellationToken);

    /// <summary>Failed pages with their reasons, the first few.</summary>
    public Task<IReadOnlyList<DeadLetter>> FailuresAsync(int atMost, CancellationToken cancellationToken) =>
        _queue.ReadDeadLettersAsync(Crawl.Id, afterJob: 0, atMost, cancellationToken);

    /// <summary>Runs until nothing is left to do or it is stopped. See <see cref="FarmHost.RunAsync"/>.</summary>
    /// <remarks>A new crawl that broke before it read a single page leaves nothing behind.</remarks>
    public async Task RunAsync()
    {
        try
        {
            await _host.RunAsync();
        }
        catch when (_isNew)
        {
            var nothingDone = (await _queue.CountAsync(Crawl.Id, CancellationToken.None)) is { Succeeded: 0, Failed: 0 };
            await DisposeAsync();
            if (nothingDone)
                _folder.Discard();
            throw;
        }
    }

    /// <inheritdoc cref="FarmHost.Stop"/>
    public void Stop() => _host.Stop();

    /// <inheritdoc cref="FarmHost.StopNow"/>
    public void StopNow() => _host.StopNow();

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        await _host.DisposeAsync();
        if (_isRun)
            return;

        await _queue.DisposeAsync();
        _sitemaps.Dispose();
        _robots.Dispose();
        _folder.Dispose();
    }

    /// <summary>All of them are accepted: what the lines do not hold waits outside.</summary>
    private static async Task SubmitSeedsAsync(IJobQueue queue, string crawlId, NewJob[] seeds, CancellationToken cancellationToken)
    {
        if ((await queue.SubmitAsync(crawlId, seeds, cancellationToken)).RetryAfter is not null)
            await queue.SubmitAsync(crawlId, [.. seeds.Select(seed => seed with { IsDeferred = true })], cancellationToken);
    }

    private static LocalCrawl Compose(
        IJobQueue queue, CrawlFolder folder, Crawl crawl, PlaywrightConfig config, FarmOptions options, Action<ILoggingBuilder>? logging, bool isNew)
    {
        var access = NetworkSettings.ForCrawler(config.Context);
        var robots = new RobotsCache(TimeProvider.System, access);
        var sitemaps = new Sitemaps(robots, new SitemapLimits(), TimeProvider.System, access);
        var plan = CrawlPlan.For(crawl, folder, robots, sitemaps);
        return new LocalCrawl(queue, folder, robots, sitemaps, FarmHost.Build(config, options, queue, plan, logging), crawl, isNew);
    }
}
