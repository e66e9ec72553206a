using System.Diagnostics.Metrics;
using BrowserFarm.Diagnostics;
using BrowserFarm.Diagnostics.Prometheus;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Scheduling;
using ContextPool.Diagnostics;
using ContextPool.Memory;

namespace TestKit;

/// <summary>What a running farm would show, and the names of all that it can tell.</summary>
public static class SampleFarm
{
    /// <summary>Everything that can be filled in, as a running farm would.</summary>
    public static FarmGauges Gauges { get; } = new()
    {
        Lanes = [new LaneJobs(Lane.Normal, Waiting: 40, Deferred: 2), new LaneJobs(Lane.Urgent, Waiting: 1, Deferred: 0)],
        Engines = [new EngineWork(Engine.Browser, Running: 3, WorkersActive: 2, WorkersLimit: 4)],
        OldestWaiting = TimeSpan.FromSeconds(90),
        FoundPerSecond = 2,
        EndedPerSecond = 5,
        Drain = TimeSpan.FromSeconds(14),
        DiscoveryPause = OneHot.Of(DiscoveryPause.QueueFull, DiscoveryPause.None),
        TargetsPaused = 1,
        ContextsInUse = 3,
        ContextCapacity = 5,
        ContextBound = OneHot.Of(CapacityBound.Memory),
        WorkerBound = OneHot.Of(BudgetBound.Growing),
        TargetsKnown = 7,
        TargetsBlocked = 1,
        Pipeline = OneHot.Of(PipelineState.Flowing),
        IsReady = true,
    };

    /// <summary>Every metric that the farm and its pool have: its name in Prometheus' text format, and <c>counter</c>, <c>gauge</c> or <c>histogram</c>.</summary>
    public static IReadOnlyDictionary<string, string> Metrics()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name is FarmMetrics.MeterName or PoolMetrics.MeterName)
            {
                var kind = instrument.GetType().Name.Split('`')[0] switch
                {
                    "Counter" or "ObservableCounter" => PrometheusKind.Counter,
                    "Histogram" => PrometheusKind.Histogram,
                    _ => PrometheusKind.Gauge,
                };
                found[PrometheusName.Of(instrument.Name, instrument.Unit, kind).Text] = kind.ToString().ToLowerInvariant();
            }
        };
        listener.Start();
        using var farm = new FarmMetrics(TimeProvider.System);
        using var pool = new PoolMetrics();
        pool.Observe(() => throw new InvalidOperationException("Nobody asks."));
        return found;
    }
}
