namespace ContextPool.Memory;

/// <summary>What one more tab is expected to need: a prior that fades as tabs are measured. May be used by several threads.</summary>
/// <remarks>
/// <c>(20 · prior + n · p95) / (20 + n)</c>, where n is the number of measurements, at most 400, and p95 is of the latest 200 by nearest
/// rank. So it never comes nearer to p95 than 1/21 of its distance from the prior: one odd window cannot make tabs free. The upper end
/// rather than the mean is taken because what does not fit is killed.
/// </remarks>
internal sealed class TabCostEstimate
{
    /// <summary>No estimate below this, whatever was measured: 40 MB. PSS of 30–45 MB was measured for small pages in the headless shell.</summary>
    public const long MinBytes = 40L << 20;

    /// <summary>No estimate above this, whatever was measured: 600 MB, or a few giants would close the pool to everybody.</summary>
    public const long MaxBytes = 600L << 20;

    /// <summary>How many measurements the prior counts for.</summary>
    private const int PriorWeight = 20;

    private const int MaxWeight = 400;
    private const int WindowSize = 200;

    private readonly long _prior;
    private readonly long _min;
    private readonly long _max;
    private readonly Lock _gate = new();
    private readonly long[] _window = new long[WindowSize];
    private readonly long[] _sorted = new long[WindowSize];
    private int _samples;
    private int _next;
    private long _bytes;

    /// <param name="options">Their <see cref="ContextPoolOptions.TabBytes"/> is the prior; outside the bounds it widens them.</param>
    public TabCostEstimate(ContextPoolOptions options)
    {
        _prior = options.TabBytes;
        _min = Math.Min(MinBytes, _prior);
        _max = Math.Max(MaxBytes, _prior);
        _bytes = _prior;
    }

    /// <summary>The present estimate.</summary>
    /// <value>Bytes, from <see cref="MinBytes"/> to <see cref="MaxBytes"/>; the prior as long as nothing was measured.</value>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    /// <summary>Measurements taken in since the start; stays at <see cref="int.MaxValue"/>.</summary>
    public int Samples
    {
        get
        {
            lock (_gate)
                return _samples;
        }
    }

    /// <summary>Takes in what one busy tab was measured to hold.</summary>
    /// <param name="bytes">Proportional share (PSS). Zero or less is no measurement (its process is gone) and is left out.</param>
    public void Add(long bytes)
    {
        if (bytes <= 0)
            return;

        lock (_gate)
        {
            _window[_next] = bytes;
            _next = (_next + 1) % WindowSize;
            if (_samples < int.MaxValue)
                _samples++;

            double weight = Math.Min(_samples, MaxWeight);
            var blend = ((PriorWeight * (double)_prior) + (weight * PercentileUnsynchronized())) / (PriorWeight + weight);
            _bytes = (long)Math.Clamp(blend, _min, _max);
        }
    }

    private long PercentileUnsynchronized()
    {
        var sorted = _sorted.AsSpan(0, Math.Min(_samples, WindowSize));
        _window.AsSpan(0, sorted.Length).CopyTo(sorted);
        sorted.Sort();
        return sorted[(((sorted.Length * 95) + 99) / 100) - 1];
    }
}
