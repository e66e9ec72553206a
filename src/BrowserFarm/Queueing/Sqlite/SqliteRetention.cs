namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The statements that forget runs of recurring crawls.</summary>
internal static class SqliteRetention
{
    /// <summary>Jobs in one transaction.</summary>
    private const int Batch = 500;

    public static ForgettablePart? Find(SqliteSession session, string recurringId, int keepRuns)
    {
        var run = session.First(
            """
            SELECT runs.number, crawls.id, runs.due_at, runs.started_at, runs.ended_at, runs.fresh_since, runs.reused
              FROM runs JOIN crawls ON crawls.number = runs.crawl
             WHERE runs.recurring = (SELECT number FROM recurring WHERE id = ?1)
               AND runs.number <= (SELECT max(number) FROM runs AS every WHERE every.recurring = runs.recurring) - ?2
             ORDER BY runs.number LIMIT 1
            """,
            row => SqliteRecurring.ReadRun(row, first: 0), recurringId, keepRuns);
        if (run is not { EndedAt: not null } || IsUndelivered(session, run.CrawlId))
            return null;

        var jobs = session.All(
            "SELECT id FROM finished WHERE crawl = (SELECT number FROM crawls WHERE id = ?1) ORDER BY id LIMIT ?2", row => row.GetInt64(0), run.CrawlId, Batch + 1);
        var part = jobs.Count > Batch ? jobs[..Batch] : jobs;
        var among = part.ToHashSet();
        var files = part.SelectMany(job => session.All("SELECT path FROM files WHERE job = ?1", row => row.GetString(0), job)).Distinct(StringComparer.Ordinal)
            .Where(path => session.All("SELECT job FROM files WHERE path = ?1", row => row.GetInt64(0), path).TrueForAll(among.Contains))
            .ToList();
        return new ForgettablePart(run, part, files, IsLast: jobs.Count <= Batch);
    }

    public static void Forget(SqliteSession session, ForgettablePart part)
    {
        var crawl = session.First("SELECT number FROM crawls WHERE id = ?1", row => (long?)row.GetInt64(0), part.Run.CrawlId);
        foreach (var job in part.Jobs)
        {
            session.Execute(
                """
                DELETE FROM last_read
                 WHERE recurring = (SELECT recurring FROM runs WHERE crawl = ?2) AND url = (SELECT url FROM finished WHERE id = ?1)
                   AND result IN (SELECT seq FROM results WHERE job = ?1)
                """,
                job, crawl);
            foreach (var table in new[] { "results WHERE job", "attempts WHERE job", "files WHERE job", "artifact_names WHERE job", "finished WHERE id" })
                session.Execute($"DELETE FROM {table} = ?1", job);
        }

        if (!part.IsLast)
            return;
        foreach (var table in new[] { "seen WHERE crawl", "skipped WHERE crawl", "runs WHERE crawl", "crawls WHERE number" })
            session.Execute($"DELETE FROM {table} = ?1", crawl);
    }

    private static bool IsUndelivered(SqliteSession session, string crawlId) => session.First(
        "SELECT json_extract(spec, '$.webhook') IS NOT NULL FROM crawls WHERE id = ?1", row => row.GetBoolean(0), crawlId)
        && SqliteDeliveries.Find(session, crawlId) is { WithEnd: false } or { Undelivered: > 0 };
}
