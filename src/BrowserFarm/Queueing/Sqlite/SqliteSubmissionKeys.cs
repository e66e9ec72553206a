namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The statements on submissions that were given a key.</summary>
internal static class SqliteSubmissionKeys
{
    /// <summary>What became of it before; null when the key is new.</summary>
    /// <exception cref="SubmissionKeyException">The key stands for another submission.</exception>
    public static SubmitReceipt? Find(SqliteSession session, string key, byte[] digest) => session.First(
        "SELECT digest, accepted, duplicates, over_budget FROM submissions WHERE key = ?1",
        row => row.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(digest)
            ? new SubmitReceipt(row.GetInt32(1), row.GetInt32(2), row.GetInt32(3))
            : throw new SubmissionKeyException(key),
        key);

    /// <summary>Remembers one, and forgets those that are too old.</summary>
    public static void Save(SqliteSession session, string key, byte[] digest, SubmitReceipt receipt, DateTimeOffset now)
    {
        session.Execute("DELETE FROM submissions WHERE at < ?1", (now - SubmissionKey.KeptFor).ToUnixTimeMilliseconds());
        session.Execute(
            "INSERT INTO submissions (key, digest, at, accepted, duplicates, over_budget) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            key, digest, now.ToUnixTimeMilliseconds(), receipt.Accepted, receipt.Duplicates, receipt.OverBudget);
    }
}
