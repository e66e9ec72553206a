namespace ContextPool.Memory;

/// <summary>Reads how much memory this process and its browsers may still use.</summary>
public interface IMemoryProbe
{
    /// <summary>One reading, taken now. Cheap enough for once a second (a few small files).</summary>
    /// <exception cref="IOException">The machine's memory figures cannot be read at all.</exception>
    MemorySample Sample();
}

/// <summary>Where the tightest memory limit was found.</summary>
public enum MemorySource
{
    /// <summary>The machine itself: no container limit, or one that is wider than what is free.</summary>
    Host,

    /// <summary>A control group, version 1.</summary>
    CgroupV1,

    /// <summary>A control group, version 2.</summary>
    CgroupV2,
}

/// <summary>Memory at one instant.</summary>
/// <param name="LimitBytes">The most that may be used: the smallest limit of all control groups above us and the machine's memory.</param>
/// <param name="AvailableBytes">What may still be taken: the smallest (limit − used) of all levels and the machine's <c>MemAvailable</c>; never negative.</param>
/// <param name="Source">Which of them set <see cref="AvailableBytes"/>.</param>
/// <remarks>Used memory does not count inactive file cache, which the kernel gives back on demand (the kubelet's "working set").</remarks>
public readonly record struct MemorySample(long LimitBytes, long AvailableBytes, MemorySource Source)
{
    /// <summary>Share of the limit that is in use.</summary>
    /// <value>
    /// Ratio, 0 to 1; 0 when the limit is not known (0). Of the machine's whole memory when no control group limits us: other
    /// programs that fill the machine raise it too, for they take the same memory. Limit and availability may come from two levels
    /// (a narrow group that is nearly empty on a machine that is nearly full); then it says what is left of what we might have had.
    /// </value>
    public double UsedRatio => LimitBytes <= 0 ? 0 : Math.Clamp(((double)LimitBytes - AvailableBytes) / LimitBytes, 0, 1);

    /// <summary>Share of the last 10 s in which at least one task waited for memory.</summary>
    /// <value>
    /// Percent, 0 to 100; null where the kernel does not say. Of the control group (version 2) that sets <see cref="AvailableBytes"/>,
    /// else of the machine. Source: line <c>some</c>, <c>avg10</c>, Linux <c>Documentation/accounting/psi.rst</c>; renewed every 2 s.
    /// </value>
    public double? StallSome10 { get; init; }

    /// <summary>The same for all tasks at once: nothing at all went on.</summary>
    /// <value>Percent, 0 to 100; null where the kernel does not say. Source: line <c>full</c>.</value>
    public double? StallFull10 { get; init; }

    /// <summary>Processes the kernel killed for want of memory in our own control group and those below it, since the group was made.</summary>
    /// <value>
    /// A counter; null where there is none. Version 2: <c>oom_kill</c> of <c>memory.events</c>, which counts kills in this group
    /// whichever level's limit or machine was the cause; version 1: <c>oom_kill</c> of <c>memory.oom_control</c> (without groups below).
    /// </value>
    public long? OomKills { get; init; }

    /// <summary>Times a group above us, or ours, was throttled for being over its <c>memory.high</c>.</summary>
    /// <value>
    /// A counter; only its rise means anything. Sum of <c>high</c> of <c>memory.events</c> over every level that has such a limit
    /// (an outer one counts inner ones' too); null when none has, and under version 1.
    /// </value>
    public long? HighEvents { get; init; }
}
