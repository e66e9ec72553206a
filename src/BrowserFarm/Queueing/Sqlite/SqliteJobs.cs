using BrowserFarm.Jobs;
using Microsoft.Data.Sqlite;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>A job as its row has it.</summary>
internal static class SqliteJobs
{
    /// <summary>Columns 0 to 9: id, crawl's id, url, depth, attempts, holds, refunds, lane, priority, engine.</summary>
    public static Job Read(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), CanonicalUrl.Parse(row.GetString(2)), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5), row.GetInt32(6),
        (Lane)row.GetInt32(7), row.GetInt32(8), (Engine)row.GetInt32(9));
}
