using BrowserFarm.Jobs;

namespace BrowserFarm.Limiting;

/// <summary>What of a target's limit survives a restart. Times are by the calendar, for a monotonic clock does not.</summary>
/// <param name="Limit">0 for a target that was never answered.</param>
/// <param name="Unit">What a limit below 1 is a share of.</param>
/// <param name="BlockedUntil">Null when it was not blocked.</param>
/// <param name="NextStart">End of the gap after the last request; null when it was over.</param>
/// <param name="Lows">See <see cref="LatencyTrend.Lows"/>.</param>
public sealed record StoredTargetLimit(
    TargetKey Target, double Limit, TimeSpan Unit, double LastMax, bool SlowStart, int CutsInRow, DateTimeOffset? BlockedUntil, DateTimeOffset? NextStart, TimeSpan Spacing,
    IReadOnlyList<double> Lows, DateTimeOffset UsedAt)
{
    /// <summary>No block is believed for longer: a clock that was set must not close a target for years.</summary>
    private static readonly TimeSpan LongestBlock = TimeSpan.FromDays(1);

    internal static StoredTargetLimit From(TargetKey target, TargetLimitState state, TimeSpan spacing, TimeSpan now, DateTimeOffset utcNow) => new(
        target, state.IsUnknown ? 0 : state.Limit, state.Unit, state.LastMax, state.SlowStart, state.CutsInRow,
        state.BlockedUntil > now ? utcNow + (state.BlockedUntil - now) : null,
        state.NextStart > now ? utcNow + (state.NextStart - now) : null,
        spacing, state.Latency.Lows, utcNow + (state.LastUse - now));

    internal TargetLimitState ToState(TimeSpan now, DateTimeOffset utcNow, TargetLimitOptions options)
    {
        var idle = Bounded(utcNow - UsedAt, TimeSpan.FromHours(1));
        var state = Limit <= 0 ? TargetLimit.Initial() : TargetLimit.Initial() with { IsUnknown = false, Limit = Math.Min(Limit, options.Max), Unit = Unit };
        return state with
        {
            LastMax = LastMax,
            SlowStart = SlowStart,
            CutsInRow = CutsInRow,
            BlockedUntil = now + Bounded(BlockedUntil - utcNow, LongestBlock),
            NextStart = now + Bounded(NextStart - utcNow, LongestBlock),
            LastUse = now - idle,
            Latency = LatencyTrend.Empty with { Lows = [.. Lows] },
        };
    }

    private static TimeSpan Bounded(TimeSpan? wait, TimeSpan most) =>
        wait is not { } time || time <= TimeSpan.Zero ? TimeSpan.Zero : time < most ? time : most;
}
