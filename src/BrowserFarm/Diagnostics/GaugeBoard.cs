using System.Diagnostics.Metrics;
using BrowserFarm.Jobs;

namespace BrowserFarm.Diagnostics;

/// <summary>The farm's gauges: told from the last <see cref="FarmGauges"/> whenever somebody collects.</summary>
/// <remarks>
/// OpenTelemetry goes on telling the last value of whatever was told once. So every gauge is told every time, with every member of its tags, and what
/// is not known is NaN, which Prometheus takes for no number: no comparison with it is true, and no line is drawn.
/// </remarks>
internal sealed class GaugeBoard
{
    /// <summary>A picture that is older is of a farm that does not look at itself any more.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);

    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private volatile Shown? _shown;

    private sealed record Shown(FarmGauges Gauges, long At);

    public GaugeBoard(Meter meter, TimeProvider time)
    {
        (_meter, _time) = (meter, time);

        Gauge("browserfarm.ready", "{farm}", "1 when work that is handed in is taken and will be worked on", now => now.IsReady ? 1 : 0, unknown: 0);
        Many("browserfarm.queue.jobs", "{job}", "Jobs that nobody works on, by lane and state", LaneJobs);
        Many("browserfarm.queue.running", "{job}", "Jobs being worked on", now => ByEngine(now, work => work.Running));
        Gauge("browserfarm.queue.oldest.age", "s", "How long the oldest job that could be claimed has been waiting", now => now.OldestWaiting?.TotalSeconds);
        Gauge("browserfarm.queue.drain", "s", "Time until the queue is empty at this pace; NaN while it does not empty", now => now.Drain?.TotalSeconds);
        Gauge("browserfarm.flow.discovered", "{page}/s", "Pages that came into the queue, over the last minute", now => now.FoundPerSecond);
        Gauge("browserfarm.flow.fetched", "{page}/s", "Pages that left the queue, over the last minute", now => now.EndedPerSecond);
        Gauge("browserfarm.flow.growth", "{page}/s", "Pages by which the queue grows, over the last minute; negative while it empties", now => now.Growth);
        Choice("browserfarm.discovery.paused", "{pause}", "1 for the reason why what is found waits outside of the lines, 0 for the others", "reason", now => now.DiscoveryPause);
        Gauge("browserfarm.discovery.paused.targets", "{target}", "Targets of which what is found waits outside because they bear no more", now => now.TargetsPaused);
        Many("browserfarm.workers.active", "{worker}", "Workers with a job in hand", now => ByEngine(now, work => work.WorkersActive));
        Many("browserfarm.workers.limit", "{worker}", "Jobs that may be worked on at once", now => ByEngine(now, work => work.WorkersLimit));
        Choice("browserfarm.workers.bound", "{bound}", "1 for the reason why no more jobs are worked on at once, 0 for the others", "bound", now => now.WorkerBound);
        Gauge("browserfarm.contexts.in_use", "{context}", "Browser contexts on loan, opening or closing", now => now.ContextsInUse);
        Gauge("browserfarm.contexts.capacity", "{context}", "Browser contexts that may be open at once", now => now.ContextCapacity);
        Choice("browserfarm.contexts.bound", "{bound}", "1 for the reason why no more contexts may be open, 0 for the others", "bound", now => now.ContextBound);
        Gauge("browserfarm.targets.known", "{target}", "Targets whose limit is known", now => now.TargetsKnown);
        Gauge("browserfarm.targets.blocked", "{target}", "Targets that refused and are left alone for a time", now => now.TargetsBlocked);
        Choice("browserfarm.pipeline.state", "{state}", "1 for how the farm is doing, 0 for the other states", "state", now => now.Pipeline);
    }

    public void Show(FarmGauges gauges) => _shown = new Shown(gauges, _time.GetTimestamp());

    /// <summary>The last picture; null when there is none, or it is old.</summary>
    public FarmGauges? Now => _shown is { } shown && _time.GetElapsedTime(shown.At) <= FreshFor ? shown.Gauges : null;

    private void Gauge(string name, string unit, string description, Func<FarmGauges, double?> read, double unknown = double.NaN) =>
        _meter.CreateObservableGauge(name, () => (Now is { } now ? read(now) : null) ?? unknown, unit, description);

    private void Many(string name, string unit, string description, Func<FarmGauges?, IEnumerable<Measurement<double>>> read) =>
        _meter.CreateObservableGauge(name, () => read(Now), unit, description);

    private void Choice(string name, string unit, string description, string tag, Func<FarmGauges, OneHot?> read)
    {
        OneHot? last = null;
        _meter.CreateObservableGauge(name, Read, unit, description);

        IEnumerable<Measurement<double>> Read()
        {
            var now = Now is { } gauges ? read(gauges) : null;
            last = now ?? last;
            foreach (var word in last?.Words ?? [])
                yield return new Measurement<double>(now is null ? double.NaN : word == now.Word ? 1 : 0, Tag(tag, word));
        }
    }

    private static IEnumerable<Measurement<double>> LaneJobs(FarmGauges? now) =>
        from lane in Enum.GetValues<Lane>()
        let jobs = now?.Lanes.Where(listed => listed.Lane == lane).ToList()
        from state in new[] { (Word: "waiting", Count: jobs?.Sum(listed => listed.Waiting)), (Word: "deferred", Count: jobs?.Sum(listed => listed.Deferred)) }
        select new Measurement<double>(state.Count ?? double.NaN, Tag("lane", OneHot.WordOf(lane)), Tag("state", state.Word));

    private static IEnumerable<Measurement<double>> ByEngine(FarmGauges? now, Func<EngineWork, long> read) =>
        from engine in Enum.GetValues<Engine>()
        select new Measurement<double>(now?.Engines.Where(work => work.Engine == engine).Sum(read) ?? double.NaN, Tag("engine", OneHot.WordOf(engine)));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
