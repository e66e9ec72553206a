using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Claims jobs and lets claims hold longer, inside a transaction of the writer.</summary>
internal sealed class SqliteClaims(string path, TimeProvider time)
{
    /// <summary>Gates that may be found closed in one transaction; with more the look goes on in another, so that nobody waits long behind it.</summary>
    private const int MaxRefusals = 256;

    private long _lastServed;

    /// <summary>What a look came to.</summary>
    /// <param name="Job">Null when there was none.</param>
    /// <param name="GoOn">There may be one further on.</param>
    public sealed record Look(AdmittedJob? Job, bool GoOn);

    private sealed record ClaimedRow(long Id, long Crawl, string Url, int Depth, int Attempts, int Holds, int Refunds, int Priority, long Epoch);

    /// <summary>Claims the job that is next.</summary>
    /// <remarks>A permit that was taken is disposed when this throws; when it returns, and the transaction fails later, that is the caller's to do.</remarks>
    public Look Next(SqliteSession session, Engine engine, IReadOnlyList<Lane> lanes, ITargetGate gate, string worker, TimeSpan claimFor)
    {
        // Here and not when it was asked for: the gate's answers count from now.
        var now = time.GetUtcNow();
        foreach (var target in gate.TakeOpened())
            SqliteLines.PutBack(session, target, now.ToUnixTimeMilliseconds());

        var refusals = 0;
        foreach (var lane in lanes)
        {
            while (SqliteLines.First(session, engine, lane, now.ToUnixTimeMilliseconds()) is { } line)
            {
                if (gate.TryAdmit(line.Target, line.Queued - 1) is { } permit)
                    return new Look(new AdmittedJob(Claim(session, engine, lane, line, gate, permit, worker, now, claimFor), permit), GoOn: false);

                // Open again between the two questions: later, but surely later, or this would go round in a circle.
                var opensIn = gate.OpensIn(line.Target);
                var opensAt = QueueRules.OpensAt(opensIn, now);
                SqliteLines.Close(
                    session, line.Target, opensAt is { } at ? SqliteTime.NotBefore(at) : SqliteSchema.SetAside, QueueRules.CauseOf(opensIn, gate.IsBlocked(line.Target)),
                    now.ToUnixTimeMilliseconds());
                if (++refusals == MaxRefusals)
                    return new Look(Job: null, GoOn: true);
            }
        }

        return new Look(Job: null, GoOn: false);
    }

    /// <summary>Lets claims hold longer, as long as they are the latest of their job.</summary>
    /// <returns>Those that are not.</returns>
    public static IReadOnlyList<Claim> Renew(SqliteSession session, IReadOnlyList<Claim> claims, DateTimeOffset until)
    {
        var untilMs = until.ToUnixTimeMilliseconds();
        return [.. claims.Where(claim => !TryRenew(session, claim, untilMs))];
    }

    private static bool TryRenew(SqliteSession session, Claim claim, long until) =>
        session.Execute("UPDATE jobs SET claim_until = ?3 WHERE id = ?1 AND epoch = ?2 AND state = 1", claim.JobId, claim.Epoch, until) == 1;

    private ClaimedJob Claim(
        SqliteSession session, Engine engine, Lane lane, SqliteLines.ReadyLine line, ITargetGate gate, IDisposable permit, string worker, DateTimeOffset now, TimeSpan claimFor)
    {
        try
        {
            var nowMs = now.ToUnixTimeMilliseconds();
            SqliteWaits.Account(session, line.Target, nowMs);
            var job = session.First(
                """
                UPDATE jobs SET state = 1, attempts = attempts + 1, epoch = epoch + 1, claim_until = ?2, started_at = ?3, worker = ?4,
                       w_nobody = lines.w_nobody - jobs.w_nobody, w_blocked = lines.w_blocked - jobs.w_blocked, w_spacing = lines.w_spacing - jobs.w_spacing,
                       w_limit = lines.w_limit - jobs.w_limit, w_turn = lines.w_turn - jobs.w_turn
                  FROM lines
                 WHERE jobs.id = (SELECT id FROM jobs WHERE line = ?1 AND state = 0 AND due_at IS NULL ORDER BY priority DESC, rank, id LIMIT 1) AND lines.id = ?1
                RETURNING id, crawl, url, depth, attempts, holds, refunds, priority, epoch
                """,
                row => new ClaimedRow(
                    row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5), row.GetInt32(6),
                    row.GetInt32(7), row.GetInt64(8)),
                line.Id, nowMs + (long)claimFor.TotalMilliseconds, nowMs, worker)
                ?? throw new QueueStorageException($"{path} is damaged: the line of {line.Target} says that a job is due, and there is none. Start a new crawl.") { IsDamaged = true };

            var nextDue = line.Queued == 1 ? 0 : SqliteLines.NextDue(session, line.Id);
            var opensIn = gate.OpensIn(line.Target);
            var opensAt = QueueRules.NextTurn(opensIn, now) switch
            {
                null => SqliteSchema.SetAside,
                { } at when at > now => SqliteTime.NotBefore(at),
                _ => nowMs,   // not rounded up, or the line would not be ready for the rest of this millisecond
            };
            _lastServed = Math.Max(_lastServed + 1, now.UtcTicks);
            SqliteLines.Serve(session, line, opensAt, QueueRules.CauseOf(opensIn, gate.IsBlocked(line.Target)), nextDue, _lastServed);
            var crawlId = session.First(
                "UPDATE crawls SET queued = queued - 1, running = running + 1 WHERE number = ?1 RETURNING id", row => row.GetString(0), job.Crawl)!;
            return new ClaimedJob(
                new Job(job.Id, crawlId, CanonicalUrl.Parse(job.Url), job.Depth, job.Attempts, job.Holds, job.Refunds, lane, job.Priority, engine),
                new Claim(job.Id, job.Epoch));
        }
        catch
        {
            permit.Dispose();
            throw;
        }
    }
}
