namespace BrowserFarm.Benchmarks.Peers;

/// <summary>All rounds of one contestant, and what is quoted of them. Not safe for concurrent use.</summary>
internal sealed class Standing(string name)
{
    private readonly List<double> _rates = [];
    private readonly List<IReadOnlyDictionary<ProcessKind, double>> _costs = [];

    public string Name => name;

    /// <summary>Most memory of the browser's processes, and of all; bytes, 0 when it was not measured.</summary>
    public (long Chromium, long All) PeakBytes { get; set; }

    /// <param name="pages">That were read.</param>
    public void Add(int pages, TimeSpan took, IReadOnlyDictionary<ProcessKind, TimeSpan> processorTime)
    {
        _rates.Add(pages / took.TotalSeconds);
        _costs.Add(processorTime.ToDictionary(cost => cost.Key, cost => cost.Value.TotalMilliseconds / Math.Max(1, pages)));
    }

    public bool HasRounds => _rates.Count > 0;

    /// <value>Pages a second.</value>
    public (double Median, double Least, double Most) Rate => (MedianOf(_rates), _rates.Min(), _rates.Max());

    /// <returns>Median of the rounds, in milliseconds of processor time a page.</returns>
    public double CostOf(ProcessKind kind) => MedianOf([.. _costs.Select(cost => cost[kind])]);

    /// <value>Of all kinds together, in milliseconds a page.</value>
    public double Cost => MedianOf([.. _costs.Select(cost => cost.Values.Sum())]);

    /// <summary>How many times as fast as another: the median of the rounds, of which each was measured beside the other's.</summary>
    /// <returns>Null when there is nothing to compare.</returns>
    public double? RatioTo(Standing? other) =>
        other is { HasRounds: true } && HasRounds ? MedianOf([.. _rates.Zip(other._rates, (own, its) => own / its)]) : null;

    internal static double MedianOf(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
