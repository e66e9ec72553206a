namespace BrowserFarm.Queueing.Sqlite;

/// <content>What was delivered to webhooks.</content>
public sealed partial class SqliteJobQueue
{
    public Task<IReadOnlyList<string>> FindUndeliveredAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(_database.Read(SqliteDeliveries.FindUndelivered));

    public Task<Delivered> FindDeliveredAsync(string crawlId, CancellationToken cancellationToken) =>
        Task.FromResult(_database.Read(session => SqliteDeliveries.Find(session, crawlId)) ?? throw QueueRules.NoSuchCrawl(crawlId));

    public Task NoteDeliveredAsync(string crawlId, Delivered delivered, CancellationToken cancellationToken) => _writer.WriteAsync(
        session => SqliteDeliveries.Note(session, crawlId, delivered) ? true : throw QueueRules.NoSuchCrawl(crawlId),
        cancellationToken);
}
