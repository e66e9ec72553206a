using System.Text.Json;
using BrowserFarm.Jobs;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Looks into a queue without changing it, also while another program works on it.</summary>
/// <remarks>For questions of people: a URL is looked for among all jobs, which takes a second with a million of them.</remarks>
public sealed class SqliteQueueView : IDisposable
{
    private const string LineColumns = "target, lane, engine, queued, deferred, opens_at, due_at";

    internal const string ClassesOfAll = """
        SELECT crawls.id, class, pages FROM (SELECT crawl, failure_class AS class, count(*) AS pages FROM finished WHERE state = 3 GROUP BY crawl, failure_class)
          JOIN crawls ON crawls.number = crawl ORDER BY crawl DESC, pages DESC, class LIMIT ?1
        """;

    internal const string ClassesOfOne = """
        SELECT ?1, failure_class, count(*) FROM finished WHERE state = 3 AND crawl = (SELECT number FROM crawls WHERE id = ?1)
         GROUP BY failure_class ORDER BY count(*) DESC, failure_class LIMIT ?2
        """;

    internal const string ClassTotals = "SELECT failure_class, count(*) FROM finished WHERE state = 3 GROUP BY failure_class ORDER BY count(*) DESC, failure_class LIMIT ?1";

    private readonly SqliteDatabase _database;

    private SqliteQueueView(SqliteDatabase database) => _database = database;

    /// <exception cref="QueueStorageException">It cannot be opened, is damaged, or was made by another release.</exception>
    public static SqliteQueueView Open(string path) => new(SqliteDatabase.OpenToRead(path));

    /// <summary>The crawl of this name, or the oldest when none is given; null when there is none.</summary>
    public Crawl? FindCrawl(string? crawlId = null) => _database.Read(session => session.First(
        "SELECT id, spec, created_at FROM crawls WHERE id = coalesce(?1, id) ORDER BY created_at, number LIMIT 1",
        row => new Crawl(row.GetString(0), JsonSerializer.Deserialize(row.GetString(1), JobsJson.Readable.CrawlSpec)!, SqliteTime.Read(row.GetInt64(2))),
        crawlId));

    /// <summary>The recurring crawl in it, the oldest of several; null when there is none.</summary>
    public RecurringCrawl? FindRecurring() => _database.Read(session => SqliteRecurring.Find(session, id: null));

    /// <summary>The runs of the recurring crawl, the first first; empty when there is none.</summary>
    public IReadOnlyList<CrawlRun> Runs() => _database.Read(session => SqliteRecurring.Runs(session));

    /// <inheritdoc cref="IJobQueue.ReadResultsAsync"/>
    public IReadOnlyList<StoredResult> ReadResults(string crawlId, long afterSequence, int atMost) =>
        _database.Read(session => SqliteResults.Read(session, crawlId, afterSequence, atMost));

    /// <summary>What the attempts of a crawl that have ended waited for, all together.</summary>
    public Waits Waited(string crawlId) => _database.Read(session => SqliteWaits.Sum(session, crawlId));

    public CrawlCounts Count(string crawlId) => _database.Read(session => session.First(
        "SELECT queued, running, succeeded, failed, cancelled, deferred FROM crawls WHERE id = ?1",
        row => new CrawlCounts(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
        crawlId) ?? new CrawlCounts(0, 0, 0, 0, 0));

    /// <summary>Lines that have jobs, the longest first.</summary>
    public IReadOnlyList<LineView> Lines(int atMost) => _database.Read(session => session.All(
        $"SELECT {LineColumns} FROM lines WHERE queued > 0 OR deferred > 0 ORDER BY queued DESC, target, lane, engine LIMIT ?1", ReadLine, atMost));

    /// <summary>Where a URL of the crawl is.</summary>
    public Whereabouts Locate(string crawlId, CanonicalUrl url, DateTimeOffset now) => _database.Read(session =>
    {
        var crawl = session.First("SELECT number FROM crawls WHERE id = ?1", row => (long?)row.GetInt64(0), crawlId);
        var job = session.First(
            """
            SELECT id FROM jobs WHERE crawl = ?1 AND url = ?2 UNION ALL SELECT id FROM finished WHERE crawl = ?1 AND url = ?2
            UNION ALL SELECT id FROM deferred WHERE crawl = ?1 AND url = ?2 LIMIT 1
            """,
            row => (long?)row.GetInt64(0), crawl, url.Value);
        return job is { } id ? Locate(session, crawlId, id, now) : Skipped(session, crawl, url);
    });

    /// <summary>The crawl that a job is of; null when there is no such job.</summary>
    public string? CrawlOf(long job) => _database.Read(session => session.First(
        """
        SELECT id FROM crawls WHERE number = coalesce(
            (SELECT crawl FROM jobs WHERE id = ?1), (SELECT crawl FROM finished WHERE id = ?1), (SELECT crawl FROM deferred WHERE id = ?1))
        """,
        row => row.GetString(0), job));

    /// <summary>What was read for a job; null when nothing was.</summary>
    public StoredResult? ResultOf(long job) => _database.Read(session => session.First(
        "SELECT seq, document FROM results WHERE job = ?1 ORDER BY seq DESC LIMIT 1",
        row => new StoredResult(row.GetInt64(0), DocumentBlob.Unpack(row.GetFieldValue<byte[]>(1))), job));

    /// <summary>Names of the files of a job's result, in the order of the alphabet; the result is not read for it. Empty when it has none.</summary>
    /// <remarks>Of results that an earlier release stored the names are in the result alone.</remarks>
    public IReadOnlyList<string> ArtifactNamesOf(long job)
    {
        var (names, hasFiles) = _database.Read(session => (
            session.All("SELECT name FROM artifact_names WHERE job = ?1 ORDER BY name", row => row.GetString(0), job),
            session.First("SELECT EXISTS (SELECT 1 FROM files WHERE job = ?1)", row => row.GetBoolean(0), job)));
        return names.Count > 0 || !hasFiles ? names : [.. (ResultOf(job)?.Document.Artifacts?.Keys ?? []).Order(StringComparer.Ordinal)];
    }

    /// <summary>What a failed job looked like; null when it has not failed or nothing was kept.</summary>
    public Evidence? EvidenceOf(long job) => _database.Read(session => session.First(
        "SELECT evidence FROM finished WHERE id = ?1 AND evidence IS NOT NULL", row => JsonSerializer.Deserialize(row.GetString(0), JobsJson.Readable.Evidence), job));

    /// <summary>Jobs of a crawl by number.</summary>
    /// <param name="after">Number of the last one already read; 0 reads from the start.</param>
    /// <param name="filter">Which of them; looked for one after the other.</param>
    public IReadOnlyList<JobRow> Jobs(string crawlId, long after, int atMost, JobFilter? filter = null) => _database.Read(session =>
    {
        var state = filter?.State is { } wanted ? (int?)wanted : null;
        var live = filter is { State: not null, IsDeferred: true } ? -1 : state;
        var outside = filter is { State: not null, IsDeferred: false } ? -1 : (int?)null;
        var crawl = session.First("SELECT number FROM crawls WHERE id = ?1", row => (long?)row.GetInt64(0), crawlId);
        return session.All(
            """
            SELECT * FROM (SELECT id, url, depth, state, attempts, NULL FROM jobs
                WHERE crawl = ?1 AND id > ?2 AND state = coalesce(?4, state) AND (?6 IS NULL OR instr(url, ?6) > 0) ORDER BY id LIMIT ?3)
            UNION ALL SELECT * FROM (SELECT id, url, depth, state, attempts, failure_class FROM finished
                WHERE crawl = ?1 AND id > ?2 AND state = coalesce(?4, state) AND (?6 IS NULL OR instr(url, ?6) > 0) ORDER BY id LIMIT ?3)
            UNION ALL SELECT * FROM (SELECT id, url, depth, 0, 0, NULL FROM deferred
                WHERE crawl = ?1 AND id > ?2 AND ?5 IS NULL AND (?6 IS NULL OR instr(url, ?6) > 0) ORDER BY id LIMIT ?3)
            ORDER BY 1 LIMIT ?3
            """,
            row => new JobRow(row.GetInt64(0), row.GetString(1), row.GetInt32(2), (JobState)row.GetInt32(3), row.GetInt32(4), row.IsDBNull(5) ? null : row.GetString(5)),
            crawl, after, atMost, live, outside, filter?.Url);
    });

    /// <summary>For what pages were given up, and how many; by crawl, the most frequent first. Counted in an index: no job is read for it.</summary>
    /// <param name="crawlId">Null for all crawls, those begun last first.</param>
    public IReadOnlyList<FailureClassCount> FailureClasses(string? crawlId, int atMost) => _database.Read(session => crawlId is null
        ? session.All(ClassesOfAll, ReadClass, atMost)
        : session.All(ClassesOfOne, ReadClass, crawlId, atMost));

    /// <summary>The same of all crawls together: for what pages were given up, the most frequent first.</summary>
    public IReadOnlyList<(string Class, long Count)> FailureTotals(int atMost) => _database.Read(session => session.All(ClassTotals, row => (row.GetString(0), row.GetInt64(1)), atMost));

    /// <summary>Where a job of the crawl is, by its number.</summary>
    public Whereabouts Locate(string crawlId, long job, DateTimeOffset now) => _database.Read(session => Locate(session, crawlId, job, now));

    private static Whereabouts Locate(SqliteSession session, string crawlId, long id, DateTimeOffset now) =>
        Live(session, crawlId, id, now) ?? (Whereabouts?)Ended(session, crawlId, id) ?? (Whereabouts?)Deferred(session, crawlId, id) ?? new Whereabouts.Unknown();

    private static Whereabouts? Live(SqliteSession session, string crawlId, long id, DateTimeOffset now) => session.First(
        """
        SELECT id, ?2, url, depth, attempts, holds, refunds, lane, priority, engine, state, due_at, worker, started_at, line, rank, queued_at FROM jobs
         WHERE id = ?1 AND crawl = (SELECT number FROM crawls WHERE id = ?2)
        """,
        row => (
            Job: SqliteJobs.Read(row), State: (JobState)row.GetInt32(10), DueAt: row.IsDBNull(11) ? (long?)null : row.GetInt64(11),
            Worker: row.IsDBNull(12) ? "" : row.GetString(12), Since: row.IsDBNull(13) ? 0 : row.GetInt64(13), Line: row.GetInt64(14), Rank: row.GetInt64(15), QueuedAt: SqliteTime.Read(row.GetInt64(16))),
        id, crawlId) is not { Job: not null } live
        ? null
        : live.State == JobState.Running
            ? new Whereabouts.Running(live.Job, live.Worker, SqliteTime.Read(live.Since), SqliteDeadLetters.Attempts(session, id))
            : new Whereabouts.Queued(
                live.Job,
                live.DueAt is { } due and < SqliteSchema.Paused ? SqliteTime.Read(due) : null,
                Ahead(session, live.Line, live.Job, live.Rank),
                session.First($"SELECT {LineColumns} FROM lines WHERE id = ?1", ReadLine, live.Line)!,
                live.QueuedAt,
                SqliteWaits.SoFar(session, id, now.ToUnixTimeMilliseconds()),
                SqliteDeadLetters.Attempts(session, id));

    private static long Ahead(SqliteSession session, long line, Job job, long rank) => session.First(
        """
        SELECT count(*) FROM jobs WHERE line = ?1 AND state = 0 AND due_at IS NULL
           AND (priority > ?2 OR (priority = ?2 AND (rank < ?3 OR (rank = ?3 AND id < ?4))))
        """,
        row => row.GetInt64(0), line, job.Priority, rank, job.Id);

    private static Whereabouts.Ended? Ended(SqliteSession session, string crawlId, long id) => session.First(
        """
        SELECT id, ?2, url, depth, attempts, holds, refunds, lane, priority, engine, state, failure_kind, failure_class, failure_reason FROM finished
         WHERE id = ?1 AND crawl = (SELECT number FROM crawls WHERE id = ?2)
        """,
        row => (
            Job: SqliteJobs.Read(row), State: (JobState)row.GetInt32(10),
            Failure: row.IsDBNull(12) ? null : new AttemptFailure((FailureKind)row.GetInt32(11), row.GetString(12), row.GetString(13))),
        id, crawlId) is { Job: not null } ended
        ? new Whereabouts.Ended(ended.Job, ended.State, ended.Failure, SqliteDeadLetters.Attempts(session, id))
        : null;

    private static Whereabouts.Deferred? Deferred(SqliteSession session, string crawlId, long id) => session.First(
        """
        SELECT id, ?2, url, depth, 0, 0, 0, lane, priority, engine, line, rank FROM deferred WHERE id = ?1 AND crawl = (SELECT number FROM crawls WHERE id = ?2)
        """,
        row => (Job: SqliteJobs.Read(row), Line: row.GetInt64(10), Rank: row.GetInt64(11)),
        id, crawlId) is not { Job: not null } deferred
        ? null
        : new Whereabouts.Deferred(
            deferred.Job,
            session.First(
                "SELECT count(*) FROM deferred WHERE line = ?1 AND (priority > ?2 OR (priority = ?2 AND (rank < ?3 OR (rank = ?3 AND id < ?4))))",
                row => row.GetInt64(0), deferred.Line, deferred.Job.Priority, deferred.Rank, deferred.Job.Id),
            session.First($"SELECT {LineColumns} FROM lines WHERE id = ?1", ReadLine, deferred.Line)!);

    private static Whereabouts Skipped(SqliteSession session, long? crawl, CanonicalUrl url) => session.First(
        "SELECT reason, found_on FROM skipped WHERE crawl = ?1 AND url = ?2",
        row => (Whereabouts)new Whereabouts.Skipped(Enum.Parse<SkipReason>(row.GetString(0)), row.IsDBNull(1) ? null : row.GetString(1)),
        crawl, url.Value) ?? new Whereabouts.Unknown();

    private static FailureClassCount ReadClass(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt64(2));

    private static LineView ReadLine(SqliteDataReader row) => new(
        new TargetKey(row.GetString(0)),
        (Lane)row.GetInt32(1),
        (Engine)row.GetInt32(2),
        row.GetInt64(3),
        row.GetInt64(4),
        row.GetInt64(5) == SqliteSchema.SetAside ? null : SqliteTime.Read(row.GetInt64(5)),
        row.GetInt64(6) is 0 or SqliteSchema.Paused ? null : SqliteTime.Read(row.GetInt64(6)));

    public void Dispose() => _database.Dispose();
}

/// <summary>A job in a list.</summary>
/// <param name="Class">Why it failed; null when it did not.</param>
public sealed record JobRow(long Id, string Url, int Depth, JobState State, int Attempts, string? Class);

/// <summary>Which jobs of a crawl are wanted.</summary>
/// <param name="State">Null for every state.</param>
/// <param name="IsDeferred">Of the queued ones: those that wait outside of their line, and not those in it.</param>
/// <param name="Url">Part of the address; null for any.</param>
public sealed record JobFilter(JobState? State, bool IsDeferred, string? Url);

/// <summary>How many pages of a crawl were given up for one reason.</summary>
public sealed record FailureClassCount(string Crawl, string Class, long Count);
