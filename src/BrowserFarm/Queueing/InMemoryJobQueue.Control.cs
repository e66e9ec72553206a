using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <content>Crawls and jobs held, let go, and called off.</content>
public sealed partial class InMemoryJobQueue
{
    public Task<bool> BeginCrawlAsync(Crawl crawl, IReadOnlyList<NewJob> seeds, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var row = new CrawlRow(_crawls.Count + 1, crawl);
            if (!_crawls.TryAdd(crawl.Id, row))
                return Task.FromResult(false);
            SubmitUnsynchronized(row, seeds);
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<CrawlEntry>> ListCrawlsAsync(long? before, int atMost, string? name, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<CrawlEntry>>([.. _crawls.Values
                .Where(crawl => (before is null || crawl.Number < before) && (name is null || crawl.Crawl.Id.Contains(name, StringComparison.OrdinalIgnoreCase))).OrderByDescending(crawl => crawl.Number).Take(atMost).Select(EntryUnsynchronized)]);
        }
    }

    public Task<IReadOnlyList<string>> FindHalfCancelledAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<string>>([.. _crawls.Values
                .Where(crawl => crawl.Phase == CrawlPhase.Cancelled && WaitingUnsynchronized(crawl.Crawl.Id).Any()).OrderBy(crawl => crawl.Number).Select(crawl => crawl.Crawl.Id)]);
        }
    }

    public Task<CrawlEntry?> FindEntryAsync(string crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(_crawls.TryGetValue(crawlId, out var crawl) ? EntryUnsynchronized(crawl) : null);
    }

    public Task<long> CountWaitingAsync(string owner, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult((long)_jobs.Values.Count(entry => entry.State == JobState.Queued && _crawls[entry.Job.CrawlId].Crawl.Spec.Owner == owner));
    }

    public Task<CrawlPhase> PauseAsync(string crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var crawl = CrawlUnsynchronized(crawlId);
            if (crawl.Phase == CrawlPhase.Open)
            {
                crawl.Phase = CrawlPhase.Paused;
                foreach (var entry in WaitingUnsynchronized(crawlId).Where(entry => !entry.IsDeferred).ToList())
                    HoldIfPausedUnsynchronized(entry, time.GetUtcNow());
            }

            return Task.FromResult(crawl.Phase);
        }
    }

    public Task<CrawlPhase> ResumeAsync(string crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var crawl = CrawlUnsynchronized(crawlId);
            if (crawl.Phase == CrawlPhase.Paused)
            {
                crawl.Phase = CrawlPhase.Open;
                foreach (var entry in WaitingUnsynchronized(crawlId).Where(entry => !entry.IsDeferred).ToList())
                    LetGoUnsynchronized(entry, time.GetUtcNow());
            }

            return Task.FromResult(crawl.Phase);
        }
    }

    public Task<int> CancelAsync(string crawlId, int atMost, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            CrawlUnsynchronized(crawlId).Phase = CrawlPhase.Cancelled;
            var waiting = WaitingUnsynchronized(crawlId).OrderBy(entry => entry.IsDeferred).Take(atMost).ToList();
            waiting.ForEach(EndUnsynchronized);
            return Task.FromResult(waiting.Count);
        }
    }

    public Task<JobState?> CancelJobAsync(long job, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(job, out var entry))
                return Task.FromResult<JobState?>(null);

            var was = entry.State;
            if (was == JobState.Queued)
                EndUnsynchronized(entry);
            return Task.FromResult<JobState?>(was);
        }
    }

    private static void EndUnsynchronized(JobEntry entry)
    {
        entry.IsDeferred = false;
        entry.HeldSince = null;
        entry.Move(JobState.Cancelled);
    }

    private IEnumerable<JobEntry> WaitingUnsynchronized(string crawlId) => _jobs.Values.Where(entry => entry.Job.CrawlId == crawlId && entry.State == JobState.Queued);

    /// <summary>Due at no time while its crawl is paused; what it has waited for until now is kept.</summary>
    private void HoldIfPausedUnsynchronized(JobEntry entry, DateTimeOffset now)
    {
        if (_crawls[entry.Job.CrawlId].Phase != CrawlPhase.Paused || entry.HeldSince is not null)
            return;

        var line = LineOfUnsynchronized(entry);
        AccountUnsynchronized(other => other == line);
        if (entry.Came is { } came)
            entry.BeforeHold = line.Clock.Sums - came;
        else
            (entry.BeforeHold, entry.ForDueTime) = (Waits.None, Math.Max(0, entry.ForDueTime - (Milliseconds(entry.DueAt) - Milliseconds(now))));
        (entry.HeldSince, entry.Came, entry.DueAt) = (now, null, SetAside);
    }

    private void LetGoUnsynchronized(JobEntry entry, DateTimeOffset now)
    {
        if (entry.HeldSince is not { } since)
            return;

        var line = LineOfUnsynchronized(entry);
        AccountUnsynchronized(other => other == line);
        entry.ForDueTime += Math.Max(0, Milliseconds(now) - Milliseconds(since));
        (entry.HeldSince, entry.Came, entry.DueAt) = (null, line.Clock.Sums - entry.BeforeHold, AtOnce);
    }

    private CrawlEntry EntryUnsynchronized(CrawlRow crawl) => new(crawl.Number, crawl.Crawl, crawl.Phase, CountUnsynchronized(crawl.Crawl.Id));

    private CrawlCounts CountUnsynchronized(string? crawlId)
    {
        var all = _jobs.Values.Where(entry => crawlId is null || entry.Job.CrawlId == crawlId).ToList();
        var jobs = all.Where(entry => !entry.IsDeferred).ToLookup(entry => entry.State);
        return new CrawlCounts(
            jobs[JobState.Queued].Count(), jobs[JobState.Running].Count(), jobs[JobState.Succeeded].Count(),
            jobs[JobState.Failed].Count(), jobs[JobState.Cancelled].Count(), all.Count(entry => entry.IsDeferred));
    }
}
