using System.Diagnostics.Metrics;

namespace BrowserFarm.Benchmarks.Reporting;

/// <summary>Adds up what the pool's own meter reports while this exists.</summary>
internal sealed class PoolMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, double> _sums = new(StringComparer.Ordinal);

    public PoolMeter()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            // What is observed rather than counted is a state, and adding states up says nothing.
            if (instrument.Meter.Name == PoolApi.Meter && !instrument.IsObservable)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Sum per instrument and tags, for those whose name begins so; in order of name.</summary>
    /// <returns>Names such as <c>browserfarm.pool.kills{rung=page}</c>.</returns>
    public IReadOnlyList<KeyValuePair<string, double>> Sums(string prefix = "")
    {
        lock (_gate)
            return [.. _sums.Where(sum => sum.Key.StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <summary>All that was added to the instruments with this prefix, whatever their tags.</summary>
    public double Total(string prefix) => Sums(prefix).Sum(sum => sum.Value);

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name;
        if (tags.Length > 0)
            name += "{" + string.Join(", ", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")) + "}";
        lock (_gate)
            _sums[name] = _sums.GetValueOrDefault(name) + value;
    }
}
