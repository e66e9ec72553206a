using ContextPool.Browsers;

namespace ContextPool.Leasing;

/// <summary>A wish to borrow one context.</summary>
/// <param name="Holder">Who asks, in words for the log and the snapshot, for example <c>job 4711</c>; never parsed.</param>
public sealed record LeaseRequest(string Holder)
{
    /// <summary>A request for a fresh context, with the default bounds, from nobody in particular.</summary>
    public static LeaseRequest Any { get; } = new("anonymous");

    /// <summary>Whose context it is. Null (default): nobody's; the context is fresh and is closed when it is returned.</summary>
    public ContextKey? Key { get; init; }

    /// <summary>What the context looks like to its pages; null for the pool's own profile. Do not change it afterwards.</summary>
    public ContextProfile? Profile { get; init; }

    /// <summary>In a tab that draws nothing, which saves a third or more of what a page costs. Nothing in it can be photographed or printed, and what pages expect of frames is made up for as well as may be. Default false.</summary>
    public bool Frameless { get; init; }

    /// <summary>
    /// The holder begins by going to an address, and does not mind what the tab shows until then: when it comes right after another lease of its key that said the same and succeeded, the tab may still
    /// show that one's page. Spares every page the way to <c>about:blank</c>, a tenth of what it costs. Default false.
    /// </summary>
    public bool Navigates { get; init; }

    /// <summary>Who suffers first when memory runs out: the lease with the lowest number, and of those the youngest. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>In a browser of its own, started for it and closed with it, whatever its key: for a page that is suspected of taking its browser down. Default false.</summary>
    public bool Alone { get; init; }

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
