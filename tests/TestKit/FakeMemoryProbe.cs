using ContextPool.Memory;

namespace TestKit;

/// <summary>Says there is as much memory as a test sets. At first more than any pool could use.</summary>
public sealed class FakeMemoryProbe : IMemoryProbe
{
    private long _availableBytes = 1L << 40;

    public long AvailableBytes
    {
        get => Volatile.Read(ref _availableBytes);
        set => Volatile.Write(ref _availableBytes, value);
    }

    public long LimitBytes { get; set; } = 1L << 40;

    /// <summary>Sets what is available so that this share of the limit is in use.</summary>
    public void Use(double ratio) => AvailableBytes = (long)(LimitBytes * (1 - ratio));

    /// <summary>Thrown instead of an answer, when set.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Processes the kernel is said to have killed so far; null when it does not say.</summary>
    public long? OomKills { get; set; }

    public MemorySample Sample() => Failure is { } failure ? throw failure : new MemorySample(LimitBytes, AvailableBytes, MemorySource.Host) { OomKills = OomKills };
}
