using System.Text.Json;
using BrowserFarm.Jobs;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Ends attempts, inside a transaction of the writer. Every move of a job keeps the counters of its crawl and its line with it.</summary>
internal sealed class SqliteSettlement(SqliteSubmission submission)
{
    private const string RunningColumns = """
        jobs.id, crawls.id, url, depth, attempts, holds, refunds, lane, priority, engine, line, crawl, phase
          FROM jobs JOIN crawls ON crawls.number = jobs.crawl
        """;

    /// <summary>A job in state running, with what settling it needs.</summary>
    private sealed record RunningJob(Job Job, long Line, long Crawl, CrawlPhase Phase);

    /// <returns>False when the claim is no longer the latest; the job is then as it was, and the record tells that somebody came too late.</returns>
    public bool Settle(SqliteSession session, Claim claim, Settlement settlement, byte[]? document, DateTimeOffset now)
    {
        var running = session.First($"SELECT {RunningColumns} WHERE jobs.id = ?1 AND epoch = ?2 AND state = 1", ReadRunning, claim.JobId, claim.Epoch);
        if (running is null)
        {
            // Whoever comes too late has given a permit back as well, and the target may have been found at its limit because of it.
            PutBackLinesOf(session, claim.JobId, now);
            session.Execute("UPDATE attempts SET ended = ?3 WHERE job = ?1 AND epoch = ?2 AND ended = ?4", claim.JobId, claim.Epoch, QueueRules.Fenced, QueueRules.Lost);
            return false;
        }

        settlement = QueueRules.In(running.Phase, settlement);
        Settle(session, running, settlement, document, QueueRules.NameOf(settlement), now);
        SqliteLines.PutBackWith(session, running.Line, now.ToUnixTimeMilliseconds());
        return true;
    }

    /// <summary>Takes jobs back whose claim ran out.</summary>
    /// <returns>How many.</returns>
    public int Rescue(SqliteSession session, bool everyClaim, DateTimeOffset now)
    {
        var lost = session.All(
            $"SELECT {RunningColumns} WHERE state = 1 AND claim_until < ?1 ORDER BY jobs.id", ReadRunning, everyClaim ? long.MaxValue : now.ToUnixTimeMilliseconds());
        foreach (var running in lost)
            Settle(session, running, QueueRules.In(running.Phase, QueueRules.AfterLoss(running.Job.Refunds, now)), document: null, QueueRules.Lost, now);
        SqliteLines.PutBackWaiting(session, now.ToUnixTimeMilliseconds());
        return lost.Count;
    }

    private void Settle(SqliteSession session, RunningJob running, Settlement settlement, byte[]? document, string ended, DateTimeOffset now)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var state = JobTransitions.After(settlement);
        var failure = QueueRules.FailureOf(settlement);
        var (dueAt, attempts, holds, refunds) = QueueRules.Effect(settlement, running.Job, now);

        session.Execute(
            $"""
            INSERT INTO attempts (job, epoch, started_at, ended_at, worker, ended, class, reason, queued_at, w_outside, w_due, w_context, {SqliteWaits.Columns})
            SELECT id, epoch, started_at, ?2, worker, ?3, ?4, ?5, queued_at, w_outside, w_due, ?6, {SqliteWaits.Columns} FROM jobs WHERE id = ?1
            """,
            running.Job.Id, nowMs, ended, failure?.Class, failure?.Reason, (long)settlement.ForContext.TotalMilliseconds);
        if (state == JobState.Queued)
        {
            var line = settlement is Settlement.Reassign reassign ? Reassign(session, running, reassign.Engine, nowMs) : running.Line;
            var due = dueAt is { } at && SqliteTime.NotBefore(at) is var later && later > nowMs ? later : 0;
            SqliteWaits.AccountWith(session, line, nowMs);
            session.Execute(
                """
                UPDATE jobs SET state = 0, due_at = nullif(?2, 0), attempts = ?3, holds = ?4, refunds = ?5, claim_until = NULL, queued_at = ?6, w_outside = 0, w_due = ?7,
                       w_nobody = lines.w_nobody, w_blocked = lines.w_blocked, w_spacing = lines.w_spacing, w_limit = lines.w_limit, w_turn = lines.w_turn
                  FROM lines WHERE jobs.id = ?1 AND lines.id = jobs.line
                """,
                running.Job.Id, due, attempts, holds, refunds, nowMs, Math.Max(0, due - nowMs));
            SqliteLines.Return(session, line, due);
            if (running.Phase == CrawlPhase.Paused)
                SqliteCrawlControl.HoldBack(session, running.Crawl, line, nowMs);
        }
        else
        {
            foreach (var file in QueueRules.FilesOf(settlement))
                session.Execute("INSERT OR IGNORE INTO files (path, job) VALUES (?1, ?2)", file, running.Job.Id);
            if (settlement is Settlement.Ack { Document.Artifacts: { } named })
            {
                foreach (var name in named.Keys)
                    session.Execute("INSERT OR IGNORE INTO artifact_names (job, name) VALUES (?1, ?2)", running.Job.Id, name);
            }

            session.Execute(
                """
                INSERT INTO finished (id, crawl, line, lane, engine, url, depth, found_on, priority, state, attempts, holds, refunds, epoch, failure_kind, failure_class, failure_reason, evidence)
                SELECT id, crawl, line, lane, engine, url, depth, found_on, priority, ?2, ?3, ?4, ?5, epoch, ?6, ?7, ?8, ?9 FROM jobs WHERE id = ?1
                """,
                running.Job.Id, (int)state, attempts, holds, refunds, (int?)failure?.Kind, failure?.Class, failure?.Reason,
                failure?.Evidence is { } evidence ? JsonSerializer.Serialize(evidence, JobsJson.Readable.Evidence) : null);
            session.Execute("DELETE FROM jobs WHERE id = ?1", running.Job.Id);
            submission.NoteEnd(now);
        }

        session.Execute(
            state switch
            {
                JobState.Queued => "UPDATE crawls SET running = running - 1, queued = queued + 1 WHERE number = ?1",
                JobState.Succeeded => "UPDATE crawls SET running = running - 1, succeeded = succeeded + 1 WHERE number = ?1",
                JobState.Cancelled => "UPDATE crawls SET running = running - 1, cancelled = cancelled + 1 WHERE number = ?1",
                _ => "UPDATE crawls SET running = running - 1, failed = failed + 1 WHERE number = ?1",
            },
            running.Crawl);

        if (settlement is Settlement.Ack ack)
        {
            session.Execute("INSERT INTO results (crawl, job, document) VALUES (?1, ?2, ?3)", running.Crawl, running.Job.Id, document);
            if (ack.Discovered.Count > 0)
                submission.Take(session, running.Job.CrawlId, ack.Discovered, nowMs);
            if (ack.Skipped.Count > 0)
                SqliteSubmission.Skip(session, running.Job.CrawlId, ack.Skipped);
        }
    }

    /// <summary>Gives a job to another engine, whose line of the target may be new.</summary>
    /// <returns>The line.</returns>
    private static long Reassign(SqliteSession session, RunningJob running, Engine engine, long now)
    {
        var target = SqliteWaits.AccountWith(session, running.Line, now);
        var line = SqliteLines.Add(session, target, running.Job.Lane, engine, jobs: 0, deferred: 0, now);
        session.Execute("UPDATE jobs SET line = ?2, engine = ?3 WHERE id = ?1", running.Job.Id, line, (int)engine);
        return line;
    }

    private static void PutBackLinesOf(SqliteSession session, long jobId, DateTimeOffset now)
    {
        var target = session.First(
            "SELECT target FROM lines WHERE id = coalesce((SELECT line FROM jobs WHERE id = ?1), (SELECT line FROM finished WHERE id = ?1))",
            row => row.GetString(0), jobId);
        if (target is not null)
            SqliteLines.PutBack(session, new TargetKey(target), now.ToUnixTimeMilliseconds());
    }

    private static RunningJob ReadRunning(SqliteDataReader row) => new(
        SqliteJobs.Read(row),
        row.GetInt64(10),
        row.GetInt64(11),
        (CrawlPhase)row.GetInt32(12));
}
