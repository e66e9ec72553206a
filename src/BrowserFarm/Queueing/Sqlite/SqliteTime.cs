namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Times as stored: whole milliseconds since 1970, UTC.</summary>
internal static class SqliteTime
{
    /// <summary>Rounded up: nothing is ever due before its time.</summary>
    public static long NotBefore(DateTimeOffset time) => time.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds();

    public static DateTimeOffset Read(long stored) => DateTimeOffset.FromUnixTimeMilliseconds(stored);
}
