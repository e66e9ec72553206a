using System.Diagnostics.Metrics;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Failures;

namespace BrowserFarm.Diagnostics;

/// <summary>What the farm tells through <c>System.Diagnostics.Metrics</c>; listed with what it means in <c>docs/metrics.md</c>. Safe for concurrent use.</summary>
/// <remarks>Tags are closed sets: never a host, an address, a job or a crawl. What comes in as text is reduced to a known word.</remarks>
public sealed class FarmMetrics : IDisposable
{
    public const string MeterName = "BrowserFarm";

    /// <summary>From a neighbour's cache to the longest that a server is waited for.</summary>
    private static readonly InstrumentAdvice<double> AnswerBuckets = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };

    /// <summary>From a page without scripts to the longest attempt there may be.</summary>
    private static readonly InstrumentAdvice<double> PageBuckets = new() { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120] };

    private readonly Meter _meter = new(MeterName);
    private readonly GaugeBoard _board;
    private TargetBoard? _targets;
    private readonly Counter<long> _begun;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _proxyErrors;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _framesSpared;
    private readonly Counter<long> _tabsCompared;
    private readonly Counter<long> _cuts;
    private readonly Counter<long> _blocks;
    private readonly Counter<long> _claimsLost;
    private readonly Counter<long> _claimsFenced;
    private readonly Histogram<double> _firstByte;
    private readonly Histogram<double> _load;
    private readonly Histogram<double> _total;
    private int _hasZeros;

    public FarmMetrics(TimeProvider time)
    {
        _begun = _meter.CreateCounter<long>("browserfarm.attempts.begun", "{attempt}", "Attempts begun");
        _ended = _meter.CreateCounter<long>("browserfarm.attempts.ended", "{attempt}", "Attempts ended, by what they came to");
        _failures = _meter.CreateCounter<long>("browserfarm.attempts.failures", "{attempt}", "Attempts that failed, by class, also those that are made again");
        _retries = _meter.CreateCounter<long>("browserfarm.jobs.retries", "{retry}", "Jobs put back in line to be tried again");
        _deadLetters = _meter.CreateCounter<long>("browserfarm.jobs.dead_letters", "{job}", "Jobs given up, by class of the last failure");
        _proxyErrors = _meter.CreateCounter<long>("browserfarm.proxy.errors", "{error}", "Attempts that failed because of the proxy");
        _bytes = _meter.CreateCounter<long>("browserfarm.results.bytes", "By", "Size of the texts of stored results: HTML, text, Markdown");
        _framesSpared = _meter.CreateCounter<long>("browserfarm.pages.frameless", "{page}", "Pages read in a tab that draws nothing, those that were only compared included");
        _tabsCompared = _meter.CreateCounter<long>("browserfarm.pages.compared", "{page}", "Pages read in both kinds of tabs to see whether they are the same");
        _cuts = _meter.CreateCounter<long>("browserfarm.limiter.cuts", "{cut}", "Times a target's limit was cut because it was overloaded");
        _blocks = _meter.CreateCounter<long>("browserfarm.limiter.blocks", "{block}", "Times a target refused and was left alone for a time");
        _claimsLost = _meter.CreateCounter<long>("browserfarm.claims.lost", "{claim}", "Claims that ran out because nobody was heard of");
        _claimsFenced = _meter.CreateCounter<long>("browserfarm.claims.fenced", "{claim}", "Attempts ended, or settlements refused, because their claim was no longer held");
        _firstByte = _meter.CreateHistogram("browserfarm.page.first_byte", "s", "Time from the navigation to the first byte of the answer", tags: null, AnswerBuckets);
        _load = _meter.CreateHistogram("browserfarm.page.load", "s", "Time from the navigation until the page was ready", tags: null, PageBuckets);
        _total = _meter.CreateHistogram("browserfarm.page.total", "s", "Time from the navigation until the page was captured", tags: null, PageBuckets);
        _board = new GaugeBoard(_meter, time);
    }

    /// <summary>Shows the state from now on. To be called about once a second: what was shown longer than <see cref="GaugeBoard.FreshFor"/> ago is not shown any more.</summary>
    public void Show(FarmGauges gauges)
    {
        if (Interlocked.Exchange(ref _hasZeros, 1) == 0)
            CountNothing();
        _board.Show(gauges);
    }

    /// <summary>Shows the busiest targets from now on, each by its name: the one exception from closed sets of tags, bounded in number.</summary>
    public void ShowTargets() => _targets ??= new TargetBoard(_meter, () => _board.Now);

    public void PageBegun(Engine engine) => _begun.Add(1, EngineTag(engine));

    /// <summary>A page was read in a tab that draws nothing.</summary>
    public void PageWithoutFrames() => _framesSpared.Add(1);

    /// <summary>A page was read in both kinds of tabs.</summary>
    public void TabsCompared() => _tabsCompared.Add(1);

    /// <summary>An attempt is settled.</summary>
    /// <param name="outcome">One of <see cref="AttemptEnds"/>.</param>
    /// <param name="failureClass">Class of the failure, as in the results; null when there was none.</param>
    /// <param name="timings">Null when there was no page.</param>
    /// <param name="bytes">Size of what was stored; 0 when nothing was.</param>
    public void PageEnded(Engine engine, string outcome, string? failureClass, PageTimings? timings, long bytes)
    {
        var by = EngineTag(engine);
        var end = AttemptEnds.Of(outcome);
        _ended.Add(1, by, Tag("outcome", end));
        if (failureClass is not null)
        {
            _failures.Add(1, by, Tag("class", FailureWords.Of(failureClass)));
            if (failureClass == FailureClasses.Proxy)
                _proxyErrors.Add(1, by);
        }

        if (end == AttemptEnds.Retried)
            _retries.Add(1, by);
        else if (end == AttemptEnds.Failed)
            _deadLetters.Add(1, by, Tag("class", FailureWords.Of(failureClass ?? FailureWords.Other)));

        if (timings is not null)
        {
            _firstByte.Record(Seconds(timings.FirstByte), by);
            _load.Record(Seconds(timings.Settled), by);
            _total.Record(Seconds(timings.Total), by);
        }

        if (bytes > 0)
            _bytes.Add(bytes, by);
    }

    public void LimitCut() => _cuts.Add(1);

    public void TargetBlocked() => _blocks.Add(1);

    public void ClaimsLost(int count) => _claimsLost.Add(count);

    public void ClaimFenced() => _claimsFenced.Add(1);

    public void Dispose() => _meter.Dispose();

    /// <summary>Begins what alerts look at with 0: a counter that appears with its first event does not rise by it.</summary>
    private void CountNothing()
    {
        foreach (var engine in Enum.GetValues<Engine>())
        {
            _begun.Add(0, EngineTag(engine));
            _retries.Add(0, EngineTag(engine));
            _proxyErrors.Add(0, EngineTag(engine));
            foreach (var end in AttemptEnds.All.Where(end => end != AttemptEnds.Other))
                _ended.Add(0, EngineTag(engine), Tag("outcome", end));
        }

        foreach (var counter in new[] { _framesSpared, _tabsCompared, _cuts, _blocks, _claimsLost, _claimsFenced })
            counter.Add(0);
    }

    private static double Seconds(int milliseconds) => Math.Max(0, milliseconds) / 1000.0;

    private static KeyValuePair<string, object?> EngineTag(Engine engine) => Tag("engine", engine == Engine.Http ? "http" : "browser");

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
