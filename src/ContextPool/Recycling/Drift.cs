namespace ContextPool.Recycling;

/// <summary>Compares the latest durations of one operation with the first ones: median against median. Not synchronized.</summary>
internal sealed class Drift
{
    /// <summary>Samples on either side. Fewer, and one busy second would look like wear.</summary>
    public const int Samples = 20;

    /// <summary>Medians below this are noise, however many times larger they have become.</summary>
    private static readonly TimeSpan Noticeable = TimeSpan.FromMilliseconds(100);

    private readonly TimeSpan[] _latest = new TimeSpan[Samples];
    private readonly List<TimeSpan> _early = [];
    private TimeSpan? _earlyMedian;
    private int _seen;

    /// <summary>Latest median as a multiple of the early one; 1 while there are too few samples of either, or while it does not matter.</summary>
    public double Ratio
    {
        get
        {
            if (_earlyMedian is not { } early || _seen < Samples)
                return 1;

            var latest = Median(_latest);
            return latest < Noticeable || early <= TimeSpan.Zero ? 1 : latest / early;
        }
    }

    public void Add(TimeSpan took)
    {
        if (_earlyMedian is null)
        {
            _early.Add(took);
            if (_early.Count == Samples)
                _earlyMedian = Median([.. _early]);
            return;
        }

        _latest[_seen++ % Samples] = took;
    }

    private static TimeSpan Median(TimeSpan[] samples)
    {
        var sorted = (TimeSpan[])samples.Clone();
        Array.Sort(sorted);
        return sorted[sorted.Length / 2];
    }
}
