using BrowserFarm.Limiting;

namespace BrowserFarm.Simulation.Baselines;

/// <summary>So many at once, whatever the target says: what most crawlers do.</summary>
internal sealed class FixedLimit(int limit) : ILimitPolicy
{
    private int _inFlight;

    public double Limit => limit;

    public TimeSpan? OpensAt => _inFlight < limit ? TimeSpan.Zero : null;

    public Action<LimitReport> Start()
    {
        _inFlight++;
        return _ => _inFlight--;
    }
}
