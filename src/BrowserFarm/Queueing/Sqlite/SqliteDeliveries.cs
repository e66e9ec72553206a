namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The statements on what was delivered to webhooks.</summary>
internal static class SqliteDeliveries
{
    /// <summary>Results of a crawl that come after those delivered; of a run, its own alone.</summary>
    private const string Open = """
        results WHERE results.crawl = crawls.number
           AND seq > max(crawls.delivered, coalesce((SELECT after_seq FROM runs WHERE runs.crawl = crawls.number), 0))
        """;

    public static List<string> FindUndelivered(SqliteSession session) => session.All(
        $"SELECT id FROM crawls WHERE delivered_end = 0 OR EXISTS (SELECT 1 FROM {Open}) ORDER BY number", row => row.GetString(0));

    public static Delivered? Find(SqliteSession session, string crawlId) => session.First(
        $"SELECT delivered, (SELECT count(*) FROM {Open}), delivered_end FROM crawls WHERE id = ?1",
        row => new Delivered(row.GetInt64(0), row.GetInt64(1), row.GetBoolean(2)), crawlId);

    /// <returns>False when there is no such crawl.</returns>
    public static bool Note(SqliteSession session, string crawlId, Delivered delivered) => session.Execute(
        """
        UPDATE crawls SET delivered = max(delivered, ?2), delivered_end = CASE WHEN ?2 > delivered THEN ?3 WHEN ?2 = delivered THEN max(delivered_end, ?3) ELSE delivered_end END
         WHERE id = ?1
        """,
        crawlId, delivered.Sequence, delivered.WithEnd ? 1 : 0) == 1;
}
