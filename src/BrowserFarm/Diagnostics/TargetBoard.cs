using System.Diagnostics.Metrics;

namespace BrowserFarm.Diagnostics;

/// <summary>One target, for its gauges.</summary>
/// <param name="Latency">Median time to the first byte; null before it is known.</param>
public sealed record TargetGauge(string Target, int Limit, int InFlight, TimeSpan BlockedFor, TimeSpan? Latency);

/// <summary>Gauges of single targets, for who asks for them: of the busiest, and of so many in all that the number of series stays bounded whatever is crawled.</summary>
internal sealed class TargetBoard
{
    /// <summary>Of the targets that are asked now, the busiest.</summary>
    public const int Busiest = 20;

    /// <summary>OpenTelemetry keeps a series once it was told. So those of the first that were ever among the busiest are all there is; what is not asked any more is NaN.</summary>
    public const int MostEver = 200;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly Func<FarmGauges?> _now;
    private readonly Meter _meter;

    /// <param name="now">The last picture; null when there is none, or it is old.</param>
    public TargetBoard(Meter meter, Func<FarmGauges?> now)
    {
        (_meter, _now) = (meter, now);
        Gauge("browserfarm.target.limit", "{request}", "Requests that may be in flight to a target at once", target => target.Limit);
        Gauge("browserfarm.target.in_flight", "{request}", "Requests in flight to a target", target => target.InFlight);
        Gauge("browserfarm.target.blocked", "s", "Time until a target that refused may be asked again; 0 when it may be now", target => target.BlockedFor.TotalSeconds);
        Gauge("browserfarm.target.latency", "s", "Median time to the first byte of a target's last answers", target => target.Latency?.TotalSeconds);
    }

    private void Gauge(string name, string unit, string description, Func<TargetGauge, double?> read) =>
        _meter.CreateObservableGauge(name, () => Measure(read), unit, description);

    private List<Measurement<double>> Measure(Func<TargetGauge, double?> read)
    {
        var busiest = (_now()?.Targets ?? []).Take(Busiest).DistinctBy(target => target.Target, StringComparer.Ordinal).ToDictionary(target => target.Target, StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var target in busiest.Keys.Where(_ => _told.Count < MostEver))
                _told.Add(target);
            return [.. _told.Select(target => new Measurement<double>(
                (busiest.TryGetValue(target, out var now) ? read(now) : null) ?? double.NaN, new KeyValuePair<string, object?>("target", target)))];
        }
    }
}
