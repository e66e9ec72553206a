namespace BrowserFarm.Scheduling;

/// <summary>What this machine works on, and why not on more.</summary>
/// <param name="Limit">Jobs at once.</param>
/// <param name="Busy">Jobs being worked on.</param>
/// <param name="PerSecond">Attempts ended a second, over the last minute.</param>
/// <param name="MeanTime">Mean time of an attempt, over the last minute.</param>
/// <param name="TroubleShare">Share of them that failed through our own fault, 0 to 1.</param>
/// <param name="TargetsBear">Requests at once that the targets being asked bear together.</param>
/// <remarks>
/// Little's law (J. D. C. Little, "A Proof for the Queuing Formula L = λW", 1961): jobs at once = attempts a second × mean time. So more pages a
/// second need more at once, or less time each.
/// </remarks>
public sealed record HostBudgetSnapshot(int Limit, int Busy, BudgetBound Bound, double PerSecond, TimeSpan MeanTime, double TroubleShare, int TargetsBear)
{
    /// <summary>Jobs at once that the present pace takes, by Little's law.</summary>
    public double AtOnce => PerSecond * MeanTime.TotalSeconds;

    /// <summary>Attempts a second that the limit makes possible at the present time of an attempt; null before there was one.</summary>
    public double? PossiblePerSecond => MeanTime > TimeSpan.Zero ? Limit / MeanTime.TotalSeconds : null;
}
