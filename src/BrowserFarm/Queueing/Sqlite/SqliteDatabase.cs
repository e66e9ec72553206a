using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>One database file: opens it, brings its schema up, hands out reading connections, and puts SQLite's errors into words.</summary>
/// <remarks>
/// Write-ahead log with <c>synchronous=FULL</c>: what was committed survives a power cut (sqlite.org/pragma.html#pragma_synchronous).
/// </remarks>
internal sealed class SqliteDatabase : IDisposable
{
    private const int BusySeconds = 5;

    private readonly ConcurrentBag<SqliteSession> _readers = [];

    private SqliteDatabase(string path) => Path = path;

    public string Path { get; }

    /// <summary>Opens or creates the database.</summary>
    /// <param name="prepare">Run once it is open, before anybody else uses it.</param>
    /// <exception cref="QueueStorageException">It cannot be opened, is damaged, is not a database, or was made by another release.</exception>
    public static SqliteDatabase Open(string path, Action<SqliteSession>? prepare = null)
    {
        SQLitePCL.Batteries_V2.Init();
        var database = new SqliteDatabase(path);
        try
        {
            using var session = database.Connect(SqliteOpenMode.ReadWriteCreate);
            session.Execute("PRAGMA journal_mode = WAL");
            var version = session.First("PRAGMA user_version", row => row.GetInt32(0));
            if (version > SqliteSchema.Version)
            {
                throw new QueueStorageException(
                    $"{path} was made by a later release (schema {version}, this program knows {SqliteSchema.Version}); use that release.");
            }

            if (version is > 0 and < SqliteSchema.Version)
            {
                throw new QueueStorageException(
                    $"{path} was made by an earlier release (schema {version}, this program needs {SqliteSchema.Version}); "
                    + "finish that crawl with the release that began it, or begin a new one.");
            }

            if (version == 0)
            {
                session.Execute("BEGIN IMMEDIATE");
                session.Execute(SqliteSchema.Create);
                session.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {SqliteSchema.Version}"));
                session.Execute("COMMIT");
            }

            session.Execute(SqliteSchema.Added);
            prepare?.Invoke(session);
            return database;
        }
        catch (SqliteException exception)
        {
            database.Dispose();
            throw database.Explain(exception);
        }
    }

    /// <summary>Opens a database that exists, for reading only; another program may be writing to it.</summary>
    /// <exception cref="QueueStorageException">It cannot be opened, is damaged, is not a database, or was made by another release.</exception>
    public static SqliteDatabase OpenToRead(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        var database = new SqliteDatabase(path);
        var version = database.Read(session => session.First("PRAGMA user_version", row => row.GetInt32(0)));
        return version == SqliteSchema.Version
            ? database
            : throw new QueueStorageException($"{path} was made by another release (schema {version}, this program knows {SqliteSchema.Version}); use that release.");
    }

    /// <summary>A connection for the one writer.</summary>
    public SqliteSession ConnectWriter()
    {
        var session = Connect(SqliteOpenMode.ReadWrite);
        // 64 MB of pages instead of 2: the inner pages of every index of a queue of millions, and those in use of its leaves.
        session.Execute("PRAGMA cache_size = -65536");
        // 16 MB of log instead of 4 between checkpoints: a page that changes often is copied once for all of that, and fewer commits wait for it.
        session.Execute("PRAGMA wal_autocheckpoint = 4096");
        return session;
    }

    /// <summary>Runs a query on a connection of its own; sees everything committed before it began.</summary>
    public T Read<T>(Func<SqliteSession, T> query)
    {
        try
        {
            if (!_readers.TryTake(out var session))
                session = Connect(SqliteOpenMode.ReadOnly);
            try
            {
                return query(session);
            }
            finally
            {
                _readers.Add(session);
            }
        }
        catch (SqliteException exception)
        {
            throw Explain(exception);
        }
    }

    /// <summary>What went wrong, with the file's name and what to do.</summary>
    public QueueStorageException Explain(SqliteException exception) => new(
        exception.SqliteErrorCode switch
        {
            13 or 10 when IsFull(exception) => $"The disk that holds {Path} is full; free some space.",
            10 => $"The disk that holds {Path} reports an error ({exception.SqliteExtendedErrorCode}); it may be full or failing.",
            11 => $"{Path} is damaged; restore it from a copy, or start a new crawl.",
            26 => $"{Path} is not a database of this program.",
            8 => $"{Path} cannot be written; check its permissions.",
            14 => $"{Path} cannot be opened; check that its folder exists and can be written.",
            5 or 6 => $"{Path} is locked by another program for more than {BusySeconds} s.",
            _ => $"{Path}: {exception.Message}",
        },
        exception)
    {
        IsDamaged = exception.SqliteErrorCode is 11 or 26,
        IsPassing = IsFull(exception) || exception.SqliteErrorCode is 5 or 6,
    };

    /// <summary>SQLITE_FULL, or SQLITE_IOERR_SHMSIZE: there was no room for the index of the log (sqlite.org/rescode.html).</summary>
    private static bool IsFull(SqliteException exception) => exception is { SqliteErrorCode: 13 } or { SqliteExtendedErrorCode: 4874 };

    public void Dispose()
    {
        while (_readers.TryTake(out var session))
            session.Dispose();
    }

    private SqliteSession Connect(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        connection.Open();
        var session = new SqliteSession(connection);
        session.Execute("PRAGMA foreign_keys = ON");
        if (mode != SqliteOpenMode.ReadOnly)
        {
            session.Execute("PRAGMA synchronous = FULL");
            session.Execute("PRAGMA journal_size_limit = 67108864");
        }

        return session;
    }
}
