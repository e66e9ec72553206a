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
public readonly record struct MemorySample(long LimitBytes, long AvailableBytes, MemorySource Source);
