namespace BrowserFarm.Queueing;

/// <summary>A Bloom filter that grows: when one is full, a larger one is put beside it. Not for two threads at a time.</summary>
/// <remarks>
/// Source: Almeida, Baquero, Preguiça and Hutchison, "Scalable Bloom Filters", 2007, without their tightening of later filters: a false
/// positive costs one query here, and with four times the size each there are never more than a handful.
/// </remarks>
internal sealed class SeenFilter
{
    /// <summary>Memory it takes at most; holds 27 million URLs at the stated ratio, and with more is only wrong more often.</summary>
    public const long MaxBytes = 32L << 20;

    private const int Growth = 4;
    private const long LeastCapacity = 16_384;

    private readonly List<BloomFilter> _filters = [];
    private long _inLast;

    /// <param name="expected">Texts that will be added at once, because they are known already.</param>
    public SeenFilter(long expected = 0) => Grow(Math.Max(LeastCapacity, expected * 2));

    public long Bytes => _filters.Sum(filter => filter.Bytes);

    public void Add(string text)
    {
        if (_inLast >= _filters[^1].Capacity)
            Grow(_filters[^1].Capacity * Growth);
        _filters[^1].Add(TextHash.Of(text));
        _inLast++;
    }

    /// <returns>False only when it was never added.</returns>
    public bool MayContain(string text)
    {
        var hash = TextHash.Of(text);
        foreach (var filter in _filters)
        {
            if (filter.MayContain(hash))
                return true;
        }

        return false;
    }

    /// <summary>Adds a filter, or as large a one as still fits; none when nothing worth it does.</summary>
    private void Grow(long capacity)
    {
        var room = MaxBytes - Bytes;
        while (capacity > LeastCapacity && BloomFilter.BytesFor(capacity) > room)
            capacity /= 2;
        if (_filters.Count > 0 && (BloomFilter.BytesFor(capacity) > room || capacity < _filters[^1].Capacity))
            return;

        _filters.Add(new BloomFilter(capacity));
        _inLast = 0;
    }
}
