using System.Text.Json;
using BrowserFarm.Jobs;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Holds crawls, lets them go, and calls them off, inside a transaction of the writer.</summary>
/// <remarks>
/// A job whose crawl is paused is due at no time, so no claim ever looks at it. Meanwhile its columns <c>w_…</c> are what it has waited for until then, and
/// <c>claim_until</c> is when that was; when it is let go the time between is laid to its own time.
/// </remarks>
internal static class SqliteCrawlControl
{
    private const int Cancelled = (int)JobState.Cancelled;

    private const string EntryColumns = "number, id, spec, created_at, phase, queued, running, succeeded, failed, cancelled, deferred";

    private static readonly string HoldDue = $"""
        UPDATE jobs SET {Grown("lines", "jobs")}, due_at = ?3, claim_until = ?4 FROM lines
         WHERE jobs.line = ?2 AND jobs.crawl = ?1 AND jobs.state = 0 AND jobs.due_at IS NULL AND lines.id = ?2
        """;

    private const string HoldWaiting = """
        UPDATE jobs SET w_nobody = 0, w_blocked = 0, w_spacing = 0, w_limit = 0, w_turn = 0, w_due = max(0, w_due - (due_at - ?4)), due_at = ?3, claim_until = ?4
         WHERE line = ?2 AND crawl = ?1 AND state = 0 AND due_at IS NOT NULL AND due_at < ?3
        """;

    private static readonly string LetGo = $"""
        UPDATE jobs SET {Grown("lines", "jobs")}, w_due = w_due + max(0, ?4 - claim_until), due_at = NULL, claim_until = NULL FROM lines
         WHERE jobs.line = ?2 AND jobs.crawl = ?1 AND jobs.state = 0 AND jobs.due_at = ?3 AND lines.id = ?2
        """;

    /// <returns>False when there is one of this name.</returns>
    public static bool Create(SqliteSession session, Crawl crawl) => session.Execute(
        "INSERT INTO crawls (id, spec, created_at, max_pages, crawl_order, crawl_lane) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        crawl.Id, JsonSerializer.Serialize(crawl.Spec, JobsJson.Readable.CrawlSpec), crawl.CreatedAt.ToUnixTimeMilliseconds(), crawl.Spec.MaxPages, (int)crawl.Spec.Order, (int)crawl.Spec.Lane) == 1;

    public static List<CrawlEntry> List(SqliteSession session, long? before, int atMost, string? name) => session.All(
        $"SELECT {EntryColumns} FROM crawls WHERE number < coalesce(?1, {long.MaxValue}) AND (?3 IS NULL OR instr(lower(id), lower(?3)) > 0) ORDER BY number DESC LIMIT ?2", ReadEntry, before, atMost, name);

    public static CrawlEntry? Find(SqliteSession session, string crawlId) => session.First($"SELECT {EntryColumns} FROM crawls WHERE id = ?1", ReadEntry, crawlId);

    public static CrawlPhase Pause(SqliteSession session, string crawlId, long now)
    {
        var (crawl, phase) = PhaseOf(session, crawlId);
        if (phase != CrawlPhase.Open)
            return phase;

        SetPhase(session, crawl, CrawlPhase.Paused);
        foreach (var line in LinesOf(session, crawl))
            HoldBack(session, crawl, line, now);
        return CrawlPhase.Paused;
    }

    public static CrawlPhase Resume(SqliteSession session, string crawlId, long now)
    {
        var (crawl, phase) = PhaseOf(session, crawlId);
        if (phase != CrawlPhase.Paused)
            return phase;

        SetPhase(session, crawl, CrawlPhase.Open);
        foreach (var line in LinesOf(session, crawl))
        {
            SqliteWaits.AccountWith(session, line, now);
            session.Execute(LetGo, crawl, line, SqliteSchema.Paused, now);
            SqliteLines.FindDue(session, line);
        }

        return CrawlPhase.Open;
    }

    /// <summary>Jobs that came into a line of a paused crawl wait there.</summary>
    public static void HoldBack(SqliteSession session, long crawl, long line, long now)
    {
        SqliteWaits.AccountWith(session, line, now);
        session.Execute(HoldDue, crawl, line, SqliteSchema.Paused, now);
        session.Execute(HoldWaiting, crawl, line, SqliteSchema.Paused, now);
        SqliteLines.FindDue(session, line);
    }

    /// <returns>How many waiting jobs ended.</returns>
    public static int Cancel(SqliteSession session, string crawlId, int atMost)
    {
        var (crawl, phase) = PhaseOf(session, crawlId);
        if (phase != CrawlPhase.Cancelled)
            SetPhase(session, crawl, CrawlPhase.Cancelled);

        var waiting = session.All("SELECT id, line FROM jobs WHERE crawl = ?1 AND state = 0 LIMIT ?2", row => (Id: row.GetInt64(0), Line: row.GetInt64(1)), crawl, atMost);
        foreach (var line in waiting.GroupBy(job => job.Line, job => job.Id))
            EndWaiting(session, line.Key, [.. line]);
        var outside = session.All("SELECT id, line FROM deferred WHERE crawl = ?1 LIMIT ?2", row => (Id: row.GetInt64(0), Line: row.GetInt64(1)), crawl, atMost - waiting.Count);
        foreach (var line in outside.GroupBy(job => job.Line, job => job.Id))
            EndDeferred(session, line.Key, [.. line]);
        session.Execute(
            "UPDATE crawls SET queued = queued - ?2, deferred = deferred - ?3, cancelled = cancelled + ?2 + ?3 WHERE number = ?1", crawl, waiting.Count, outside.Count);
        return waiting.Count + outside.Count;
    }

    /// <returns>The state that it was in; null when there is no such job.</returns>
    public static JobState? CancelJob(SqliteSession session, long job)
    {
        var live = session.First("SELECT state, line, crawl FROM jobs WHERE id = ?1", row => ((JobState State, long Line, long Crawl)?)((JobState)row.GetInt32(0), row.GetInt64(1), row.GetInt64(2)), job);
        if (live is { State: JobState.Queued })
        {
            EndWaiting(session, live.Value.Line, [job]);
            session.Execute("UPDATE crawls SET queued = queued - 1, cancelled = cancelled + 1 WHERE number = ?1", live.Value.Crawl);
            return JobState.Queued;
        }

        if (live is not null)
            return live.Value.State;
        if (session.First("SELECT line, crawl FROM deferred WHERE id = ?1", row => ((long Line, long Crawl)?)(row.GetInt64(0), row.GetInt64(1)), job) is { } outside)
        {
            EndDeferred(session, outside.Line, [job]);
            session.Execute("UPDATE crawls SET deferred = deferred - 1, cancelled = cancelled + 1 WHERE number = ?1", outside.Crawl);
            return JobState.Queued;
        }

        return session.First("SELECT state FROM finished WHERE id = ?1", row => (JobState?)(JobState)row.GetInt32(0), job);
    }

    private static void EndWaiting(SqliteSession session, long line, IReadOnlyList<long> jobs)
    {
        foreach (var job in jobs)
        {
            session.Execute(
                $"""
                INSERT INTO finished (id, crawl, line, lane, engine, url, depth, found_on, priority, state, attempts, holds, refunds, epoch)
                SELECT id, crawl, line, lane, engine, url, depth, found_on, priority, {Cancelled}, attempts, holds, refunds, epoch FROM jobs WHERE id = ?1
                """,
                job);
            session.Execute("DELETE FROM jobs WHERE id = ?1", job);
        }

        SqliteLines.Leave(session, line, jobs.Count);
        SqliteLines.FindDue(session, line);
    }

    private static void EndDeferred(SqliteSession session, long line, IReadOnlyList<long> jobs)
    {
        foreach (var job in jobs)
        {
            session.Execute(
                $"""
                INSERT INTO finished (id, crawl, line, lane, engine, url, depth, found_on, priority, state, attempts, holds, refunds, epoch)
                SELECT id, crawl, line, lane, engine, url, depth, found_on, priority, {Cancelled}, 0, 0, 0, 0 FROM deferred WHERE id = ?1
                """,
                job);
            session.Execute("DELETE FROM deferred WHERE id = ?1", job);
        }

        SqliteLines.LeaveOutside(session, line, jobs.Count);
    }

    private static (long Crawl, CrawlPhase Phase) PhaseOf(SqliteSession session, string crawlId) =>
        session.First("SELECT number, phase FROM crawls WHERE id = ?1", row => ((long, CrawlPhase)?)(row.GetInt64(0), (CrawlPhase)row.GetInt32(1)), crawlId)
            ?? throw QueueRules.NoSuchCrawl(crawlId);

    private static void SetPhase(SqliteSession session, long crawl, CrawlPhase phase) =>
        session.Execute("UPDATE crawls SET phase = ?2 WHERE number = ?1", crawl, (int)phase);

    private static List<long> LinesOf(SqliteSession session, long crawl) =>
        session.All("SELECT DISTINCT line FROM jobs WHERE crawl = ?1 AND state = 0", row => row.GetInt64(0), crawl);

    private static string Grown(string line, string job) => string.Join(
        ", ", SqliteWaits.Columns.Split(", ").Select(column => $"{column} = {line}.{column} - {job}.{column}"));

    private static CrawlEntry ReadEntry(SqliteDataReader row) => new(
        row.GetInt64(0),
        new Crawl(row.GetString(1), JsonSerializer.Deserialize(row.GetString(2), JobsJson.Readable.CrawlSpec)!, SqliteTime.Read(row.GetInt64(3))),
        (CrawlPhase)row.GetInt32(4),
        new CrawlCounts(row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10)));
}
