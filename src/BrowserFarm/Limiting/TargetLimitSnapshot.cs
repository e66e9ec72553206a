using BrowserFarm.Jobs;

namespace BrowserFarm.Limiting;

/// <summary>One target's limit at one instant.</summary>
/// <param name="Limit">Requests that may be in flight at once.</param>
/// <param name="InFlight">Requests that the target is not done with; pages that are still rendered do not count.</param>
/// <param name="BlockedFor">Time until it may be asked again after it refused; zero when it may be asked now.</param>
/// <param name="SpacedFor">Time until the gap between two requests is over; zero when it is.</param>
/// <param name="LatencyMilliseconds">Median time to the first byte of its last answers; null before there were enough.</param>
/// <param name="BaselineMilliseconds">Its least median of late; null before there was one.</param>
/// <param name="Duration">How long a request takes from permit until the target is done with it, on average of late; null before one ended.</param>
public sealed record TargetLimitSnapshot(
    TargetKey Target, int Limit, int InFlight, TimeSpan BlockedFor, TimeSpan SpacedFor = default, double? LatencyMilliseconds = null, double? BaselineMilliseconds = null,
    TimeSpan? Duration = null)
{
    /// <summary>Requests that ended since the program started, or since it was last forgotten.</summary>
    public long Answered { get; init; }

    /// <summary>Of these, refusals: too many requests, or not able to serve them.</summary>
    public long Refused { get; init; }
}
