namespace BrowserFarm.Queueing;

/// <summary>
/// What a line as a whole has waited for since it exists. A job remembers these sums when it comes into the line; what they have grown by when it is claimed is what it
/// waited for. So every second of every job is accounted for, at the cost of a few numbers a line. Immutable and pure; times are Unix milliseconds.
/// </summary>
/// <remarks>
/// From one event of the line to the next at most three things kept it, in this order: nobody worked on the crawl, its target was closed for a reason, its turn had not come.
/// The statements of <c>SqliteWaits</c> are this, in SQL.
/// </remarks>
/// <param name="Sums">Up to <paramref name="Since"/>.</param>
/// <param name="Since">Last event.</param>
/// <param name="OpensAt">Until when it is closed.</param>
/// <param name="Why">Why it is.</param>
/// <param name="DownSeen">Of the time in which nobody worked, what is in the sums.</param>
public sealed record LineClock(Waits Sums, long Since, long OpensAt, WaitCause Why, long DownSeen)
{
    /// <summary>The sums at a time not before the last event.</summary>
    /// <param name="down">Milliseconds in which nobody worked, since the queue exists.</param>
    public Waits At(long time, long down)
    {
        var whole = Math.Max(0, time - Since);
        var nobody = Math.Clamp(down - DownSeen, 0, whole);
        var closed = Math.Max(0, Math.Min(time, OpensAt) - Since - nobody);
        var turn = whole - nobody - closed;
        return Sums + new Waits(
            NobodyWorks: nobody,
            TargetBlocked: Why == WaitCause.TargetBlocked ? closed : 0,
            Spacing: Why == WaitCause.Spacing ? closed : 0,
            TargetLimit: Why is not (WaitCause.TargetBlocked or WaitCause.Spacing) ? closed : 0,
            Turn: turn);
    }

    /// <summary>An event: the line is closed until a time, or opens.</summary>
    public LineClock Next(long now, long down, long opensAt, WaitCause why) => new(At(now, down), Math.Max(Since, now), opensAt, why, down);
}
