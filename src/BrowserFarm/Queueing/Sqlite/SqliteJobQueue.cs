using System.Text.Json;
using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The embedded queue: one SQLite file. Changes go through the one writer, reads have connections of their own.</summary>
public sealed class SqliteJobQueue : IJobQueue
{
    private readonly SqliteDatabase _database;
    private readonly SqliteWriter _writer;
    private readonly TimeProvider _time;

    private SqliteJobQueue(SqliteDatabase database, TimeProvider time)
    {
        _database = database;
        _writer = new SqliteWriter(database);
        _time = time;
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Opens or creates a queue.</summary>
    /// <param name="path">The database file; its folder must exist and be on a local disk.</param>
    /// <exception cref="QueueStorageException">It cannot be opened, is damaged, or was made by a later release.</exception>
    public static SqliteJobQueue Open(string path, TimeProvider time) => new(SqliteDatabase.Open(path), time);

    public Task CreateCrawlAsync(Crawl crawl, CancellationToken cancellationToken) => _writer.WriteAsync(
        session =>
        {
            var spec = JsonSerializer.Serialize(crawl.Spec, JobsJson.Readable.CrawlSpec);
            var created = session.Execute(
                "INSERT INTO crawls (id, spec, created_at, max_pages) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                crawl.Id, spec, crawl.CreatedAt.ToUnixTimeMilliseconds(), crawl.Spec.MaxPages);
            return created == 1 ? true : throw new InvalidOperationException($"A crawl named {crawl.Id} exists already.");
        },
        cancellationToken);

    public Task<Crawl?> FindCrawlAsync(string? crawlId, CancellationToken cancellationToken) => Task.FromResult(_database.Read(session =>
        session.First(
            "SELECT id, spec, created_at FROM crawls WHERE id = coalesce(?1, id) ORDER BY created_at LIMIT 1",
            row => new Crawl(
                row.GetString(0),
                JsonSerializer.Deserialize(row.GetString(1), JobsJson.Readable.CrawlSpec)!,
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2))),
            crawlId)));

    public Task<SubmitReceipt> SubmitAsync(string crawlId, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        var now = Now;
        return _writer.WriteAsync(session => SqliteStatements.Submit(session, crawlId, jobs, now), cancellationToken);
    }

    public Task SkipAsync(string crawlId, IReadOnlyList<SkippedUrl> urls, CancellationToken cancellationToken) => _writer.WriteAsync(
        session =>
        {
            if (!session.First("SELECT 1 FROM crawls WHERE id = ?1", _ => true, crawlId))
                throw QueueRules.NoSuchCrawl(crawlId);

            foreach (var url in urls)
                SqliteStatements.Skip(session, crawlId, url);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<TargetKey>> ReadyTargetsAsync(int skip, int take, CancellationToken cancellationToken)
    {
        var now = Now;
        return Task.FromResult<IReadOnlyList<TargetKey>>(_database.Read(session => session.All(
            """
            SELECT target FROM targets WHERE queued > 0
               AND EXISTS (SELECT 1 FROM jobs WHERE jobs.state = 0 AND jobs.target = targets.target AND jobs.due_at <= ?1)
             ORDER BY served, target LIMIT ?3 OFFSET ?2
            """,
            row => new TargetKey(row.GetString(0)), now, skip, take)));
    }

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        return Task.FromResult(_database.Read(session => session.First(
            "SELECT due_at FROM jobs WHERE state = 0 AND due_at > ?1 ORDER BY due_at LIMIT 1",
            row => (DateTimeOffset?)DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), now)));
    }

    public Task<ClaimedJob?> ClaimAsync(TargetKey target, string worker, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        var now = Now;
        return _writer.WriteAsync(session => SqliteStatements.Claim(session, target, worker, now, now + (long)claimFor.TotalMilliseconds), cancellationToken);
    }

    public Task<bool> SettleAsync(Claim claim, Settlement settlement, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        // Compressed here, on the caller's thread, so that the writer only writes.
        var document = settlement is Settlement.Ack ack ? DocumentBlob.Pack(ack.Document) : null;
        return _writer.WriteAsync(
            session =>
            {
                if (SqliteStatements.FindRunning(session, claim) is not { } running)
                    return false;

                SqliteStatements.Settle(session, running, settlement, document, QueueRules.NameOf(settlement), now);
                return true;
            },
            cancellationToken);
    }

    public Task<int> RescueAsync(bool everyClaim, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        return _writer.WriteAsync(
            session =>
            {
                var lost = SqliteStatements.FindExpired(session, everyClaim ? long.MaxValue : now.ToUnixTimeMilliseconds());
                foreach (var running in lost)
                    SqliteStatements.Settle(session, running, QueueRules.AfterLoss(running.Job.Refunds, now), document: null, "lost", now);
                return lost.Count;
            },
            cancellationToken);
    }

    public Task<CrawlCounts> CountAsync(string crawlId, CancellationToken cancellationToken) => Task.FromResult(_database.Read(session =>
        session.First(
            "SELECT queued, running, succeeded, failed, cancelled FROM crawls WHERE id = ?1",
            row => new CrawlCounts(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            crawlId) ?? new CrawlCounts(0, 0, 0, 0, 0)));

    public Task<IReadOnlyDictionary<SkipReason, long>> CountSkippedAsync(string crawlId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<SkipReason, long>>(_database.Read(session => session
            .All("SELECT reason, count(*) FROM skipped WHERE crawl = ?1 GROUP BY reason", row => (Reason: row.GetString(0), Count: row.GetInt64(1)), crawlId)
            .ToDictionary(row => Enum.Parse<SkipReason>(row.Reason), row => row.Count)));

    public Task<IReadOnlyList<StoredResult>> ReadResultsAsync(string crawlId, long afterSequence, int atMost, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StoredResult>>(_database.Read(session => session.All(
            "SELECT seq, document FROM results WHERE seq > ?2 AND crawl = ?1 ORDER BY seq LIMIT ?3",
            row => new StoredResult(row.GetInt64(0), DocumentBlob.Unpack(row.GetFieldValue<byte[]>(1))),
            crawlId, afterSequence, atMost)));

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(string crawlId, long afterJob, int atMost, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DeadLetter>>(_database.Read(session => SqliteStatements.DeadLetters(session, crawlId, afterJob, atMost)));

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _database.Dispose();
    }
}
