using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>The queue without a disk: for tests, and for renderings that nobody wants to find again.</summary>
public sealed class InMemoryJobQueue(TimeProvider time) : IJobQueue
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, CrawlEntry> _crawls = new(StringComparer.Ordinal);
    private readonly Dictionary<long, JobEntry> _jobs = [];
    private readonly Dictionary<TargetKey, DateTimeOffset> _servedAt = [];
    private readonly List<(string CrawlId, StoredResult Result)> _results = [];
    private long _lastJob;

    public Task CreateCrawlAsync(Crawl crawl, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_crawls.TryAdd(crawl.Id, new CrawlEntry(crawl)))
                throw new InvalidOperationException($"A crawl named {crawl.Id} exists already.");
        }

        return Task.CompletedTask;
    }

    public Task<Crawl?> FindCrawlAsync(string? crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(crawlId is null
                ? _crawls.Values.MinBy(entry => entry.Crawl.CreatedAt)?.Crawl
                : _crawls.GetValueOrDefault(crawlId)?.Crawl);
        }
    }

    public Task<SubmitReceipt> SubmitAsync(string crawlId, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(SubmitUnsynchronized(CrawlUnsynchronized(crawlId), jobs));
    }

    public Task SkipAsync(string crawlId, IReadOnlyList<SkippedUrl> urls, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var crawl = CrawlUnsynchronized(crawlId);
            foreach (var url in urls)
                crawl.Skipped.TryAdd(url.Url, url.Reason);
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<TargetKey>> ReadyTargetsAsync(int skip, int take, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<TargetKey>>([.. _jobs.Values
                .Where(entry => entry.State == JobState.Queued && entry.DueAt <= now)
                .Select(entry => entry.Job.Url.Target)
                .Distinct()
                .OrderBy(target => _servedAt.GetValueOrDefault(target)).ThenBy(target => target.Value, StringComparer.Ordinal)
                .Skip(skip).Take(take)]);
        }
    }

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            return Task.FromResult(_jobs.Values
                .Where(entry => entry.State == JobState.Queued && entry.DueAt > now)
                .Min(entry => (DateTimeOffset?)entry.DueAt));
        }
    }

    public Task<ClaimedJob?> ClaimAsync(TargetKey target, string worker, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var entry = _jobs.Values
                .Where(entry => entry.State == JobState.Queued && entry.DueAt <= now && entry.Job.Url.Target == target)
                .MinBy(entry => (entry.DueAt, entry.Job.Id));
            if (entry is null)
                return Task.FromResult<ClaimedJob?>(null);

            entry.Move(JobState.Running);
            entry.Job = entry.Job with { Attempts = entry.Job.Attempts + 1 };
            entry.Epoch++;
            entry.ClaimedUntil = now + claimFor;
            entry.StartedAt = now;
            entry.Worker = worker;
            _servedAt[target] = now;
            return Task.FromResult<ClaimedJob?>(new ClaimedJob(entry.Job, new Claim(entry.Job.Id, entry.Epoch)));
        }
    }

    public Task<bool> SettleAsync(Claim claim, Settlement settlement, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(claim.JobId, out var entry) || entry.State != JobState.Running || entry.Epoch != claim.Epoch)
                return Task.FromResult(false);

            SettleUnsynchronized(entry, settlement, QueueRules.NameOf(settlement));
            return Task.FromResult(true);
        }
    }

    public Task<int> RescueAsync(bool everyClaim, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var lost = _jobs.Values.Where(entry => entry.State == JobState.Running && (everyClaim || entry.ClaimedUntil < now)).ToList();
            foreach (var entry in lost)
                SettleUnsynchronized(entry, QueueRules.AfterLoss(entry.Job.Refunds, now), "lost");
            return Task.FromResult(lost.Count);
        }
    }

    public Task<CrawlCounts> CountAsync(string crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var jobs = _jobs.Values.Where(entry => entry.Job.CrawlId == crawlId).ToLookup(entry => entry.State);
            return Task.FromResult(new CrawlCounts(
                jobs[JobState.Queued].Count(), jobs[JobState.Running].Count(), jobs[JobState.Succeeded].Count(),
                jobs[JobState.Failed].Count(), jobs[JobState.Cancelled].Count()));
        }
    }

    public Task<IReadOnlyDictionary<SkipReason, long>> CountSkippedAsync(string crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyDictionary<SkipReason, long>>(
                (_crawls.GetValueOrDefault(crawlId)?.Skipped.Values ?? Enumerable.Empty<SkipReason>())
                    .CountBy(reason => reason).ToDictionary(pair => pair.Key, pair => (long)pair.Value));
        }
    }

    public Task<IReadOnlyList<StoredResult>> ReadResultsAsync(string crawlId, long afterSequence, int atMost, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<StoredResult>>([.. _results
                .Where(row => row.CrawlId == crawlId && row.Result.Sequence > afterSequence)
                .Take(atMost).Select(row => row.Result)]);
        }
    }

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(string crawlId, long afterJob, int atMost, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<DeadLetter>>([.. _jobs.Values
                .Where(entry => entry.Job.CrawlId == crawlId && entry.State == JobState.Failed && entry.Job.Id > afterJob)
                .OrderBy(entry => entry.Job.Id).Take(atMost)
                .Select(entry => new DeadLetter(entry.Job, entry.Failure!, [.. entry.Attempts]))]);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private CrawlEntry CrawlUnsynchronized(string crawlId) => _crawls.GetValueOrDefault(crawlId) ?? throw QueueRules.NoSuchCrawl(crawlId);

    private SubmitReceipt SubmitUnsynchronized(CrawlEntry crawl, IReadOnlyList<NewJob> jobs)
    {
        int accepted = 0, duplicates = 0, overBudget = 0;
        foreach (var job in jobs)
        {
            if (crawl.Urls.Contains(job.Url.Value))
            {
                duplicates++;
            }
            else if (crawl.Urls.Count >= crawl.Crawl.Spec.MaxPages)
            {
                overBudget++;
                crawl.Skipped.TryAdd(job.Url.Value, SkipReason.MaxPages);
            }
            else
            {
                accepted++;
                crawl.Urls.Add(job.Url.Value);
                var stored = new Job(++_lastJob, crawl.Crawl.Id, job.Url, job.Depth, Attempts: 0, Holds: 0, Refunds: 0);
                _jobs.Add(stored.Id, new JobEntry(stored, time.GetUtcNow()));
            }
        }

        return new SubmitReceipt(accepted, duplicates, overBudget);
    }

    private void SettleUnsynchronized(JobEntry entry, Settlement settlement, string ended)
    {
        var now = time.GetUtcNow();
        var failure = QueueRules.FailureOf(settlement);
        var (dueAt, attempts, holds, refunds) = QueueRules.Effect(settlement, entry.Job, now);
        entry.Attempts.Add(new AttemptRecord(entry.Epoch, entry.StartedAt, now, entry.Worker, ended, failure?.Class, failure?.Reason));
        entry.Move(JobTransitions.After(settlement));
        entry.Failure = failure;
        entry.DueAt = dueAt ?? entry.DueAt;
        entry.Job = entry.Job with { Attempts = attempts, Holds = holds, Refunds = refunds };

        if (settlement is Settlement.Ack ack)
        {
            var crawl = _crawls[entry.Job.CrawlId];
            _results.Add((entry.Job.CrawlId, new StoredResult(_results.Count + 1, ack.Document)));
            SubmitUnsynchronized(crawl, ack.Discovered);
            foreach (var url in ack.Skipped)
                crawl.Skipped.TryAdd(url.Url, url.Reason);
        }
    }

    private sealed class CrawlEntry(Crawl crawl)
    {
        public Crawl Crawl { get; } = crawl;

        public HashSet<string> Urls { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, SkipReason> Skipped { get; } = new(StringComparer.Ordinal);
    }

    private sealed class JobEntry(Job job, DateTimeOffset dueAt)
    {
        public Job Job { get; set; } = job;

        public JobState State { get; private set; } = JobState.Queued;

        public DateTimeOffset DueAt { get; set; } = dueAt;

        public DateTimeOffset ClaimedUntil { get; set; }

        public DateTimeOffset StartedAt { get; set; }

        public string Worker { get; set; } = "";

        public long Epoch { get; set; }

        public AttemptFailure? Failure { get; set; }

        public List<AttemptRecord> Attempts { get; } = [];

        public void Move(JobState to)
        {
            if (!JobTransitions.IsLegal(State, to))
                throw new InvalidOperationException($"Job {Job.Id} cannot go from {State} to {to}.");
            State = to;
        }
    }
}
