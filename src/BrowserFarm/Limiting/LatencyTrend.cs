using System.Collections.Immutable;

namespace BrowserFarm.Limiting;

/// <summary>How a target's time to the first byte compares with its best of late.</summary>
internal enum Slowdown
{
    /// <summary>At most 1.2 times the baseline, or not known yet.</summary>
    None,

    /// <summary>More than 1.2 times: it has enough to do.</summary>
    Raised,

    /// <summary>More than twice: it has too much to do.</summary>
    Doubled,
}

/// <summary>Times to the first byte, gathered into windows whose medians are compared. Immutable and pure.</summary>
/// <remarks>
/// The baseline is the least median of the last minute, not the fastest answer ever seen: one sample in hundreds is always much
/// faster than the rest, and a limit held against it would hardly ever grow. It is kept by
/// the clock and not by the number of windows: a fast target fills twelve windows in seconds, and a queue that we made ourselves would
/// become the baseline. A minute lets a target that has become slower for good have a new one.
/// </remarks>
internal sealed record LatencyTrend
{
    private const int FullWindow = 20;
    private const int LeastWindow = 8;
    private const int Slots = 12;

    /// <summary>
    /// Milliseconds within which answers are equally quick. The time to the first byte is taken beside a browser: with forty pages on two cores, and a compiler beside them, it
    /// varies by tens of milliseconds without the target's doing.
    /// </summary>
    private const double EquallyQuick = 50;

    private const double RaisedFrom = 1.2;
    private const double DoubledFrom = 2;

    /// <summary>Of a fast target more than the fewest answers are gathered, for the middle of a few is a matter of chance.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SpanTime = TimeSpan.FromSeconds(5);

    public static LatencyTrend Empty { get; } = new();

    /// <summary>Of the window being gathered, in milliseconds.</summary>
    public ImmutableArray<double> Samples { get; init; } = [];

    /// <summary>Least median of each of the last twelve spans of 5 s in which a window was filled, oldest first, in milliseconds.</summary>
    public ImmutableArray<double> Lows { get; init; } = [];

    /// <summary>Start of the span that the last of them belongs to.</summary>
    public TimeSpan SpanStart { get; init; }

    /// <summary>Median of the last full window, in milliseconds; null before there is one.</summary>
    public double? Latest { get; init; }

    /// <summary>When the first sample of the window came.</summary>
    public TimeSpan WindowStart { get; init; }

    /// <summary>As of the last full window.</summary>
    public Slowdown Slowdown { get; init; }

    /// <summary>Least median of the last minute, in milliseconds; null before there is one.</summary>
    public double? Baseline => Lows.IsEmpty ? null : Lows.Min();

    /// <summary>The last full window against the baseline: 1 as quick as ever, 2 twice as slow; null before there is one.</summary>
    public double? Ratio => Latest is { } latest && Baseline is { } baseline ? RatioOf(latest, baseline) : null;

    /// <summary>Adds an answer's time. A window is full with 20 answers when it is 1 s old, or with 8 when it is 5 s old.</summary>
    /// <param name="firstByte">Time to the first byte; negative counts as zero.</param>
    /// <returns>The trend after it, and whether this answer filled a window.</returns>
    public (LatencyTrend Trend, bool IsNewWindow) Add(TimeSpan firstByte, TimeSpan now)
    {
        var samples = Samples.Add(Math.Max(0, firstByte.TotalMilliseconds));
        var start = Samples.IsEmpty ? now : WindowStart;
        var age = now - start;
        var isFull = (samples.Length >= FullWindow && age >= LeastTime) || (samples.Length >= LeastWindow && age >= SpanTime);
        if (!isFull)
            return (this with { Samples = samples, WindowStart = start }, false);

        var median = Median(samples);
        var isSameSpan = !Lows.IsEmpty && now - SpanStart < SpanTime;
        var lows = isSameSpan ? Lows.SetItem(Lows.Length - 1, Math.Min(Lows[^1], median))
            : Lows.Length < Slots ? Lows.Add(median)
            : Lows.RemoveAt(0).Add(median);
        var ratio = RatioOf(median, lows.Min());
        var slowdown = ratio > DoubledFrom ? Slowdown.Doubled : ratio > RaisedFrom ? Slowdown.Raised : Slowdown.None;
        return (this with { Samples = [], Lows = lows, SpanStart = isSameSpan ? SpanStart : now, Latest = median, Slowdown = slowdown }, true);
    }

    private static double RatioOf(double latest, double baseline) => Math.Max(EquallyQuick, latest) / Math.Max(EquallyQuick, baseline);

    private static double Median(ImmutableArray<double> samples)
    {
        var sorted = samples.Sort();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
