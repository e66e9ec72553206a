using System.Text.Json;
using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Reads failed jobs with every attempt.</summary>
internal static class SqliteDeadLetters
{
    private const string Columns =
        "id, (SELECT id FROM crawls WHERE number = finished.crawl), url, depth, attempts, holds, refunds, lane, priority, engine, failure_kind, failure_class, failure_reason, evidence";

    public static List<DeadLetter> Read(SqliteSession session, DeadLetterFilter filter, long afterJob, int atMost)
    {
        var (statement, arguments) = Select(Columns, filter, afterJob, atMost);
        var jobs = session.All(
            statement,
            row => (
                Job: SqliteJobs.Read(row),
                Failure: new AttemptFailure((FailureKind)row.GetInt32(10), row.GetString(11), row.GetString(12))
                {
                    Evidence = row.IsDBNull(13) ? null : JsonSerializer.Deserialize(row.GetString(13), JobsJson.Readable.Evidence),
                }),
            arguments);
        return [.. jobs.Select(entry => new DeadLetter(entry.Job, entry.Failure, Attempts(session, entry.Job.Id)))];
    }

    /// <summary>Numbers of failed jobs, and of their crawls, without reading more of them.</summary>
    public static List<(long Job, long Crawl)> Find(SqliteSession session, DeadLetterFilter filter, long afterJob, int atMost)
    {
        var (statement, arguments) = Select("id, crawl", filter, afterJob, atMost);
        return session.All(statement, row => (row.GetInt64(0), row.GetInt64(1)), arguments);
    }

    /// <summary>Failed jobs by number. Each filter has an index that has them in this order: however many there are, only those wanted are met.</summary>
    /// <remarks>Two are named, because SQLite by itself prefers to walk over everything that ended, or that ended in the crawl.</remarks>
    internal static (string Statement, object?[] Arguments) Select(string columns, DeadLetterFilter filter, long afterJob, int atMost) => filter switch
    {
        { Crawl: null, Class: null } => ($"SELECT {columns} FROM finished INDEXED BY finished_dead WHERE state = 3 AND id > ?1 ORDER BY id LIMIT ?2", [afterJob, atMost]),
        { Crawl: null } => ($"SELECT {columns} FROM finished WHERE state = 3 AND failure_class = ?3 AND id > ?1 ORDER BY id LIMIT ?2", [afterJob, atMost, filter.Class]),
        { Class: null } => (
            $"SELECT {columns} FROM finished INDEXED BY finished_failed WHERE state = 3 AND crawl = (SELECT number FROM crawls WHERE id = ?3) AND id > ?1 ORDER BY id LIMIT ?2", [afterJob, atMost, filter.Crawl]),
        _ => (
            $"SELECT {columns} FROM finished WHERE state = 3 AND crawl = (SELECT number FROM crawls WHERE id = ?3) AND failure_class = ?4 AND id > ?1 ORDER BY id LIMIT ?2",
            [afterJob, atMost, filter.Crawl, filter.Class]),
    };

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
