using System.Text.Json;
using BrowserFarm.Jobs;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The embedded queue: one SQLite file. Changes go through the one writer, reads have connections of their own.</summary>
public sealed partial class SqliteJobQueue : IJobQueue
{
    private const int MaxLongLines = 100;
    private const int MostLookedPast = 1000;

    private readonly SqliteDatabase _database;
    private readonly SqliteWriter _writer;
    private readonly TimeProvider _time;

    // Used in the writer's thread only.
    private readonly SqliteSubmission _submission;
    private readonly SqliteSettlement _settlement;
    private readonly SqliteClaims _claims;

    private SqliteJobQueue(SqliteDatabase database, QueueBounds bounds, TimeProvider time)
    {
        _database = database;
        _writer = new SqliteWriter(database);
        _time = time;
        _submission = new SqliteSubmission(bounds);
        _settlement = new SqliteSettlement(_submission);
        _claims = new SqliteClaims(database.Path, time);
    }

    /// <summary>Opens or creates a queue.</summary>
    /// <param name="path">The database file; its folder must exist and be on a local disk.</param>
    /// <param name="bounds">How much it takes in; null for the defaults.</param>
    /// <exception cref="QueueStorageException">It cannot be opened, is damaged, or was made by another release.</exception>
    public static SqliteJobQueue Open(string path, TimeProvider time, QueueBounds? bounds = null)
    {
        // Nothing is in flight yet, so no target can be at its limit.
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new SqliteJobQueue(SqliteDatabase.Open(path, session =>
        {
            SqliteWaits.TakeUpWork(session, now);
            SqliteLines.PutBackAll(session, now);
        }), bounds ?? new QueueBounds(), time);
    }

    public Task CreateCrawlAsync(Crawl crawl, CancellationToken cancellationToken) => _writer.WriteAsync(
        session => SqliteCrawlControl.Create(session, crawl) ? true : throw new InvalidOperationException($"A crawl named {crawl.Id} exists already."), cancellationToken);

    public Task<Crawl?> FindCrawlAsync(string? crawlId, CancellationToken cancellationToken) => Task.FromResult(_database.Read(session =>
        session.First(
            "SELECT id, spec, created_at FROM crawls WHERE id = coalesce(?1, id) ORDER BY created_at, number LIMIT 1",
            row => new Crawl(
                row.GetString(0),
                JsonSerializer.Deserialize(row.GetString(1), JobsJson.Readable.CrawlSpec)!,
                SqliteTime.Read(row.GetInt64(2))),
            crawlId)));

    public Task<SubmitReceipt> SubmitAsync(string crawlId, IReadOnlyList<NewJob> jobs, string? key, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        return _writer.WriteAsync(session => _submission.Submit(session, crawlId, jobs, key, now), cancellationToken);
    }

    public Task<int> TakeUpAsync(long lineBelow, int atMost, CancellationToken cancellationToken) =>
        _writer.WriteAsync(session => SqliteDeferral.TakeUp(session, lineBelow, atMost, _time.GetUtcNow().ToUnixTimeMilliseconds()), cancellationToken);

    public Task<QueueDepth> DepthAsync(long longFrom, CancellationToken cancellationToken) => Task.FromResult(_database.Read(session =>
    {
        var lanes = session.All(
            "SELECT lane, queued, deferred FROM lane_totals WHERE queued > 0 OR deferred > 0 ORDER BY lane", row => new LaneDepth((Lane)row.GetInt32(0), row.GetInt64(1), row.GetInt64(2)));
        return new QueueDepth(lanes.Sum(lane => lane.Queued), lanes.Sum(lane => lane.Deferred), SqliteLines.Long(session, longFrom, MaxLongLines), lanes);
    }));

    public Task<TimeSpan?> OldestWaitingAsync(CancellationToken cancellationToken) => Task.FromResult(_database.Read(session =>
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        // By number, which no index is needed for; a paused crawl's million jobs are not looked past.
        var first = session.All(
            "SELECT queued_at, state = 0 AND ifnull(due_at, 0) <= ?1 FROM jobs ORDER BY id LIMIT ?2",
            row => (QueuedAt: row.GetInt64(0), MayBeClaimed: row.GetBoolean(1)), now, MostLookedPast);
        foreach (var (queuedAt, mayBeClaimed) in first)
        {
            if (mayBeClaimed)
                return TimeSpan.FromMilliseconds(Math.Max(0, now - queuedAt));
        }

        return first.Count < MostLookedPast ? TimeSpan.Zero : (TimeSpan?)null;
    }));

    public Task SkipAsync(string crawlId, IReadOnlyList<SkippedUrl> urls, CancellationToken cancellationToken) => _writer.WriteAsync(
        session =>
        {
            SqliteSubmission.Skip(session, crawlId, urls);
            return true;
        },
        cancellationToken);

    public async Task<AdmittedJob?> ClaimNextAsync(
        Engine engine, IReadOnlyList<Lane> lanes, ITargetGate gate, string worker, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        while (true)
        {
            var look = await _writer.WriteAsync(
                session => _claims.Next(session, engine, lanes, gate, worker, claimFor), cancellationToken, undo: look => look.Job?.Permit.Dispose());
            if (look.Job is not null || !look.GoOn)
                return look.Job;
        }
    }

    public Task<IReadOnlyList<Claim>> RenewAsync(IReadOnlyList<Claim> claims, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        // Counted from here and not from when it is written: whoever holds the claims counts from before this call.
        var until = _time.GetUtcNow() + claimFor;
        return _writer.WriteAsync(session => SqliteClaims.Renew(session, claims, until), cancellationToken);
    }

    public Task<DateTimeOffset?> NextReadyAsync(Engine engine, CancellationToken cancellationToken) => Task.FromResult(
        _database.Read(session => SqliteLines.NextReady(session, engine)) is { } ready ? SqliteTime.Read(ready) : (DateTimeOffset?)null);

    public Task<bool> SettleAsync(Claim claim, Settlement settlement, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        // Compressed here, on the caller's thread, so that the writer only writes.
        var document = settlement is Settlement.Ack ack ? DocumentBlob.Pack(ack.Document) : null;
        return _writer.WriteAsync(
            session =>
            {
                var settled = _settlement.Settle(session, claim, settlement, document, now);
                if (settled && settlement is Settlement.Ack { Document: var read })
                    SqliteRecurring.NoteRead(session, claim.JobId, read);
                return settled;
            },
            cancellationToken);
    }

    public Task<int> RescueAsync(bool everyClaim, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        return _writer.WriteAsync(
            session =>
            {
                SqliteWaits.MarkAlive(session, now.ToUnixTimeMilliseconds());
                return _settlement.Rescue(session, everyClaim, now);
            },
            cancellationToken);
    }

    public Task<CrawlCounts> CountAsync(string? crawlId, CancellationToken cancellationToken) => Task.FromResult(_database.Read(session => crawlId is null
        ? session.First(
            """
            SELECT coalesce(sum(queued), 0), coalesce(sum(running), 0), coalesce(sum(succeeded), 0), coalesce(sum(failed), 0), coalesce(sum(cancelled), 0), coalesce(sum(deferred), 0)
              FROM lane_totals
            """,
            ReadCounts)!
        : session.First("SELECT queued, running, succeeded, failed, cancelled, deferred FROM crawls WHERE id = ?1", ReadCounts, crawlId) ?? new CrawlCounts(0, 0, 0, 0, 0)));

    public Task<IReadOnlyDictionary<SkipReason, long>> CountSkippedAsync(string crawlId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<SkipReason, long>>(_database.Read(session => session
            .All("SELECT reason, count(*) FROM skipped WHERE crawl = (SELECT number FROM crawls WHERE id = ?1) GROUP BY reason", row => (Reason: row.GetString(0), Count: row.GetInt64(1)), crawlId)
            .ToDictionary(row => Enum.Parse<SkipReason>(row.Reason), row => row.Count)));

    public Task<IReadOnlyList<StoredResult>> ReadResultsAsync(string crawlId, long afterSequence, int atMost, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StoredResult>>(_database.Read(session => SqliteResults.Read(session, crawlId, afterSequence, atMost)));

    public Task<IReadOnlyList<long>> FindSequencesAsync(string crawlId, long afterSequence, int atMost, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<long>>(_database.Read(session => SqliteResults.Sequences(session, crawlId, afterSequence, atMost)));

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(DeadLetterFilter filter, long afterJob, int atMost, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DeadLetter>>(_database.Read(session => SqliteDeadLetters.Read(session, filter, afterJob, atMost)));

    public Task<int> RequeueAsync(string crawlId, IReadOnlyList<long> jobs, CancellationToken cancellationToken) =>
        _writer.WriteAsync(session => SqliteRequeue.Requeue(session, crawlId, jobs, _time.GetUtcNow().ToUnixTimeMilliseconds()), cancellationToken);

    public Task<RequeuedPart> RequeueAsync(DeadLetterFilter filter, long afterJob, int atMost, CancellationToken cancellationToken) =>
        _writer.WriteAsync(session => SqliteRequeue.RequeuePart(session, filter, afterJob, atMost, _time.GetUtcNow().ToUnixTimeMilliseconds()), cancellationToken);

    public Task SaveTargetNotesAsync(IReadOnlyList<TargetNote> notes, CancellationToken cancellationToken) => _writer.WriteAsync(
        session =>
        {
            SqliteTargetNotes.Save(session, notes);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<TargetNote>> ReadTargetNotesAsync(int atMost, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TargetNote>>(_database.Read(session => SqliteTargetNotes.Read(session, atMost)));

    public async ValueTask DisposeAsync()
    {
        await MarkAliveAsync();
        await _writer.DisposeAsync();
        _database.Dispose();
    }

    private static CrawlCounts ReadCounts(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));

    /// <summary>The last sign of life: from now on nobody works on the queue. One that cannot be given is of seconds ago.</summary>
    private async Task MarkAliveAsync()
    {
        try
        {
            await _writer.WriteAsync(
                session =>
                {
                    SqliteWaits.MarkAlive(session, _time.GetUtcNow().ToUnixTimeMilliseconds());
                    return true;
                },
                CancellationToken.None);
        }
        catch (QueueStorageException)
        {
            // Closed before, or failing: whoever settles a job has heard of it.
        }
    }
}
