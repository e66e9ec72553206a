using System.Collections.Concurrent;
using BrowserFarm.Crawling;
using BrowserFarm.Crawling.Engines;
using BrowserFarm.Crawling.Frames;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Workers;

namespace BrowserFarm.Service;

/// <summary>The crawls of a service: begun, held, called off; and their plans for whoever works on their jobs. Safe for concurrent use.</summary>
/// <param name="config">The configuration anew, for the contexts of a crawl that visits as somebody else.</param>
public sealed class ServiceCrawls(
    IJobQueue queue, CrawlFolder folder, RobotsCache robots, Sitemaps sitemaps, Func<PlaywrightConfig> config, RunningJobs running, SitemapReaders readers, WorkSignal signal,
    FarmOptions options, TimeProvider time) : ICrawlPlans
{
    /// <summary>Jobs that end in one transaction: some tens of milliseconds.</summary>
    private const int CancelledAtOnce = 2000;

    /// <summary>Failed jobs that are put back in one transaction.</summary>
    private const int RequeuedAtOnce = 500;

    private const int SubmittedAtOnce = 1000;

    /// <summary>Of the pages that a crawl begins with; more of them wait outside of the lines until there is room.</summary>
    private const int InLineAtOnce = 10_000;

    /// <summary>Pages that are called off are closed within this.</summary>
    private static readonly TimeSpan CancelWithin = TimeSpan.FromSeconds(2);

    private readonly FrameMemory _frames = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<CrawlPlan?>>> _plans = new(StringComparer.Ordinal);

    /// <summary>Called off, with jobs that may not have ended yet.</summary>
    private readonly ConcurrentDictionary<string, bool> _cancelled = new(StringComparer.Ordinal);

    /// <summary>Of the crawls that are worked on, the one that takes longest.</summary>
    public TimeSpan LongestAttempt => _plans.Values
        .Select(plan => plan is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: { } ready } } ? options.LongestAttempt(ready.Crawl.Spec.Page) : TimeSpan.Zero)
        .Append(options.LongestAttempt(new PageWish([], []))).Max();

    /// <summary>More pages of the crawl may come from its sitemaps.</summary>
    public bool IsReadingSitemaps(string id) => readers.IsReading(id);

    public async ValueTask<CrawlPlan?> FindAsync(Job job, CancellationToken cancellationToken) =>
        _cancelled.ContainsKey(job.CrawlId) ? null : await PlanAsync(job.CrawlId).WaitAsync(cancellationToken);

    /// <summary>Begins a crawl: when this returns, it and its seeds are durable.</summary>
    /// <param name="id">Its name; one that exists is left as it is.</param>
    /// <returns>False when there is a crawl of this name.</returns>
    /// <exception cref="FormatException">A glob or a device cannot be read.</exception>
    public async Task<bool> BeginAsync(string id, CrawlSpec spec, IReadOnlyList<CanonicalUrl> seeds, CancellationToken cancellationToken)
    {
        spec = spec with { SeedCount = Math.Min(spec.MaxPages, seeds.Count) };
        var crawl = new Crawl(id, spec, time.GetUtcNow());
        (await MakePlanAsync(crawl)).Http?.Dispose();   // what is wrong with it is found before it is stored
        var engines = new EngineRule(spec);
        if (!await queue.BeginCrawlAsync(crawl, [.. seeds.Select((seed, place) => JobOf(seed, crawl, engines) with { IsDeferred = place >= InLineAtOnce })], cancellationToken))
            return false;

        if (spec.Sitemaps && await PlanAsync(id) is { } plan)
            readers.Begin(plan);
        signal.Raise();
        return true;
    }

    /// <summary>Adds pages to a crawl, as pages to begin with; what the lines do not hold waits outside of them.</summary>
    /// <param name="key">A <see cref="SubmissionKey"/>; null for none.</param>
    /// <exception cref="CrawlCancelledException">It was called off.</exception>
    /// <exception cref="SubmissionKeyException">Other pages were added under this key.</exception>
    public async Task<SubmitReceipt> SubmitAsync(Crawl crawl, IReadOnlyList<CanonicalUrl> urls, string? key, CancellationToken cancellationToken)
    {
        var engines = new EngineRule(crawl.Spec);
        var (accepted, duplicates, overBudget) = (0, 0, 0);
        foreach (var chunk in urls.Chunk(SubmittedAtOnce))
        {
            var jobs = chunk.Select(url => JobOf(url, crawl, engines)).ToList();
            var receipt = await queue.SubmitAsync(crawl.Id, jobs, key, cancellationToken);
            if (receipt.RetryAfter is not null)
                receipt = await queue.SubmitAsync(crawl.Id, [.. jobs.Select(job => job with { IsDeferred = true })], key, cancellationToken);
            (accepted, duplicates, overBudget) = (accepted + receipt.Accepted, duplicates + receipt.Duplicates, overBudget + receipt.OverBudget);
        }

        if (accepted > 0)
            signal.Raise();
        return new SubmitReceipt(accepted, duplicates, overBudget);
    }

    /// <summary>Pages of it that run go on; no other begins until it is resumed.</summary>
    public Task<CrawlPhase> PauseAsync(string id, CancellationToken cancellationToken) => queue.PauseAsync(id, cancellationToken);

    public async Task<CrawlPhase> ResumeAsync(string id, CancellationToken cancellationToken)
    {
        var phase = await queue.ResumeAsync(id, cancellationToken);
        signal.Raise();
        return phase;
    }

    /// <summary>Calls a crawl off: what waits ends, what runs is closed.</summary>
    public async Task<CancelReport> CancelAsync(string id, CancellationToken cancellationToken)
    {
        _cancelled.TryAdd(id, true);
        // The first part at once, so that nothing new begins; then the pages, which have a time to keep; then the rest.
        var waiting = (long)await queue.CancelAsync(id, CancelledAtOnce, cancellationToken);
        readers.End(id);
        var (inHand, closed) = await running.CancelAsync(job => job.CrawlId == id, CancelWithin, CancellationToken.None);
        for (var more = CancelledAtOnce; more == CancelledAtOnce; waiting += more)
            more = await queue.CancelAsync(id, CancelledAtOnce, CancellationToken.None);
        return new CancelReport(waiting, inHand, closed);
    }

    /// <summary>Calls one job off.</summary>
    /// <returns>Null when there is no such job, or it has ended.</returns>
    public async Task<CancelReport?> CancelJobAsync(long job, CancellationToken cancellationToken)
    {
        switch (await queue.CancelJobAsync(job, cancellationToken))
        {
            case JobState.Queued:
                return new CancelReport(1, 0, 0);
            case JobState.Running:
                var (inHand, closed) = await running.CancelAsync(one => one.Id == job, CancelWithin, cancellationToken);
                return new CancelReport(0, inHand, closed);
            default:
                return null;
        }
    }

    /// <summary>Puts failed jobs back in line.</summary>
    /// <returns>How many of them had failed.</returns>
    /// <exception cref="CrawlCancelledException">The crawl was called off.</exception>
    public async Task<int> RequeueAsync(string id, IReadOnlyList<long> jobs, CancellationToken cancellationToken)
    {
        var count = await queue.RequeueAsync(id, jobs, cancellationToken);
        if (count > 0)
            signal.Raise();
        return count;
    }

    /// <summary>Puts all failed jobs that a filter finds back in line, some hundreds a transaction. What was put back when it is called off stays so.</summary>
    /// <returns>How many were put back, and how many stay because their crawl was called off.</returns>
    /// <exception cref="CrawlCancelledException">The crawl that the filter names was called off.</exception>
    public async Task<(long Requeued, long OfCancelledCrawls)> RequeueAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        var (requeued, left) = (0L, 0L);
        for (long? after = 0; after is { } from;)
        {
            var part = await queue.RequeueAsync(filter, from, RequeuedAtOnce, cancellationToken);
            (requeued, left, after) = (requeued + part.Requeued, left + part.OfCancelledCrawls, part.Last);
            if (part.Requeued > 0)
                signal.Raise();
        }

        return (requeued, left);
    }

    /// <summary>Brings to its end what a program that died left half done, and has sitemaps read on.</summary>
    public async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await queue.FindHalfCancelledAsync(cancellationToken))
            await CancelAsync(id, cancellationToken);
        foreach (var id in folder.RunsWithSitemapsToRead())
        {
            if (await queue.FindEntryAsync(id, cancellationToken) is { Phase: not CrawlPhase.Cancelled, Crawl.Spec.Sitemaps: true } && await PlanAsync(id) is { } plan)
                readers.Begin(plan);
        }
    }

    /// <summary>Forgets the plans of crawls that have ended: one that comes to life again gets a new one.</summary>
    public async Task ForgetEndedAsync(CancellationToken cancellationToken)
    {
        foreach (var id in _plans.Keys)
        {
            if (readers.IsReading(id) || await queue.FindEntryAsync(id, cancellationToken) is { Counts.IsFinished: false })
                continue;
            _cancelled.TryRemove(id, out _);
            if (_plans.TryRemove(id, out var ended) && ended.IsValueCreated && await ended.Value is { Http: { } own })
                own.Dispose();
        }
    }

    private static NewJob JobOf(CanonicalUrl url, Crawl crawl, EngineRule engines) => new(url, Depth: 0, FoundOn: null, crawl.Spec.Lane, crawl.Spec.Priority, engines.For(url));

    /// <summary>Made once for all its jobs: what a crawl learned of its pages is in it.</summary>
    private async Task<CrawlPlan?> PlanAsync(string id)
    {
        var making = _plans.GetOrAdd(id, name => new Lazy<Task<CrawlPlan?>>(() => LoadPlanAsync(name)));
        try
        {
            return await making.Value;
        }
        catch
        {
            _plans.TryRemove(KeyValuePair.Create(id, making));
            throw;
        }
    }

    private async Task<CrawlPlan?> LoadPlanAsync(string id) =>
        await queue.FindCrawlAsync(id, CancellationToken.None) is { } crawl ? await MakePlanAsync(crawl) : null;

    private async Task<CrawlPlan> MakePlanAsync(Crawl crawl)
    {
        var spec = crawl.Spec;
        var plan = CrawlPlan.For(crawl, spec.Sitemaps ? folder.OfRun(crawl.Id) : folder, robots, sitemaps);
        if (spec.Visitor is { Device: null, Profile: null, Headers.Count: 0, Cookies.Count: 0 })
            return plan with { Frames = _frames };   // as configured, like everybody

        var own = config();
        await Visitor.PrepareAsync(own, spec.Visitor, spec.Seeds, CancellationToken.None);
        own.Context.NavigationTimeout = own.Render.NavigationTimeout;
        own.Context.ActionTimeout = own.Render.ActionTimeout;
        return plan with { Profile = own.Context, Http = spec.UsesHttp ? own.CreateHttpRenderer(time) : null };
    }
}

/// <summary>What calling off came to.</summary>
/// <param name="Waiting">Jobs that waited, and have ended.</param>
/// <param name="Running">Jobs that were being worked on.</param>
/// <param name="Closed">Of these, those whose page is closed by now; the rest is a little later.</param>
public sealed record CancelReport(long Waiting, int Running, int Closed);
