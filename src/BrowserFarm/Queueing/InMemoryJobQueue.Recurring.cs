using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <content>Recurring crawls and their runs.</content>
public sealed partial class InMemoryJobQueue
{
    private readonly Dictionary<string, RecurringEntry> _recurring = new(StringComparer.Ordinal);

    public Task CreateRecurringAsync(Crawl crawl, IReadOnlyList<NewJob> seeds, DateTimeOffset firstRunAt, CancellationToken cancellationToken)
    {
        if (crawl.Spec.Recurrence is null)
            throw new ArgumentException("Its spec says nothing of a recurrence.", nameof(crawl));
        lock (_gate)
        {
            if (!_recurring.TryAdd(crawl.Id, new RecurringEntry(new RecurringCrawl(crawl.Id, crawl.Spec, crawl.CreatedAt, firstRunAt, LastRun: null), [.. seeds.DistinctBy(seed => seed.Url)])))
                throw new InvalidOperationException($"A recurring crawl named {crawl.Id} exists already.");
        }

        return Task.CompletedTask;
    }

    public Task<RecurringCrawl?> FindRecurringAsync(string? id, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(id is null
                ? _recurring.Values.MinBy(entry => entry.Crawl.CreatedAt)?.Crawl
                : _recurring.GetValueOrDefault(id)?.Crawl);
        }
    }

    public Task<CrawlRun?> BeginRunAsync(string id, DateTimeOffset dueAt, DateTimeOffset nextRunAt, CancellationToken cancellationToken)
    {
        QueueRules.ThrowIfNotLater(dueAt, nextRunAt);
        lock (_gate)
        {
            var entry = _recurring.GetValueOrDefault(id) ?? throw QueueRules.NoSuchCrawl(id);
            var (now, last) = (time.GetUtcNow(), entry.Crawl.LastRun);
            if (entry.Crawl.NextRunAt != dueAt || dueAt > now || (last is not null && (last.EndedAt is null || HasJobsUnsynchronized(last.CrawlId))))
                return Task.FromResult<CrawlRun?>(null);

            var number = (last?.Number ?? 0) + 1;
            var spec = entry.Crawl.Spec with { SeedCount = Math.Min(entry.Crawl.Spec.MaxPages, entry.Seeds.Count) };
            var run = new CrawlRun(
                number, QueueRules.NameOfRun(id, now, number, _crawls.ContainsKey), dueAt, now, EndedAt: null, QueueRules.FreshSince(spec, now), Reused: 0);
            entry.Crawl = entry.Crawl with { NextRunAt = nextRunAt, LastRun = run };
            var crawl = new CrawlRow(_crawls.Count + 1, new Crawl(run.CrawlId, spec, now));
            _crawls.Add(run.CrawlId, crawl);
            var jobs = QueueRules.SeedJobs(entry.Seeds, spec);
            var isFull = _intake.WaitFor(_lines.Sum(line => line.Queued.Count()), ofCrawl: 0, jobs.Count, now) is not null;
            SubmitUnsynchronized(crawl, jobs.ConvertAll(job => job with { IsDeferred = isFull }));
            return Task.FromResult<CrawlRun?>(run);
        }
    }

    public Task<bool> EndRunAsync(string crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (RecurringUnsynchronized(crawlId) is not { Crawl.LastRun: { EndedAt: null } run } entry || HasJobsUnsynchronized(crawlId))
                return Task.FromResult(false);

            var ended = run with { EndedAt = time.GetUtcNow() };
            entry.Crawl = entry.Crawl with { LastRun = ended };
            entry.Ended.Add(ended);
            return Task.FromResult(true);
        }
    }

    public Task<PageDocument?> FindFreshAsync(string crawlId, CanonicalUrl url, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(FreshUnsynchronized(crawlId, url));
    }

    private bool HasJobsUnsynchronized(string crawlId) =>
        _jobs.Values.Any(entry => entry.Job.CrawlId == crawlId && entry.State is JobState.Queued or JobState.Running);

    /// <summary>Whose last run it is. Earlier ones have ended, or there would be no later.</summary>
    private RecurringEntry? RecurringUnsynchronized(string crawlId) => _recurring.Values.FirstOrDefault(entry => entry.Crawl.LastRun?.CrawlId == crawlId);

    private PageDocument? FreshUnsynchronized(string crawlId, CanonicalUrl url) =>
        RecurringUnsynchronized(crawlId) is { Crawl.LastRun: { FreshSince: { } since } run } entry
        && entry.LastRead.TryGetValue(url.Value, out var read) && read.FetchedAt >= since && read.Run < run.Number
            ? read.Document
            : null;

    private void NoteReadUnsynchronized(Job job, PageDocument document)
    {
        if (RecurringUnsynchronized(job.CrawlId) is not { Crawl.LastRun: { FreshSince: not null } run } entry)
            return;

        entry.LastRead[job.Url.Value] = (run.Number, document.FetchedAt, document);
        if (document.Reused)
            entry.Crawl = entry.Crawl with { LastRun = run with { Reused = run.Reused + 1 } };
    }

    private sealed class RecurringEntry(RecurringCrawl crawl, IReadOnlyList<NewJob> seeds)
    {
        public RecurringCrawl Crawl { get; set; } = crawl;

        public IReadOnlyList<NewJob> Seeds { get; } = seeds;

        /// <summary>Runs that ended and are not forgotten, the oldest first.</summary>
        public List<CrawlRun> Ended { get; } = [];

        public Dictionary<string, (int Run, DateTimeOffset FetchedAt, PageDocument Document)> LastRead { get; } = new(StringComparer.Ordinal);
    }
}
