namespace ContextPool.Leasing;

/// <summary>A wish to borrow one context.</summary>
/// <param name="Holder">Who asks, in words for the log and the snapshot, for example <c>job 4711</c>; never parsed.</param>
public sealed record LeaseRequest(string Holder)
{
    /// <summary>A request with the default bounds from nobody in particular.</summary>
    public static LeaseRequest Any { get; } = new("anonymous");

    /// <summary>Longest to wait in line for a place.</summary>
    /// <value>Default 5 minutes; positive, at most <see cref="MaxBound"/>.</value>
    public TimeSpan WaitAtMost { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest to keep the context. The pool then takes it back by force, whether or not the holder still waits for something in it.</summary>
    /// <value>Default 5 minutes; positive, at most <see cref="MaxBound"/>.</value>
    public TimeSpan HoldAtMost { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time either may be: what a timer can count to, some 49 days.</summary>
    public static TimeSpan MaxBound { get; } = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    internal void ThrowIfOutOfRange()
    {
        ThrowIfOutOfRange(WaitAtMost, nameof(WaitAtMost));
        ThrowIfOutOfRange(HoldAtMost, nameof(HoldAtMost));
    }

    private static void ThrowIfOutOfRange(TimeSpan bound, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(bound, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bound, MaxBound, name);
    }
}
