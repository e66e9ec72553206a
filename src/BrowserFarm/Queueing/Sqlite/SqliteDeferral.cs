namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Puts jobs that wait for room into their lines, inside a transaction of the writer.</summary>
internal static class SqliteDeferral
{
    /// <summary>Lines filled in one transaction: with very many of them the rest comes with the next call.</summary>
    private const int MaxLines = 100;

    private sealed record NextJob(long Id, long Crawl);

    /// <returns>How many were put into lines.</returns>
    public static int TakeUp(SqliteSession session, long lineBelow, int atMost, long now)
    {
        var taken = 0;
        foreach (var line in SqliteLines.WithRoom(session, lineBelow, MaxLines))
        {
            var room = session.First("SELECT ?2 - queued FROM lines WHERE id = ?1", row => row.GetInt64(0), line, lineBelow);
            taken += Fill(session, line, (int)Math.Min(room, atMost - taken), now);
            if (taken == atMost)
                break;
        }

        return taken;
    }

    private static int Fill(SqliteSession session, long line, int atMost, long now)
    {
        SqliteWaits.AccountWith(session, line, now);
        var jobs = session.All(
            "SELECT id, crawl FROM deferred WHERE line = ?1 ORDER BY priority DESC, rank, id LIMIT ?2", row => new NextJob(row.GetInt64(0), row.GetInt64(1)), line, atMost);
        foreach (var job in jobs)
        {
            session.Execute(
                $"""
                INSERT INTO jobs (id, crawl, line, lane, engine, url, depth, found_on, priority, rank, queued_at, w_outside, {SqliteWaits.Columns})
                SELECT deferred.id, crawl, line, deferred.lane, deferred.engine, url, depth, found_on, priority, rank, at, max(0, ?2 - at), {SqliteWaits.Columns}
                  FROM deferred JOIN lines ON lines.id = deferred.line WHERE deferred.id = ?1
                """,
                job.Id, now);
            session.Execute("DELETE FROM deferred WHERE id = ?1", job.Id);
        }

        foreach (var (crawl, count) in jobs.CountBy(job => job.Crawl))
            session.Execute("UPDATE crawls SET queued = queued + ?2, deferred = deferred - ?2 WHERE number = ?1", crawl, count);
        if (jobs.Count > 0)
            SqliteLines.TakeUp(session, line, jobs.Count);
        foreach (var crawl in jobs.Select(job => job.Crawl).Distinct())
        {
            if (session.First("SELECT phase FROM crawls WHERE number = ?1", row => (CrawlPhase)row.GetInt32(0), crawl) == CrawlPhase.Paused)
                SqliteCrawlControl.HoldBack(session, crawl, line, now);
        }

        return jobs.Count;
    }
}
