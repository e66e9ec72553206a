using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <content>Crawls and jobs held, let go, and called off.</content>
public sealed partial class SqliteJobQueue
{
    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public Task<bool> BeginCrawlAsync(Crawl crawl, IReadOnlyList<NewJob> seeds, CancellationToken cancellationToken) => _writer.WriteAsync(
        session =>
        {
            if (!SqliteCrawlControl.Create(session, crawl))
                return false;
            _submission.Take(session, crawl.Id, seeds, NowMs);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<CrawlEntry>> ListCrawlsAsync(long? before, int atMost, string? name, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CrawlEntry>>(_database.Read(session => SqliteCrawlControl.List(session, before, atMost, name)));

    public Task<IReadOnlyList<string>> FindHalfCancelledAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>(_database.Read(session => session.All(
        "SELECT id FROM crawls WHERE (queued > 0 OR deferred > 0) AND phase = ?1 ORDER BY number", row => row.GetString(0), (int)CrawlPhase.Cancelled)));

    public Task<CrawlEntry?> FindEntryAsync(string crawlId, CancellationToken cancellationToken) =>
        Task.FromResult(_database.Read(session => SqliteCrawlControl.Find(session, crawlId)));

    public Task<long> CountWaitingAsync(string owner, CancellationToken cancellationToken) => Task.FromResult(_database.Read(session => session.First(
        "SELECT coalesce(sum(queued + deferred), 0) FROM crawls WHERE (queued > 0 OR deferred > 0) AND json_extract(spec, '$.owner') = ?1", row => row.GetInt64(0), owner)));

    public Task<CrawlPhase> PauseAsync(string crawlId, CancellationToken cancellationToken) =>
        _writer.WriteAsync(session => SqliteCrawlControl.Pause(session, crawlId, NowMs), cancellationToken);

    public Task<CrawlPhase> ResumeAsync(string crawlId, CancellationToken cancellationToken) =>
        _writer.WriteAsync(session => SqliteCrawlControl.Resume(session, crawlId, NowMs), cancellationToken);

    public Task<int> CancelAsync(string crawlId, int atMost, CancellationToken cancellationToken) =>
        _writer.WriteAsync(session => SqliteCrawlControl.Cancel(session, crawlId, atMost), cancellationToken);

    public Task<JobState?> CancelJobAsync(long job, CancellationToken cancellationToken) =>
        _writer.WriteAsync(session => SqliteCrawlControl.CancelJob(session, job), cancellationToken);
}
