using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The statements on lines: which is next, and when each is ready again.</summary>
internal static class SqliteLines
{
    private static readonly Lane[] Lanes = Enum.GetValues<Lane>();
    private static readonly Engine[] Engines = Enum.GetValues<Engine>();

    /// <summary>A line that is ready.</summary>
    public sealed record ReadyLine(long Id, TargetKey Target, long Queued);

    /// <summary>The first ready line of a lane; one step in an index, however many lines are not ready.</summary>
    public static ReadyLine? First(SqliteSession session, Engine engine, Lane lane, long now) => session.First(
        "SELECT id, target, queued FROM lines WHERE engine = ?1 AND lane = ?2 AND queued > 0 AND ready_at <= ?3 ORDER BY ready_at, served LIMIT 1",
        row => new ReadyLine(row.GetInt64(0), new TargetKey(row.GetString(1)), row.GetInt64(2)),
        (int)engine, (int)lane, now);

    /// <summary>When the first line of an engine is ready, those set aside not counted.</summary>
    public static long? NextReady(SqliteSession session, Engine engine)
    {
        long? next = null;
        foreach (var lane in Lanes)
        {
            var ready = session.First(
                "SELECT ready_at FROM lines WHERE engine = ?1 AND lane = ?2 AND queued > 0 AND ready_at < ?3 ORDER BY ready_at LIMIT 1",
                row => (long?)row.GetInt64(0), (int)engine, (int)lane, SqliteSchema.SetAside);
            next = next is null || ready < next ? ready ?? next : next;
        }

        return next;
    }

    /// <summary>Adds jobs that may be claimed at once, and jobs that wait for room.</summary>
    /// <remarks>The target must have been accounted for.</remarks>
    /// <returns>The line's number.</returns>
    public static long Add(SqliteSession session, TargetKey target, Lane lane, Engine engine, int jobs, int deferred, long now) => session.First(
        """
        INSERT INTO lines (target, lane, engine, queued, deferred, opens_at, since, down_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, (SELECT down FROM clock))
            ON CONFLICT (target, lane, engine) DO UPDATE
               SET queued = queued + excluded.queued, deferred = deferred + excluded.deferred, due_at = CASE WHEN excluded.queued > 0 THEN 0 ELSE due_at END
        RETURNING id
        """,
        row => row.GetInt64(0), target.Value, (int)lane, (int)engine, jobs, deferred, now);

    /// <summary>Jobs that waited for room get their place.</summary>
    public static void TakeUp(SqliteSession session, long line, int jobs) => session.Execute(
        "UPDATE lines SET queued = queued + ?2, deferred = deferred - ?2, due_at = 0 WHERE id = ?1", line, jobs);

    /// <summary>Waiting jobs left a line for good.</summary>
    public static void Leave(SqliteSession session, long line, int jobs) => session.Execute("UPDATE lines SET queued = queued - ?2 WHERE id = ?1", line, jobs);

    /// <summary>Jobs that waited for room in a line left it for good.</summary>
    public static void LeaveOutside(SqliteSession session, long line, int jobs) => session.Execute("UPDATE lines SET deferred = deferred - ?2 WHERE id = ?1", line, jobs);

    /// <summary>Looks up when a job of the line is due, after its jobs were changed.</summary>
    public static void FindDue(SqliteSession session, long line) => session.Execute("UPDATE lines SET due_at = ?2 WHERE id = ?1", line, NextDue(session, line));

    /// <summary>0 when a job of the line may be claimed, or it has none; else the earliest time of one that waits.</summary>
    public static long NextDue(SqliteSession session, long line) => session.First(
        """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM jobs WHERE line = ?1 AND state = 0 AND due_at IS NULL) THEN 0
                    ELSE coalesce((SELECT min(due_at) FROM jobs WHERE line = ?1 AND state = 0 AND due_at IS NOT NULL), 0) END
        """,
        row => row.GetInt64(0), line);

    /// <summary>Lines with deferred jobs and fewer waiting ones than so many, the shortest first.</summary>
    public static List<long> WithRoom(SqliteSession session, long below, int atMost) => session.All(
        "SELECT id FROM lines WHERE deferred > 0 AND queued < ?1 ORDER BY queued LIMIT ?2", row => row.GetInt64(0), below, atMost);

    /// <summary>Targets of lines with at least so many waiting jobs, the longest first; not below <see cref="SqliteSchema.LongLine"/>.</summary>
    public static List<LongLine> Long(SqliteSession session, long from, int atMost) => session.All(
        $"SELECT target, queued FROM lines WHERE queued >= {SqliteSchema.LongLine} AND queued >= ?1 ORDER BY queued DESC LIMIT ?2",
        row => new LongLine(new TargetKey(row.GetString(0)), row.GetInt64(1)), from, atMost);

    /// <summary>A job comes back into its line.</summary>
    /// <param name="dueAt">0 when it may be claimed at once.</param>
    public static void Return(SqliteSession session, long line, long dueAt) => session.Execute(
        "UPDATE lines SET due_at = CASE WHEN queued = 0 THEN ?2 ELSE min(due_at, ?2) END, queued = queued + 1 WHERE id = ?1", line, dueAt);

    /// <summary>A job left a line; the lines of its target, in every lane, are ready again when the target may be asked.</summary>
    /// <param name="nextDue">Of the line: 0 when another job may be claimed, else the earliest time of one that waits.</param>
    /// <remarks>The target must have been accounted for.</remarks>
    public static void Serve(SqliteSession session, ReadyLine line, long opensAt, WaitCause why, long nextDue, long served) => session.Execute(
        """
        UPDATE lines SET opens_at = ?2, served = ?3, why = ?6,
               queued = CASE WHEN id = ?4 THEN queued - 1 ELSE queued END, due_at = CASE WHEN id = ?4 THEN ?5 ELSE due_at END
         WHERE target = ?1
        """,
        line.Target.Value, opensAt, served, line.Id, nextDue, (int)why);

    /// <summary>The target must not be asked before this time: none of its lines is ready before.</summary>
    public static void Close(SqliteSession session, TargetKey target, long opensAt, WaitCause why, long now)
    {
        SqliteWaits.Account(session, target, now);
        session.Execute("UPDATE lines SET opens_at = ?2, why = ?3 WHERE target = ?1", target.Value, opensAt, (int)why);
    }

    /// <summary>A request to the target ended: its lines are no longer set aside.</summary>
    public static void PutBack(SqliteSession session, TargetKey target, long now)
    {
        if (!session.First("SELECT 1 FROM lines WHERE target = ?1 AND opens_at = ?2", _ => true, target.Value, SqliteSchema.SetAside))
            return;

        SqliteWaits.Account(session, target, now);
        session.Execute("UPDATE lines SET opens_at = ?2 WHERE target = ?1 AND opens_at = ?3", target.Value, now, SqliteSchema.SetAside);
    }

    /// <summary>As <see cref="PutBack"/>, of the target that a line is of: not always its jobs' site (<see cref="TargetKey.Stored"/>).</summary>
    public static void PutBackWith(SqliteSession session, long line, long now)
    {
        if (session.First("SELECT target FROM lines WHERE id = ?1", row => row.GetString(0), line) is { } target)
            PutBack(session, new TargetKey(target), now);
    }

    /// <summary>Puts back every line that has jobs and is set aside: whoever was to put it back may have died.</summary>
    public static void PutBackWaiting(SqliteSession session, long now)
    {
        foreach (var engine in Engines)
        {
            foreach (var lane in Lanes)
            {
                var targets = session.All(
                    "SELECT DISTINCT target FROM lines WHERE engine = ?1 AND lane = ?2 AND queued > 0 AND ready_at = ?3 AND opens_at = ?3",
                    row => new TargetKey(row.GetString(0)), (int)engine, (int)lane, SqliteSchema.SetAside);
                foreach (var target in targets)
                    PutBack(session, target, now);
            }
        }
    }

    /// <summary>Puts back every line, whether it has jobs or not: nothing is in flight.</summary>
    public static void PutBackAll(SqliteSession session, long now)
    {
        SqliteWaits.AccountSetAside(session, now);
        session.Execute("UPDATE lines SET opens_at = ?1 WHERE opens_at = ?2", now, SqliteSchema.SetAside);
    }
}
