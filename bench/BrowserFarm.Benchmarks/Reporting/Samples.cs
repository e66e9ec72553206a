namespace BrowserFarm.Benchmarks.Reporting;

/// <summary>Measured times, and what is quoted of them. Safe for concurrent use.</summary>
internal sealed class Samples
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _all = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _all.Count;
        }
    }

    public void Add(TimeSpan sample)
    {
        lock (_gate)
            _all.Add(sample);
    }

    /// <summary>The smallest sample that at least this share of all does not exceed; no interpolation.</summary>
    /// <param name="share">0 to 1; 1 is the worst.</param>
    /// <returns>Null when there is no sample.</returns>
    public TimeSpan? Quantile(double share)
    {
        lock (_gate)
        {
            if (_all.Count == 0)
                return null;

            _all.Sort();
            return _all[Math.Clamp((int)Math.Ceiling(share * _all.Count) - 1, 0, _all.Count - 1)];
        }
    }
}

/// <summary>How times and sizes are printed.</summary>
internal static class Figures
{
    public static string Seconds(TimeSpan? time) => time is { } value ? $"{value.TotalSeconds:0.0} s" : "–";

    public static string Milliseconds(TimeSpan? time) => time is { } value ? $"{value.TotalMilliseconds:0.00} ms" : "–";

    public static string Megabytes(long bytes) => $"{bytes >> 20} MB";
}
