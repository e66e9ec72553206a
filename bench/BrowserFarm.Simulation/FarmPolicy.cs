using BrowserFarm.Limiting;

namespace BrowserFarm.Simulation;

/// <summary>The farm's own reducer, the very one that the service runs.</summary>
internal sealed class FarmPolicy(VirtualClock clock, Dice dice, TargetLimitOptions options) : ILimitPolicy
{
    private TargetLimitState _state = TargetLimit.Initial();

    public double Limit => _state.Limit;

    public TimeSpan? OpensAt => TargetLimit.OpensAt(_state);

    public Action<LimitReport> Start()
    {
        (_state, var token) = TargetLimit.Start(_state, clock.Now, options.Spacing, options);
        return report => _state = TargetLimit.End(_state, token, report, clock.Now, options, dice.Next());
    }
}
