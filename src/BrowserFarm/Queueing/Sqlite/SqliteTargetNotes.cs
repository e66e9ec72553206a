using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The statements on notes about targets.</summary>
internal static class SqliteTargetNotes
{
    /// <summary>A note replaces the target's last one.</summary>
    public static void Save(SqliteSession session, IReadOnlyList<TargetNote> notes)
    {
        foreach (var note in notes)
        {
            session.Execute(
                "INSERT OR REPLACE INTO target_notes (target, used_at, note) VALUES (?1, ?2, ?3)",
                note.Target.Value, note.UsedAt.ToUnixTimeMilliseconds(), note.Text);
        }
    }

    /// <summary>Those used last, the latest first.</summary>
    public static List<TargetNote> Read(SqliteSession session, int atMost) => session.All(
        "SELECT target, used_at, note FROM target_notes ORDER BY used_at DESC, target LIMIT ?1",
        row => new TargetNote(new TargetKey(row.GetString(0)), SqliteTime.Read(row.GetInt64(1)), row.GetString(2)),
        atMost);
}
