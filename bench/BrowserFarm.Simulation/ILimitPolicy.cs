using BrowserFarm.Limiting;

namespace BrowserFarm.Simulation;

/// <summary>One node's way to limit itself towards one target.</summary>
internal interface ILimitPolicy
{
    /// <summary>Requests it would have in flight at once now, for the plot.</summary>
    double Limit { get; }

    /// <summary>Not before this may a request start; null: not before one has ended.</summary>
    TimeSpan? OpensAt { get; }

    /// <summary>A request starts now.</summary>
    /// <returns>What to call when it has ended.</returns>
    Action<LimitReport> Start();
}
