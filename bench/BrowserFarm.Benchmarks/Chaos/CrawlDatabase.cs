using System.IO.Compression;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Benchmarks.Chaos;

/// <summary>A crawl's database, read with nothing of the program's own: who is judged does not bear witness.</summary>
internal sealed class CrawlDatabase : IDisposable
{
    private readonly SqliteConnection _connection;

    private CrawlDatabase(SqliteConnection connection) => _connection = connection;

    public static string PathIn(string folder) => Path.Join(folder, "crawl.db");

    /// <returns>Null when there is none, or one without its tables.</returns>
    public static CrawlDatabase? TryOpen(string folder)
    {
        if (!File.Exists(PathIn(folder)))
            return null;

        SQLitePCL.Batteries_V2.Init();
        var database = new CrawlDatabase(new SqliteConnection($"Data Source={PathIn(folder)};Pooling=False"));
        database._connection.Open();
        if (database.Number("SELECT count(*) FROM sqlite_master WHERE name = 'seen'") == 1)
            return database;

        database.Dispose();
        return null;
    }

    public long Number(string sql) => Rows(sql, row => row.GetInt64(0)).Single();

    public List<string> Texts(string sql) => Rows(sql, row => row.GetString(0));

    /// <summary>Results in their order, the documents unpacked.</summary>
    public IEnumerable<(long Sequence, JsonElement Document)> Results() => Rows(
        "SELECT seq, document FROM results ORDER BY seq",
        row =>
        {
            using var unpacked = new BrotliStream(new MemoryStream(row.GetFieldValue<byte[]>(1)), CompressionMode.Decompress);
            using var document = JsonDocument.Parse(unpacked);
            return (row.GetInt64(0), document.RootElement.Clone());
        });

    public void Dispose() => _connection.Dispose();

    private List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this folder's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }
}
