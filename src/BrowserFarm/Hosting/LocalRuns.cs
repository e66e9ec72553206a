using BrowserFarm.Crawling;
using BrowserFarm.Crawling.Engines;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BrowserFarm.Hosting;

/// <summary>A recurring crawl in a folder of its own on this machine: waits for its runs and hands out one after the other.</summary>
/// <remarks>Between two runs no farm exists: no browser, no worker, and one look at the clock a second.</remarks>
public sealed class LocalRuns : IAsyncDisposable
{
    /// <summary>How often the clock is looked at while nothing is due: timers know nothing of a clock that was set or a machine that slept.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);

    private readonly IJobQueue _queue;
    private readonly CrawlFolder _folder;
    private readonly RobotsCache _robots;
    private readonly Sitemaps _sitemaps;
    private readonly CronTimes _times;
    private readonly PlaywrightConfig _config;
    private readonly FarmOptions _options;
    private readonly Action<ILoggingBuilder>? _logging;
    private readonly TimeProvider _time;
    private readonly bool _isNew;
    private readonly StorageWait _storage;
    private bool _disposed;

    private LocalRuns(
        IJobQueue queue, CrawlFolder folder, RecurringCrawl crawl, CronTimes times, PlaywrightConfig config, FarmOptions options,
        Action<ILoggingBuilder>? logging, TimeProvider time, bool isNew)
    {
        _queue = queue;
        _folder = folder;
        var access = NetworkSettings.ForCrawler(config.Context);
        _robots = new RobotsCache(time, access);
        _sitemaps = new Sitemaps(_robots, new SitemapLimits(), time, access);
        _times = times;
        _config = config;
        _options = options;
        _logging = logging;
        _time = time;
        _isNew = isNew;
        _storage = new StorageWait(time, NullLogger<StorageWait>.Instance);
        Crawl = crawl;
    }

    /// <summary>As it was when it was looked at last: before the run that <see cref="NextAsync"/> handed out, with it as the last run.</summary>
    public RecurringCrawl Crawl { get; private set; }

    public string DatabasePath => _folder.DatabasePath;

    /// <summary>By whose clock its due times are read.</summary>
    public TimeZoneInfo TimeZone => _times.TimeZone;

    /// <summary>Begins a recurring crawl, the first run of which is due at once: when this returns, its folder exists and its seeds are durable.</summary>
    /// <param name="spec">With a recurrence.</param>
    /// <exception cref="FormatException">The recurrence cannot be read.</exception>
    /// <exception cref="CrawlFolderException">The folder cannot be used or holds a crawl already.</exception>
    /// <exception cref="QueueStorageException">The database cannot be written.</exception>
    public static async Task<LocalRuns> BeginAsync(
        string folderPath, CrawlSpec spec, IReadOnlyList<CanonicalUrl> seeds, PlaywrightConfig config, FarmOptions options,
        Action<ILoggingBuilder>? logging, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var times = CronTimes.Parse(spec.Recurrence ?? throw new ArgumentException("It has no recurrence.", nameof(spec)), now);
        await CrawlPreparation.PrepareAsync(config, spec, cancellationToken);
        var folder = CrawlFolder.Create(folderPath);
        SqliteJobQueue? queue = null;
        try
        {
            queue = SqliteJobQueue.Open(folder.DatabasePath, time);
            var atOnce = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());   // the queue rounds up
            var engines = new EngineRule(spec);
            var jobs = seeds.Select(seed => new NewJob(seed, Depth: 0, Engine: engines.For(seed))).ToList();
            await queue.CreateRecurringAsync(new Crawl(folder.Name, spec, now), jobs, atOnce, cancellationToken);
            var crawl = await queue.FindRecurringAsync(folder.Name, cancellationToken);
            return new LocalRuns(queue, folder, crawl!, times, config, options, logging, time, isNew: true);
        }
        catch
        {
            if (queue is not null)
                await queue.DisposeAsync();
            folder.Discard();
            throw;
        }
    }

    /// <summary>Opens a recurring crawl to go on with it.</summary>
    /// <returns>Null when the folder's crawl is run once.</returns>
    /// <exception cref="CrawlFolderException">There is no crawl in the folder, or it is being run.</exception>
    /// <exception cref="QueueStorageException">The database is damaged or was made by another release.</exception>
    public static async Task<LocalRuns?> TryResumeAsync(
        string folderPath, PlaywrightConfig config, FarmOptions options, Action<ILoggingBuilder>? logging, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = CrawlFolder.Open(folderPath);
        SqliteJobQueue? queue = null;
        LocalRuns? runs = null;
        try
        {
            queue = SqliteJobQueue.Open(folder.DatabasePath, time);
            // The folder may have been renamed since; it holds one crawl, whatever its name.
            if (await queue.FindRecurringAsync(id: null, cancellationToken) is { } crawl)
                runs = new LocalRuns(queue, folder, crawl, CronTimes.Parse(crawl.Spec.Recurrence!, time.GetUtcNow()), config, options, logging, time, isNew: false);
            return runs;
        }
        finally
        {
            if (runs is null)
            {
                if (queue is not null)
                    await queue.DisposeAsync();
                folder.Dispose();
            }
        }
    }

    /// <summary>Waits until a run is due, or goes on with one that has not ended. To be called when the run before was run and disposed.</summary>
    /// <param name="waiting">Told once a second while nothing is due, and when that will be.</param>
    /// <returns>The run, begun and not running yet; the caller's to dispose.</returns>
    /// <exception cref="OperationCanceledException">Nothing more is wanted; no run was begun.</exception>
    public async Task<LocalCrawl> NextAsync(Action<DateTimeOffset> waiting, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Crawl = (await _queue.FindRecurringAsync(Crawl.Id, cancellationToken))!;
            var lastHasJobs = Crawl.LastRun is { } last && !(await _queue.CountAsync(last.CrawlId, cancellationToken)).IsFinished;
            switch (RunPolicy.Decide(Crawl, lastHasJobs, _times, _time.GetUtcNow()))
            {
                case RunStep.GoOn goOn:
                    return await OpenAsync(goOn.Run, cancellationToken);
                case RunStep.Begin due when await _storage.InsistAsync(() => _queue.BeginRunAsync(Crawl.Id, due.DueAt, due.NextRunAt, cancellationToken), cancellationToken) is { } run:
                    Crawl = Crawl with { NextRunAt = due.NextRunAt, LastRun = run };
                    return await OpenAsync(run, cancellationToken);
                case RunStep.Wait wait:
                    await WaitAsync(wait.Until, waiting, cancellationToken);
                    break;
                default:
                    await Task.Delay(Slice, _time, cancellationToken);   // another was faster
                    break;
            }
        }
    }

    /// <summary>Runs what <see cref="NextAsync"/> gave until nothing is left to do or it is stopped; in the first case the run has ended.</summary>
    /// <remarks>A new recurring crawl whose first run broke before it read a single page leaves nothing behind.</remarks>
    public async Task RunAsync(LocalCrawl run)
    {
        try
        {
            await run.RunAsync();
        }
        catch when (_isNew && Crawl.LastRun?.Number == 1)
        {
            var nothingDone = (await _queue.CountAsync(run.Crawl.Id, CancellationToken.None)) is { Succeeded: 0, Failed: 0 };
            await run.DisposeAsync();
            await DisposeAsync();
            if (nothingDone)
                _folder.Discard();
            throw;
        }

        if ((await run.LookAsync(CancellationToken.None)).IsFinished)
        {
            await _queue.EndRunAsync(run.Crawl.Id, CancellationToken.None);
            if (Crawl.Spec.Recurrence?.KeepRuns is { } keep)
                await OldRuns.ForgetAsync(_queue, _folder, Crawl.Id, keep, CancellationToken.None);
        }

        Crawl = (await _queue.FindRecurringAsync(Crawl.Id, CancellationToken.None))!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        await _queue.DisposeAsync();
        _sitemaps.Dispose();
        _robots.Dispose();
        _folder.Dispose();
    }

    private async Task<LocalCrawl> OpenAsync(CrawlRun run, CancellationToken cancellationToken)
    {
        var crawl = (await _queue.FindCrawlAsync(run.CrawlId, cancellationToken))!;
        await CrawlPreparation.PrepareAsync(_config, crawl.Spec, cancellationToken);   // the profile may have been renewed since
        return LocalCrawl.OfRun(_queue, _folder.OfRun(run.Name), _robots, _sitemaps, crawl, _config, _options, _logging, _time);
    }

    private async Task WaitAsync(DateTimeOffset until, Action<DateTimeOffset> waiting, CancellationToken cancellationToken)
    {
        while (_time.GetUtcNow() is var now && now < until)
        {
            waiting(until);
            WriteStatus(until, now);
            await Task.Delay(until - now < Slice ? until - now : Slice, _time, cancellationToken);
        }
    }

    private void WriteStatus(DateTimeOffset until, DateTimeOffset now)
    {
        try
        {
            _folder.WriteStatus(FarmStatus.Waiting(until, now).ToJson());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // For who asks from outside; the next run will say what is wrong with the disk.
        }
    }
}
