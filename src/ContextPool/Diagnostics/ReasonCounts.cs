namespace ContextPool.Diagnostics;

/// <summary>How often each member of an enumeration was the reason. The enumeration's numbers begin at 0 and have no gap. Safe for concurrent use.</summary>
internal sealed class ReasonCounts<T>
    where T : struct, Enum
{
    private static readonly T[] Reasons = Enum.GetValues<T>();

    private readonly long[] _counts = new long[Reasons.Length];

    public void Note(T reason) => Interlocked.Increment(ref _counts[Array.IndexOf(Reasons, reason)]);

    /// <summary>Those that occurred, in the enumeration's order.</summary>
    public IReadOnlyList<KeyValuePair<T, long>> Occurred() =>
        [.. Reasons.Select((reason, place) => KeyValuePair.Create(reason, Interlocked.Read(ref _counts[place]))).Where(count => count.Value > 0)];
}
