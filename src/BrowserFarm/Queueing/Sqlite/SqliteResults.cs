namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The statements on stored results.</summary>
internal static class SqliteResults
{
    private const string After = """
         WHERE crawl = (SELECT number FROM crawls WHERE id = ?1)
           AND seq > max(?2, coalesce((SELECT after_seq FROM runs WHERE crawl = (SELECT number FROM crawls WHERE id = ?1)), 0)) ORDER BY seq LIMIT ?3
        """;

    /// <summary>Numbers of results of a crawl; one walk along an index.</summary>
    public static List<long> Sequences(SqliteSession session, string crawlId, long afterSequence, int atMost) =>
        session.All($"SELECT seq FROM results {After}", row => row.GetInt64(0), crawlId, afterSequence, atMost);

    /// <summary>Results of a crawl in the order in which they were stored.</summary>
    public static List<StoredResult> Read(SqliteSession session, string crawlId, long afterSequence, int atMost) => session.All(
        $"SELECT seq, document FROM results {After}",
        row => new StoredResult(row.GetInt64(0), DocumentBlob.Unpack(row.GetFieldValue<byte[]>(1))),
        crawlId, afterSequence, atMost);
}
