using BrowserFarm.Limiting;

namespace BrowserFarm.Simulation.Baselines;

/// <summary>One more for every round of good answers, half for every refusal, without epochs or pauses.</summary>
internal sealed class NaiveHalving : ILimitPolicy
{
    private const double Most = 32;

    private int _inFlight;

    public double Limit { get; private set; } = 2;

    public TimeSpan? OpensAt => _inFlight < (int)Limit ? TimeSpan.Zero : null;

    public Action<LimitReport> Start()
    {
        _inFlight++;
        return report =>
        {
            _inFlight--;
            Limit = report.Verdict == TargetVerdict.Good ? Math.Min(Most, Limit + (1 / Limit)) : Math.Max(1, Limit / 2);
        };
    }
}
