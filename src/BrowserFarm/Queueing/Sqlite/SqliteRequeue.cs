namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Puts failed jobs back in line, inside a transaction of the writer.</summary>
internal static class SqliteRequeue
{
    private const int Failed = (int)Jobs.JobState.Failed;

    /// <summary>Puts back the next failed jobs that a filter finds; those of crawls that were called off stay.</summary>
    public static RequeuedPart RequeuePart(SqliteSession session, DeadLetterFilter filter, long afterJob, int atMost, long now)
    {
        if (filter.Crawl is { } named)
            _ = Requeue(session, named, [], now);   // there is such a crawl, and it was not called off
        var part = SqliteDeadLetters.Find(session, filter, afterJob, atMost);
        var (requeued, left) = (0, 0);
        foreach (var jobs in part.GroupBy(one => one.Crawl, one => one.Job))
        {
            var (crawl, phase) = session.First("SELECT id, phase FROM crawls WHERE number = ?1", row => (row.GetString(0), (CrawlPhase)row.GetInt32(1)), jobs.Key);
            if (phase == CrawlPhase.Cancelled)
                left += jobs.Count();
            else
                requeued += Requeue(session, crawl, [.. jobs], now);
        }

        return new RequeuedPart(requeued, left, part.Count < atMost ? null : part[^1].Job);
    }

    /// <returns>How many of them were failed jobs of this crawl.</returns>
    public static int Requeue(SqliteSession session, string crawlId, IReadOnlyList<long> jobs, long now)
    {
        var (crawl, phase) = session.First("SELECT number, phase FROM crawls WHERE id = ?1", row => ((long, CrawlPhase)?)(row.GetInt64(0), (CrawlPhase)row.GetInt32(1)), crawlId)
            ?? throw QueueRules.NoSuchCrawl(crawlId);
        if (phase == CrawlPhase.Cancelled)
            throw new CrawlCancelledException(crawlId);
        var count = 0;
        foreach (var job in jobs)
        {
            var line = session.First("SELECT line FROM finished WHERE id = ?1 AND crawl = ?2 AND state = ?3", row => (long?)row.GetInt64(0), job, crawl, Failed);
            if (line is null)
                continue;

            SqliteWaits.AccountWith(session, line.Value, now);
            // Its epoch goes on from where it was: whoever still holds an old claim cannot settle the new life of the job.
            session.Execute(
                $"""
                INSERT INTO jobs (id, crawl, line, lane, engine, url, depth, found_on, priority, rank, epoch, queued_at, {SqliteWaits.Columns})
                SELECT finished.id, crawl, line, finished.lane, finished.engine, url, depth, found_on, priority, ?2, epoch, ?3, {SqliteWaits.Columns}
                  FROM finished JOIN lines ON lines.id = finished.line WHERE finished.id = ?1
                """,
                job, QueueRules.RankOfRequeued, now);
            session.Execute("DELETE FROM finished WHERE id = ?1", job);
            SqliteLines.Return(session, line.Value, dueAt: 0);
            if (phase == CrawlPhase.Paused)
                SqliteCrawlControl.HoldBack(session, crawl, line.Value, now);
            count++;
        }

        if (count > 0)
            session.Execute("UPDATE crawls SET failed = failed - ?2, queued = queued + ?2 WHERE number = ?1", crawl, count);
        return count;
    }
}
