using BrowserFarm.Limiting;

namespace BrowserFarm.Simulation.Baselines;

/// <summary>Scrapy's AutoThrottle: the delay between two starts follows the latency, so that so many requests are in flight on average.</summary>
/// <remarks>
/// Source: Scrapy's documentation of the AutoThrottle extension, its algorithm and defaults: starts at 5 s, at most 60 s, target
/// concurrency 1, at most 8 at once per site; a refusal may not lower the delay; delays are spread over 0.5 to 1.5 of their length.
/// </remarks>
/// <param name="targetConcurrency">1 by default; a user who knows the site would set more.</param>
internal sealed class AutoThrottle(VirtualClock clock, Dice dice, double targetConcurrency) : ILimitPolicy
{
    private const int MostAtOnce = 8;
    private const double MostDelay = 60;

    private double _delay = 5;
    private TimeSpan _nextStart;
    private int _inFlight;

    public double Limit => Math.Min(MostAtOnce, targetConcurrency);

    public TimeSpan? OpensAt => _inFlight < MostAtOnce ? _nextStart : null;

    public Action<LimitReport> Start()
    {
        var startedAt = clock.Now;
        _inFlight++;
        _nextStart = clock.Now + TimeSpan.FromSeconds(_delay * (0.5 + dice.Next()));
        return report =>
        {
            _inFlight--;
            var aim = (clock.Now - startedAt).TotalSeconds / targetConcurrency;
            var delay = Math.Min(MostDelay, Math.Max(aim, (_delay + aim) / 2));
            if (report.Verdict == TargetVerdict.Good || delay > _delay)
                _delay = delay;
        };
    }
}
