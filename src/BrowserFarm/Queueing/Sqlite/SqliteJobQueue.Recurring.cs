using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <content>Recurring crawls and their runs.</content>
public sealed partial class SqliteJobQueue
{
    public Task CreateRecurringAsync(Crawl crawl, IReadOnlyList<NewJob> seeds, DateTimeOffset firstRunAt, CancellationToken cancellationToken)
    {
        if (crawl.Spec.Recurrence is null)
            throw new ArgumentException("Its spec says nothing of a recurrence.", nameof(crawl));
        return _writer.WriteAsync(
            session =>
            {
                SqliteRecurring.Create(session, crawl, seeds, firstRunAt);
                return true;
            },
            cancellationToken);
    }

    public Task<RecurringCrawl?> FindRecurringAsync(string? id, CancellationToken cancellationToken) =>
        Task.FromResult(_database.Read(session => SqliteRecurring.Find(session, id)));

    public Task<CrawlRun?> BeginRunAsync(string id, DateTimeOffset dueAt, DateTimeOffset nextRunAt, CancellationToken cancellationToken)
    {
        QueueRules.ThrowIfNotLater(dueAt, nextRunAt);
        var now = _time.GetUtcNow();
        return _writer.WriteAsync(session => SqliteRecurring.Begin(session, _submission, id, dueAt, nextRunAt, now), cancellationToken);
    }

    public Task<bool> EndRunAsync(string crawlId, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return _writer.WriteAsync(session => SqliteRecurring.End(session, crawlId, now), cancellationToken);
    }

    public Task<PageDocument?> FindFreshAsync(string crawlId, CanonicalUrl url, CancellationToken cancellationToken) =>
        Task.FromResult(_database.Read(session => SqliteRecurring.FindFresh(session, crawlId, url)));
}
