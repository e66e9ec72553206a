namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The numbers of jobs: each once, for ever, whether the job goes into a line or waits for room.</summary>
/// <remarks>SQLite keeps the last one of an AUTOINCREMENT table in <c>sqlite_sequence</c>, which may be written (sqlite.org/autoinc.html).</remarks>
internal static class SqliteJobNumbers
{
    /// <summary>Takes so many numbers in a row.</summary>
    /// <returns>The first of them.</returns>
    public static long Take(SqliteSession session, int count)
    {
        if (session.First("UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = 'jobs' RETURNING seq", row => (long?)row.GetInt64(0), count) is { } last)
            return last - count + 1;

        session.Execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', ?1)", count);
        return 1;
    }
}
