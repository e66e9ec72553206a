using System.Diagnostics.Metrics;

namespace BrowserFarm.Benchmarks.Reporting;

/// <summary>Keeps what the pool's own meter reports while this exists: counts added up, times one by one.</summary>
internal sealed class PoolMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Samples> _times = new(StringComparer.Ordinal);

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

    /// <summary>What histograms in seconds were told, each by itself, for those whose name begins so; in order of name.</summary>
    public IReadOnlyList<KeyValuePair<string, Samples>> Times(string prefix)
    {
        lock (_gate)
            return [.. _times.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))];
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
        {
            if (instrument is not Histogram<double> { Unit: "s" })
            {
                // Counters begin with a 0 for every tag, which is no event.
                if (value == 0)
                    return;
                _sums[name] = _sums.GetValueOrDefault(name) + value;
                return;
            }

            if (!_times.TryGetValue(name, out var samples))
                _times.Add(name, samples = new Samples());
            samples.Add(TimeSpan.FromSeconds(value));
        }
    }
}
