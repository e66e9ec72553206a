using BrowserFarm.Jobs;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The statements behind the queue, each to be run inside a transaction of the writer. Every move of a job keeps the counters with it.</summary>
internal static class SqliteStatements
{
    private const string JobColumns = "id, crawl, url, depth, attempts, holds, refunds, epoch, started_at, worker";

    /// <summary>A job in state running, with what settling it needs.</summary>
    public sealed record RunningJob(Job Job, long Epoch, DateTimeOffset StartedAt, string Worker);

    public static SubmitReceipt Submit(SqliteSession session, string crawlId, IReadOnlyList<NewJob> jobs, long now)
    {
        var (total, maxPages) = session.First(
            "SELECT queued + running + succeeded + failed + cancelled, max_pages FROM crawls WHERE id = ?1",
            row => ((long, long)?)(row.GetInt64(0), row.GetInt64(1)), crawlId) ?? throw QueueRules.NoSuchCrawl(crawlId);

        int accepted = 0, duplicates = 0, overBudget = 0;
        foreach (var job in jobs)
        {
            if (session.First("SELECT 1 FROM jobs WHERE crawl = ?1 AND url = ?2", _ => true, crawlId, job.Url.Value))
            {
                duplicates++;
            }
            else if (total + accepted >= maxPages)
            {
                overBudget++;
                Skip(session, crawlId, new SkippedUrl(job.Url.Value, SkipReason.MaxPages, job.FoundOn));
            }
            else
            {
                accepted++;
                session.Execute(
                    "INSERT INTO jobs (crawl, url, target, depth, found_on, due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    crawlId, job.Url.Value, job.Url.Target.Value, job.Depth, job.FoundOn, now);
                session.Execute(
                    "INSERT INTO targets (target, queued) VALUES (?1, 1) ON CONFLICT DO UPDATE SET queued = queued + 1",
                    job.Url.Target.Value);
            }
        }

        if (accepted > 0)
            session.Execute("UPDATE crawls SET queued = queued + ?2 WHERE id = ?1", crawlId, accepted);
        return new SubmitReceipt(accepted, duplicates, overBudget);
    }

    public static void Skip(SqliteSession session, string crawlId, SkippedUrl url) => session.Execute(
        "INSERT INTO skipped (crawl, url, reason, found_on) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        crawlId, url.Url, url.Reason.ToString(), url.FoundOn);

    public static ClaimedJob? Claim(SqliteSession session, TargetKey target, string worker, long now, long claimUntil)
    {
        var claimed = session.First(
            $"""
            UPDATE jobs SET state = 1, attempts = attempts + 1, epoch = epoch + 1, claim_until = ?3, started_at = ?2, worker = ?4
             WHERE id = (SELECT id FROM jobs WHERE state = 0 AND target = ?1 AND due_at <= ?2 ORDER BY due_at, id LIMIT 1)
            RETURNING {JobColumns}
            """,
            ReadRunning, target.Value, now, claimUntil, worker);
        if (claimed is null)
            return null;

        session.Execute("UPDATE crawls SET queued = queued - 1, running = running + 1 WHERE id = ?1", claimed.Job.CrawlId);
        session.Execute("UPDATE targets SET queued = queued - 1, served = ?2 WHERE target = ?1", target.Value, now);
        return new ClaimedJob(claimed.Job, new Claim(claimed.Job.Id, claimed.Epoch));
    }

    /// <summary>The job of a claim, when the claim is still the latest.</summary>
    public static RunningJob? FindRunning(SqliteSession session, Claim claim) => session.First(
        $"SELECT {JobColumns} FROM jobs WHERE id = ?1 AND epoch = ?2 AND state = 1", ReadRunning, claim.JobId, claim.Epoch);

    public static IReadOnlyList<RunningJob> FindExpired(SqliteSession session, long now) => session.All(
        $"SELECT {JobColumns} FROM jobs WHERE state = 1 AND claim_until < ?1", ReadRunning, now);

    public static void Settle(
        SqliteSession session, RunningJob running, Settlement settlement, byte[]? document, string ended, DateTimeOffset now)
    {
        var job = running.Job;
        var state = JobTransitions.After(settlement);
        var failure = QueueRules.FailureOf(settlement);
        var (dueAt, attempts, holds, refunds) = QueueRules.Effect(settlement, job, now);

        session.Execute(
            """
            UPDATE jobs SET state = ?2, due_at = coalesce(?3, due_at), attempts = ?4, holds = ?5, refunds = ?6,
                   claim_until = NULL, failure_kind = ?7, failure_class = ?8, failure_reason = ?9
             WHERE id = ?1
            """,
            job.Id, (int)state, NotBefore(dueAt), attempts, holds, refunds,
            (int?)failure?.Kind, failure?.Class, failure?.Reason);
        session.Execute(
            "INSERT INTO attempts (job, epoch, started_at, ended_at, worker, ended, class, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            job.Id, running.Epoch, running.StartedAt.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), running.Worker, ended,
            failure?.Class, failure?.Reason);

        var counter = state switch
        {
            JobState.Queued => "queued",
            JobState.Succeeded => "succeeded",
            _ => "failed",
        };
        session.Execute($"UPDATE crawls SET running = running - 1, {counter} = {counter} + 1 WHERE id = ?1", job.CrawlId);
        if (state == JobState.Queued)
            session.Execute("UPDATE targets SET queued = queued + 1 WHERE target = ?1", job.Url.Target.Value);

        if (settlement is Settlement.Ack ack)
        {
            session.Execute("INSERT INTO results (crawl, job, document) VALUES (?1, ?2, ?3)", job.CrawlId, job.Id, document);
            Submit(session, job.CrawlId, ack.Discovered, now.ToUnixTimeMilliseconds());
            foreach (var url in ack.Skipped)
                Skip(session, job.CrawlId, url);
        }
    }

    public static List<DeadLetter> DeadLetters(SqliteSession session, string crawlId, long afterJob, int atMost)
    {
        var jobs = session.All(
            $"""
            SELECT {JobColumns}, failure_kind, failure_class, failure_reason FROM jobs
             WHERE crawl = ?1 AND state = 3 AND id > ?2 ORDER BY id LIMIT ?3
            """,
            row => (ReadRunning(row).Job, Failure: new AttemptFailure((FailureKind)row.GetInt32(10), row.GetString(11), row.GetString(12))),
            crawlId, afterJob, atMost);
        return [.. jobs.Select(entry => new DeadLetter(entry.Job, entry.Failure, Attempts(session, entry.Job.Id)))];
    }

    /// <summary>Whole milliseconds, rounded up: nothing is ever due before its time.</summary>
    private static long? NotBefore(DateTimeOffset? time) => time?.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds();

    private static List<AttemptRecord> Attempts(SqliteSession session, long jobId) => session.All(
        "SELECT epoch, started_at, ended_at, worker, ended, class, reason FROM attempts WHERE job = ?1 ORDER BY epoch",
        row => new AttemptRecord(
            row.GetInt64(0),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
            row.GetString(3),
            row.GetString(4),
            row.IsDBNull(5) ? null : row.GetString(5),
            row.IsDBNull(6) ? null : row.GetString(6)),
        jobId);

    private static RunningJob ReadRunning(SqliteDataReader row) => new(
        new Job(
            row.GetInt64(0),
            row.GetString(1),
            CanonicalUrl.Parse(row.GetString(2)),
            row.GetInt32(3),
            row.GetInt32(4),
            row.GetInt32(5),
            row.GetInt32(6)),
        row.GetInt64(7),
        DateTimeOffset.FromUnixTimeMilliseconds(row.IsDBNull(8) ? 0 : row.GetInt64(8)),
        row.IsDBNull(9) ? "" : row.GetString(9));
}
