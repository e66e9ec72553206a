using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The one thread that writes: gathers what is waiting into one transaction, so that one flush to disk serves many.</summary>
/// <remarks>
/// With a single writer there is no lock to wait for inside the process. Each operation runs in a savepoint of its own: one that fails
/// undoes itself and nobody else.
/// </remarks>
internal sealed class SqliteWriter : IAsyncDisposable
{
    /// <summary>Most operations in one transaction; bounds how long the first of them waits.</summary>
    private const int MaxGroup = 256;

    private readonly SqliteDatabase _database;
    private readonly Channel<Operation> _operations = Channel.CreateBounded<Operation>(new BoundedChannelOptions(4 * MaxGroup) { SingleReader = true });
    private readonly object _wake = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SqliteWriter(SqliteDatabase database)
    {
        _database = database;
        new Thread(Run) { Name = "sqlite writer", IsBackground = true }.Start();
    }

    /// <summary>Runs a change; completes when it is on disk.</summary>
    /// <param name="cancellationToken">Calls it off while it waits; once it has begun it is carried through.</param>
    /// <param name="undo">Given the result of a change that was made and then not kept, because the transaction failed: takes back what it did outside the database.</param>
    /// <exception cref="QueueStorageException">The disk is full, failing, or the database damaged; nothing was changed.</exception>
    public async Task<T> WriteAsync<T>(Func<SqliteSession, T> change, CancellationToken cancellationToken, Action<T>? undo = null)
    {
        var operation = new Operation<T>(change, undo);
        try
        {
            await _operations.Writer.WriteAsync(operation, cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw new QueueStorageException(closed.InnerException?.Message ?? $"{_database.Path} is closed.", closed);
        }

        Wake();
        return await operation.Done;
    }

    public async ValueTask DisposeAsync()
    {
        _operations.Writer.TryComplete();
        Wake();
        await _ended.Task;
    }

    private void Wake()
    {
        lock (_wake)
            Monitor.Pulse(_wake);
    }

    private void Run()
    {
        try
        {
            using var session = _database.ConnectWriter();
            var group = new List<Operation>(MaxGroup);
            while (Next() is { } first)
            {
                group.Add(first);
                while (group.Count < MaxGroup && _operations.Reader.TryRead(out var more))
                    group.Add(more);
                Commit(session, group);
                group.Clear();
            }

            session.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException exception)
        {
            var reason = _database.Explain(exception);
            _operations.Writer.TryComplete(reason);
            while (_operations.Reader.TryRead(out var operation))
                operation.Fail(reason);
        }
        finally
        {
            _ended.SetResult();
        }
    }

    /// <summary>The next operation; null when the writer is closed and everything is done. Blocks: this is the writer's own thread.</summary>
    /// <remarks>
    /// A monitor, for it waits without spinning first: a wait for a task spins, and on the two cores that a small farm has, that took from
    /// those whose work was to be waited for (measured).
    /// </remarks>
    private Operation? Next()
    {
        lock (_wake)
        {
            while (true)
            {
                if (_operations.Reader.TryRead(out var operation))
                    return operation;
                if (_operations.Reader.Completion.IsCompleted)
                    return null;
                Monitor.Wait(_wake);
            }
        }
    }

    private void Commit(SqliteSession session, List<Operation> group)
    {
        try
        {
            session.Execute("BEGIN IMMEDIATE");
            foreach (var operation in group)
            {
                session.Execute("SAVEPOINT one");
                if (!operation.TryRun(session))
                    session.Execute("ROLLBACK TO one");
                session.Execute("RELEASE one");
            }

            session.Execute("COMMIT");
        }
        catch (SqliteException exception)
        {
            // SQLite has rolled back by itself after a full disk or an I/O error, and says so when asked again.
            TryRollBack(session);
            var reason = _database.Explain(exception);
            foreach (var operation in group)
                operation.Fail(reason);
            return;
        }

        foreach (var operation in group)
            operation.Complete();
    }

    private static void TryRollBack(SqliteSession session)
    {
        try
        {
            session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // No transaction is open any more, which is what was wanted.
        }
    }

    private abstract class Operation
    {
        /// <summary>Runs it; false when it failed for a reason of its own. A failing database is thrown on: the whole group has failed.</summary>
        public abstract bool TryRun(SqliteSession session);

        /// <summary>Tells the caller the outcome, now that it is on disk.</summary>
        public abstract void Complete();

        public abstract void Fail(Exception reason);
    }

    private sealed class Operation<T>(Func<SqliteSession, T> change, Action<T>? undo) : Operation
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;
        private bool _made;
        private Exception? _failure;

        public Task<T> Done => _done.Task;

        public override bool TryRun(SqliteSession session)
        {
            try
            {
                _result = change(session);
                _made = true;
                return true;
            }
            catch (Exception exception) when (exception is not SqliteException { SqliteErrorCode: not 19 })
            {
                _failure = exception;   // 19 is SQLITE_CONSTRAINT: the change's own fault
                return false;
            }
        }

        public override void Complete()
        {
            if (_failure is null)
                _done.TrySetResult(_result);
            else
                _done.TrySetException(_failure);
        }

        public override void Fail(Exception reason)
        {
            if (_made)
                undo?.Invoke(_result);
            _done.TrySetException(reason);
        }
    }
}
