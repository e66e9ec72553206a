using System.Text.Json;
using BrowserFarm.Jobs;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The statements on recurring crawls, their runs, and what earlier runs read.</summary>
internal static class SqliteRecurring
{
    private sealed record Row(long Number, CrawlSpec Spec, long NextRunAt, int Runs);

    public static void Create(SqliteSession session, Crawl crawl, IReadOnlyList<NewJob> seeds, DateTimeOffset firstRunAt)
    {
        var number = session.First(
            "INSERT INTO recurring (id, spec, created_at, next_run_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING RETURNING number",
            row => (long?)row.GetInt64(0),
            crawl.Id, JsonSerializer.Serialize(crawl.Spec, JobsJson.Readable.CrawlSpec), crawl.CreatedAt.ToUnixTimeMilliseconds(), SqliteTime.NotBefore(firstRunAt))
            ?? throw new InvalidOperationException($"A recurring crawl named {crawl.Id} exists already.");
        var place = 0;
        foreach (var seed in seeds.DistinctBy(seed => seed.Url))
            session.Execute("INSERT INTO recurring_seeds (recurring, place, url, engine) VALUES (?1, ?2, ?3, ?4)", number, place++, seed.Url.Value, (int)seed.Engine);
    }

    public static RecurringCrawl? Find(SqliteSession session, string? id) => session.First(
        """
        SELECT recurring.id, recurring.spec, recurring.created_at, recurring.next_run_at,
               runs.number, crawls.id, runs.due_at, runs.started_at, runs.ended_at, runs.fresh_since, runs.reused
          FROM recurring LEFT JOIN runs ON runs.recurring = recurring.number LEFT JOIN crawls ON crawls.number = runs.crawl
         WHERE recurring.number = (SELECT number FROM recurring WHERE id = coalesce(?1, id) ORDER BY created_at, number LIMIT 1)
         ORDER BY runs.number DESC LIMIT 1
        """,
        row => new RecurringCrawl(
            row.GetString(0), ReadSpec(row, 1), SqliteTime.Read(row.GetInt64(2)), SqliteTime.Read(row.GetInt64(3)), row.IsDBNull(4) ? null : ReadRun(row, first: 4)),
        id);

    /// <summary>Every run of the oldest recurring crawl.</summary>
    public static List<CrawlRun> Runs(SqliteSession session) => session.All(
        """
        SELECT runs.number, crawls.id, runs.due_at, runs.started_at, runs.ended_at, runs.fresh_since, runs.reused
          FROM runs JOIN crawls ON crawls.number = runs.crawl
         WHERE runs.recurring = (SELECT number FROM recurring ORDER BY created_at, number LIMIT 1) ORDER BY runs.number
        """,
        row => ReadRun(row, first: 0));

    /// <summary>Compares and sets the due time, and stores the run with its seeds: the caller's transaction makes it one.</summary>
    /// <returns>Null when it is not this caller's to begin, or not yet.</returns>
    public static CrawlRun? Begin(SqliteSession session, SqliteSubmission submission, string id, DateTimeOffset dueAt, DateTimeOffset nextRunAt, DateTimeOffset now)
    {
        var found = session.First(
            "SELECT number, spec, next_run_at, (SELECT coalesce(max(number), 0) FROM runs WHERE recurring = recurring.number) FROM recurring WHERE id = ?1",
            row => new Row(row.GetInt64(0), ReadSpec(row, 1), row.GetInt64(2), row.GetInt32(3)), id) ?? throw QueueRules.NoSuchCrawl(id);
        var nowMs = now.ToUnixTimeMilliseconds();
        if (found.NextRunAt != dueAt.ToUnixTimeMilliseconds() || found.NextRunAt > nowMs || HasNotEnded(session, found.Number, found.Runs))
            return null;

        session.Execute("UPDATE recurring SET next_run_at = ?2 WHERE number = ?1", found.Number, SqliteTime.NotBefore(nextRunAt));
        var number = found.Runs + 1;
        var crawlId = QueueRules.NameOfRun(id, now, number, name => session.First("SELECT 1 FROM crawls WHERE id = ?1", _ => true, name));
        var seeds = session.All(
            "SELECT url, engine FROM recurring_seeds WHERE recurring = ?1 ORDER BY place",
            row => new NewJob(CanonicalUrl.Parse(row.GetString(0)), Depth: 0, Engine: (Engine)row.GetInt32(1)), found.Number);
        var spec = found.Spec with { SeedCount = Math.Min(found.Spec.MaxPages, seeds.Count) };
        var crawl = session.First(
            "INSERT INTO crawls (id, spec, created_at, max_pages, crawl_order, crawl_lane) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING number", row => row.GetInt64(0),
            crawlId, JsonSerializer.Serialize(spec, JobsJson.Readable.CrawlSpec), nowMs, spec.MaxPages, (int)spec.Order, (int)spec.Lane);
        var freshSince = QueueRules.FreshSince(spec, now);
        session.Execute(
            """
            INSERT INTO runs (recurring, number, crawl, due_at, started_at, fresh_since, after_seq)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(seq), 0) FROM results))
            """,
            found.Number, number, crawl, found.NextRunAt, nowMs, freshSince?.ToUnixTimeMilliseconds());
        var jobs = QueueRules.SeedJobs(seeds, spec);
        // A due run cannot come again later as a client can: what there is no room for waits outside of the lines.
        if (submission.Submit(session, crawlId, jobs, key: null, now).RetryAfter is not null)
            submission.Take(session, crawlId, jobs.ConvertAll(job => job with { IsDeferred = true }), nowMs);
        return Find(session, id)!.LastRun;
    }

    /// <summary>Notes the end of a run that has nothing left to do.</summary>
    public static bool End(SqliteSession session, string crawlId, long now) => session.Execute(
        """
        UPDATE runs SET ended_at = ?2
         WHERE ended_at IS NULL AND crawl = (SELECT number FROM crawls WHERE id = ?1 AND queued = 0 AND running = 0 AND deferred = 0)
        """,
        crawlId, now) == 1;

    /// <summary>Keeps in mind where the latest result of a page is, in the transaction that stored it. Nothing for crawls that take nothing again.</summary>
    public static void NoteRead(SqliteSession session, long job, PageDocument document)
    {
        // The writer is the only one, so the last result is the one just stored.
        var noted = session.Execute(
            """
            INSERT INTO last_read (recurring, url, fetched_at, result)
            SELECT runs.recurring, finished.url, ?2, (SELECT max(seq) FROM results)
              FROM finished JOIN runs ON runs.crawl = finished.crawl WHERE finished.id = ?1 AND runs.fresh_since IS NOT NULL
                ON CONFLICT (recurring, url) DO UPDATE SET fetched_at = excluded.fetched_at, result = excluded.result
            """,
            job, document.FetchedAt.ToUnixTimeMilliseconds());
        if (noted > 0 && document.Reused)
            session.Execute("UPDATE runs SET reused = reused + 1 WHERE crawl = (SELECT crawl FROM finished WHERE id = ?1)", job);
    }

    /// <summary>Pages that a crawl need not ask for; null when it is no run, or takes nothing again.</summary>
    public static Fresh? FreshPages(SqliteSession session, long crawl) => session.First(
        "SELECT recurring, fresh_since FROM runs WHERE crawl = ?1 AND fresh_since IS NOT NULL", row => new Fresh(row.GetInt64(0), row.GetInt64(1)), crawl);

    public static PageDocument? FindFresh(SqliteSession session, string crawlId, CanonicalUrl url) => session.First(
        """
        SELECT results.document
          FROM runs JOIN last_read ON last_read.recurring = runs.recurring AND last_read.url = ?2 JOIN results ON results.seq = last_read.result
         WHERE runs.crawl = (SELECT number FROM crawls WHERE id = ?1) AND last_read.fetched_at >= runs.fresh_since AND last_read.result <= runs.after_seq
        """,
        row => DocumentBlob.Unpack(row.GetFieldValue<byte[]>(0)),
        crawlId, url.Value);

    /// <summary>What earlier runs read recently enough.</summary>
    internal sealed record Fresh(long Recurring, long Since)
    {
        public bool Contains(SqliteSession session, CanonicalUrl url) => session.First(
            "SELECT 1 FROM last_read WHERE recurring = ?1 AND url = ?2 AND fetched_at >= ?3", _ => true, Recurring, url.Value, Since);
    }

    private static bool HasNotEnded(SqliteSession session, long recurring, int run) => session.First(
        """
        SELECT 1 FROM runs JOIN crawls ON crawls.number = runs.crawl
         WHERE runs.recurring = ?1 AND runs.number = ?2 AND (runs.ended_at IS NULL OR crawls.queued > 0 OR crawls.running > 0 OR crawls.deferred > 0)
        """,
        _ => true, recurring, run);

    private static CrawlSpec ReadSpec(SqliteDataReader row, int column) =>
        JsonSerializer.Deserialize(row.GetString(column), JobsJson.Readable.CrawlSpec)!;

    /// <param name="first">Of the seven columns from <c>runs.number</c> to <c>runs.reused</c>.</param>
    public static CrawlRun ReadRun(SqliteDataReader row, int first) => new(
        row.GetInt32(first), row.GetString(first + 1), SqliteTime.Read(row.GetInt64(first + 2)), SqliteTime.Read(row.GetInt64(first + 3)),
        row.IsDBNull(first + 4) ? null : SqliteTime.Read(row.GetInt64(first + 4)), row.IsDBNull(first + 5) ? null : SqliteTime.Read(row.GetInt64(first + 5)),
        row.GetInt64(first + 6));
}
