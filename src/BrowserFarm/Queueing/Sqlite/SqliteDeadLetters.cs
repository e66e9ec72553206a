using System.Text.Json;
using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Reads failed jobs with every attempt.</summary>
internal static class SqliteDeadLetters
{
    public static List<DeadLetter> Read(SqliteSession session, string crawlId, long afterJob, int atMost)
    {
        var jobs = session.All(
            """
            SELECT id, ?1, url, depth, attempts, holds, refunds, lane, priority, engine, failure_kind, failure_class, failure_reason, evidence FROM finished
             WHERE crawl = (SELECT number FROM crawls WHERE id = ?1) AND state = 3 AND id > ?2 ORDER BY id LIMIT ?3
            """,
            row => (
                Job: SqliteJobs.Read(row),
                Failure: new AttemptFailure((FailureKind)row.GetInt32(10), row.GetString(11), row.GetString(12))
                {
                    Evidence = row.IsDBNull(13) ? null : JsonSerializer.Deserialize(row.GetString(13), JobsJson.Readable.Evidence),
                }),
            crawlId, afterJob, atMost);
        return [.. jobs.Select(entry => new DeadLetter(entry.Job, entry.Failure, Attempts(session, entry.Job.Id)))];
    }

    public static List<AttemptRecord> Attempts(SqliteSession session, long jobId) => session.All(
        """
        SELECT epoch, started_at, ended_at, worker, ended, class, reason, queued_at, w_nobody, w_outside, w_due, w_blocked, w_spacing, w_limit, w_turn, w_context
          FROM attempts WHERE job = ?1 ORDER BY epoch
        """,
        row => new AttemptRecord(
            row.GetInt64(0),
            SqliteTime.Read(row.GetInt64(1)),
            SqliteTime.Read(row.GetInt64(2)),
            row.GetString(3),
            row.GetString(4),
            row.IsDBNull(5) ? null : row.GetString(5),
            row.IsDBNull(6) ? null : row.GetString(6))
        {
            QueuedAt = SqliteTime.Read(row.GetInt64(7)),
            Waited = SqliteWaits.Read(row, 8),
        },
        jobId);
}
