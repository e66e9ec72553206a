using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Takes new jobs in, inside a transaction of the writer.</summary>
internal sealed class SqliteSubmission(QueueBounds bounds)
{
    private const string InsertJob = $"""
        INSERT INTO jobs (id, crawl, line, lane, engine, url, depth, found_on, priority, rank, queued_at, {SqliteWaits.Columns})
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, {SqliteWaits.Columns} FROM lines WHERE id = ?3
        """;

    private readonly SqliteDeduplication _known = new();
    private readonly IntakeRule _intake = new(bounds);

    private sealed record CrawlRow(long Number, long Total, long Queued, long MaxPages, CrawlOrder Order, CrawlPhase Phase);

    /// <summary>Takes jobs from outside, if there is room.</summary>
    public SubmitReceipt Submit(SqliteSession session, string crawlId, IReadOnlyList<NewJob> jobs, string? key, DateTimeOffset now)
    {
        var crawl = Find(session, crawlId);
        if (crawl.Phase == CrawlPhase.Cancelled)
            throw new CrawlCancelledException(crawlId);
        var digest = key is null ? null : SubmissionKey.DigestOf(crawlId, jobs);
        if (digest is not null && SqliteSubmissionKeys.Find(session, key!, digest) is { } before)
            return before;

        var queued = session.First("SELECT coalesce(sum(queued), 0) FROM lane_totals", row => row.GetInt64(0));
        if (_intake.WaitFor(queued, crawl.Queued, jobs.Count(job => !job.IsDeferred), now) is { } wait)
            return new SubmitReceipt(0, 0, 0) { RetryAfter = wait };

        var receipt = Take(session, crawl, jobs, now.ToUnixTimeMilliseconds());
        if (digest is not null)
            SqliteSubmissionKeys.Save(session, key!, digest, receipt, now);
        return receipt;
    }

    /// <summary>Takes the links of a page that was read, or what a run starts with: never refused, for nobody could send them again.</summary>
    /// <remarks>A crawl that was called off takes none of them.</remarks>
    public void Take(SqliteSession session, string crawlId, IReadOnlyList<NewJob> jobs, long now)
    {
        if (Find(session, crawlId) is { Phase: not CrawlPhase.Cancelled } crawl)
            Take(session, crawl, jobs, now);
    }

    /// <summary>A job left the queue for good.</summary>
    public void NoteEnd(DateTimeOffset now) => _intake.NoteEnd(now);

    /// <summary>Records URLs that were not taken.</summary>
    public static void Skip(SqliteSession session, string crawlId, IReadOnlyList<SkippedUrl> urls)
    {
        var crawl = session.First("SELECT number FROM crawls WHERE id = ?1", row => (long?)row.GetInt64(0), crawlId) ?? throw QueueRules.NoSuchCrawl(crawlId);
        foreach (var url in urls)
            Skip(session, crawl, url);
    }

    private static CrawlRow Find(SqliteSession session, string crawlId) => session.First(
        "SELECT number, queued + running + succeeded + failed + cancelled + deferred, queued, max_pages, crawl_order, phase FROM crawls WHERE id = ?1",
        row => new CrawlRow(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), (CrawlOrder)row.GetInt32(4), (CrawlPhase)row.GetInt32(5)), crawlId) ?? throw QueueRules.NoSuchCrawl(crawlId);

    private SubmitReceipt Take(SqliteSession session, CrawlRow crawl, IReadOnlyList<NewJob> jobs, long now)
    {
        var known = _known.Of(session, crawl.Number, crawl.Total);
        var accepted = new List<NewJob>(jobs.Count);
        int duplicates = 0, overBudget = 0;
        foreach (var job in jobs)
        {
            if (known.Contains(session, job.Url.Value))
            {
                duplicates++;
            }
            else if (crawl.Total + accepted.Count >= crawl.MaxPages)
            {
                overBudget++;
                Skip(session, crawl.Number, new SkippedUrl(job.Url.Value, SkipReason.MaxPages, job.FoundOn));
            }
            else
            {
                known.Add(session, job.Url.Value);
                accepted.Add(job);
            }
        }

        if (accepted.Count > 0)
        {
            Insert(session, crawl, accepted, now);
            var deferred = accepted.Count(job => job.IsDeferred);
            session.Execute("UPDATE crawls SET queued = queued + ?2, deferred = deferred + ?3 WHERE number = ?1", crawl.Number, accepted.Count - deferred, deferred);
        }

        return new SubmitReceipt(accepted.Count, duplicates, overBudget);
    }

    private static void Skip(SqliteSession session, long crawl, SkippedUrl url) => session.Execute(
        """
        INSERT INTO skipped (crawl, url, reason, found_on) SELECT ?1, ?2, ?3, ?4
         WHERE NOT EXISTS (SELECT 1 FROM seen WHERE crawl = ?1 AND url = ?2) ON CONFLICT DO NOTHING
        """,
        crawl, url.Url, url.Reason.ToString(), url.FoundOn);

    private static void Insert(SqliteSession session, CrawlRow crawl, List<NewJob> jobs, long now)
    {
        // The number is part of the rank, so it is known before the row is there.
        var id = SqliteJobNumbers.Take(session, jobs.Count);
        var fresh = SqliteRecurring.FreshPages(session, crawl.Number);
        var targets = jobs.ConvertAll(job => fresh is not null && fresh.Contains(session, job.Url) ? TargetKey.Stored : job.Url.Target);
        var lines = new Dictionary<(TargetKey, Lane, Engine), long>();
        foreach (var target in targets.Distinct())
            SqliteWaits.Account(session, target, now);
        foreach (var line in jobs.Zip(targets).GroupBy(pair => (pair.Second, pair.First.Lane, pair.First.Engine), pair => pair.First))
        {
            var deferred = line.Count(job => job.IsDeferred);
            lines.Add(line.Key, SqliteLines.Add(session, line.Key.Second, line.Key.Lane, line.Key.Engine, line.Count() - deferred, deferred, now));
        }

        foreach (var (job, target) in jobs.Zip(targets))
        {
            session.Execute(
                job.IsDeferred
                    ? "INSERT INTO deferred (id, crawl, line, lane, engine, url, depth, found_on, priority, rank, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
                    : InsertJob,
                id, crawl.Number, lines[(target, job.Lane, job.Engine)], (int)job.Lane, (int)job.Engine, job.Url.Value, job.Depth, job.FoundOn, job.Priority,
                QueueRules.RankOf(crawl.Order, id, job.Depth), now);
            id++;
        }

        if (crawl.Phase != CrawlPhase.Paused)
            return;
        foreach (var line in lines.Values)
            SqliteCrawlControl.HoldBack(session, crawl.Number, line, now);
    }
}
