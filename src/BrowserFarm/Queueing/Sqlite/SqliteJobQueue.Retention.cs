namespace BrowserFarm.Queueing.Sqlite;

/// <content>Forgetting.</content>
public sealed partial class SqliteJobQueue
{
    public Task<ForgettablePart?> FindForgettableAsync(string recurringId, int keepRuns, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepRuns, 1);
        return Task.FromResult(_database.Read(session => SqliteRetention.Find(session, recurringId, keepRuns)));
    }

    public Task ForgetAsync(ForgettablePart part, CancellationToken cancellationToken) => _writer.WriteAsync(
        session =>
        {
            SqliteRetention.Forget(session, part);
            return true;
        },
        cancellationToken);
}
