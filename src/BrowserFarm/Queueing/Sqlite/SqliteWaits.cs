using BrowserFarm.Jobs;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The statements by which every wait of every job is laid to a cause: <see cref="LineClock"/>, in SQL.</summary>
/// <remarks>
/// A line's sums are brought up to now whenever something happens to it, before it does. Jobs that became due since the last time get the sums of the moment at
/// which they did. So the columns <c>w_…</c> of a waiting job are its line's sums when it came; of a claimed one, what they have grown by.
/// </remarks>
internal static class SqliteWaits
{
    /// <summary>Columns of a line's sums, and of a job's share in them; in an order in which they can be copied.</summary>
    public const string Columns = "w_nobody, w_blocked, w_spacing, w_limit, w_turn";

    /// <summary>Milliseconds without a sign of life after which nobody works on a queue: three times what lies between two.</summary>
    private const long SilentAfter = 30_000;

    private const string Down = "(SELECT down FROM clock)";

    // From the last event to the time {0}: as LineClock.At.
    private const string Whole = "max({0} - lines.since, 0)";
    private const string Nobody = $"min(max({Down} - lines.down_seen, 0), {Whole})";
    private const string Closed = $"max(min({{0}}, lines.opens_at) - lines.since - {Nobody}, 0)";

    private static readonly string SumsNow = Sums("?1");

    private static readonly string ConvertOf = $"""
        UPDATE jobs SET due_at = NULL, {Sums("jobs.due_at")}
          FROM lines WHERE lines.id = jobs.line AND jobs.state = 0 AND jobs.due_at <= ?1
        """;

    private static readonly string ConvertTarget = $"{ConvertOf} AND lines.target = ?2";
    private static readonly string AccrueTarget = $"UPDATE lines SET {SumsNow}, since = max(since, ?1), down_seen = {Down} WHERE target = ?2";
    private static readonly string ConvertSetAside = $"{ConvertOf} AND lines.opens_at = ?2";
    private static readonly string AccrueSetAside = $"UPDATE lines SET {SumsNow}, since = max(since, ?1), down_seen = {Down} WHERE opens_at = ?2";

    /// <summary>Brings the lines of a target up to now.</summary>
    public static void Account(SqliteSession session, TargetKey target, long now)
    {
        session.Execute(ConvertTarget, now, target.Value);
        session.Execute(AccrueTarget, now, target.Value);
    }

    /// <summary>Brings every line up to now that is set aside.</summary>
    public static void AccountSetAside(SqliteSession session, long now)
    {
        session.Execute(ConvertSetAside, now, SqliteSchema.SetAside);
        session.Execute(AccrueSetAside, now, SqliteSchema.SetAside);
    }

    /// <summary>The target of a line, brought up to now.</summary>
    public static TargetKey AccountWith(SqliteSession session, long line, long now)
    {
        var target = new TargetKey(session.First("SELECT target FROM lines WHERE id = ?1", row => row.GetString(0), line)!);
        Account(session, target, now);
        return target;
    }

    /// <summary>Notes that somebody works on the queue now.</summary>
    public static void MarkAlive(SqliteSession session, long now) => session.Execute("UPDATE clock SET alive_at = max(alive_at, ?1)", now);

    /// <summary>A program takes the queue up: since the last sign of life nobody worked on it.</summary>
    public static void TakeUpWork(SqliteSession session, long now) => session.Execute(
        """
        INSERT INTO clock (id, alive_at, down) VALUES (1, ?1, 0)
            ON CONFLICT (id) DO UPDATE SET down = down + max(0, ?1 - alive_at), alive_at = max(alive_at, ?1)
        """,
        now);

    /// <summary>What a waiting job has waited for until now.</summary>
    public static Waits SoFar(SqliteSession session, long job, long now) => session.First(
        """
        SELECT lines.w_nobody, 0, 0, lines.w_blocked, lines.w_spacing, lines.w_limit, lines.w_turn, 0,
               jobs.w_nobody, jobs.w_outside, jobs.w_due, jobs.w_blocked, jobs.w_spacing, jobs.w_limit, jobs.w_turn, 0,
               jobs.due_at, jobs.queued_at, lines.since, lines.opens_at, lines.why, lines.down_seen, clock.alive_at, clock.down, jobs.claim_until
          FROM jobs JOIN lines ON lines.id = jobs.line JOIN clock WHERE jobs.id = ?1
        """,
        row =>
        {
            var line = new LineClock(Read(row, 0), row.GetInt64(18), row.GetInt64(19), (WaitCause)row.GetInt32(20), row.GetInt64(21));
            var down = row.GetInt64(23) + (now - row.GetInt64(22) is > SilentAfter and var silent ? silent : 0);
            var own = Read(row, 8);
            var waitedBefore = new Waits(Outside: own.Outside, DueTime: own.DueTime);
            if (row.IsDBNull(16))
                return waitedBefore + (line.At(now, down) - (own with { Outside = 0, DueTime = 0 }));

            var due = row.GetInt64(16);
            if (due == SqliteSchema.Paused)
                return own with { DueTime = own.DueTime + Math.Max(0, now - row.GetInt64(24)) };

            // Not due at the line's last event; since then it may have become so.
            return due <= now
                ? waitedBefore + (line.At(now, down) - line.At(due, down))
                : waitedBefore with { DueTime = Math.Max(0, own.DueTime - (due - now)) };
        },
        job) ?? Waits.None;

    /// <summary>What the ended attempts of a crawl waited for, all together; looks at each of them.</summary>
    public static Waits Sum(SqliteSession session, string crawlId) => session.First(
        """
        SELECT coalesce(sum(attempts.w_nobody), 0), coalesce(sum(attempts.w_outside), 0), coalesce(sum(attempts.w_due), 0), coalesce(sum(attempts.w_blocked), 0), coalesce(sum(attempts.w_spacing), 0),
               coalesce(sum(attempts.w_limit), 0), coalesce(sum(attempts.w_turn), 0), coalesce(sum(attempts.w_context), 0)
          FROM attempts LEFT JOIN finished ON finished.id = attempts.job LEFT JOIN jobs ON jobs.id = attempts.job
         WHERE coalesce(finished.crawl, jobs.crawl) = (SELECT number FROM crawls WHERE id = ?1)
        """,
        row => Read(row, 0), crawlId)!;

    /// <summary>Eight columns in the order of <see cref="WaitCause"/>.</summary>
    public static Waits Read(SqliteDataReader row, int first) => new(
        row.GetInt64(first), row.GetInt64(first + 1), row.GetInt64(first + 2), row.GetInt64(first + 3), row.GetInt64(first + 4), row.GetInt64(first + 5),
        row.GetInt64(first + 6), row.GetInt64(first + 7));

    /// <summary>Every cause's sum at a time, as assignments.</summary>
    private static string Sums(string time)
    {
        string At(string expression) => expression.Replace("{0}", time, StringComparison.Ordinal);
        return $"""
            w_nobody = lines.w_nobody + {At(Nobody)},
            w_blocked = lines.w_blocked + CASE lines.why WHEN {(int)WaitCause.TargetBlocked} THEN {At(Closed)} ELSE 0 END,
            w_spacing = lines.w_spacing + CASE lines.why WHEN {(int)WaitCause.Spacing} THEN {At(Closed)} ELSE 0 END,
            w_limit = lines.w_limit + CASE WHEN lines.why NOT IN ({(int)WaitCause.TargetBlocked}, {(int)WaitCause.Spacing}) THEN {At(Closed)} ELSE 0 END,
            w_turn = lines.w_turn + {At(Whole)} - {At(Nobody)} - {At(Closed)}
            """;
    }
}
