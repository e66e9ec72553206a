namespace BrowserFarm.Limiting;

/// <summary>Bounds of the per-target limit.</summary>
public sealed class TargetLimitOptions
{
    /// <summary>Requests in flight to a target once the first, sent alone, was answered. Default 2; 1 to 64.</summary>
    public int Start { get; set; } = 2;

    /// <summary>Most requests in flight to one target. Default 8; 1 to 64.</summary>
    public int Max { get; set; } = 8;

    /// <summary>Pause after a refusal that named none; doubles with each refusal in a row. Default 1 s.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause we choose ourselves. Default 60 s. A target's own <c>Retry-After</c> may be longer.</summary>
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromSeconds(60);
}

/// <summary>What a target's answer says about its load.</summary>
public enum TargetVerdict
{
    /// <summary>It answered as it should.</summary>
    Good,

    /// <summary>It said "too many" (429, or 503 with <c>Retry-After</c>).</summary>
    Throttled,

    /// <summary>It could not keep up (502, 503, 504, no connection, no answer in time).</summary>
    Overloaded,

    /// <summary>It says nothing about load (another status, our own crash, a stop).</summary>
    Neutral,
}

/// <summary>How many requests one target bears, and until when it wants none. Times are monotonic, from any fixed start.</summary>
/// <param name="Limit">Requests in flight at most, at least 1.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="SlowStart">It has not refused yet: the limit grows with every good answer, doubling each round, until it does.</param>
/// <param name="Epoch">Rises with every cut: of a burst of refusals to requests sent together, only the first cuts.</param>
/// <param name="GoodInRow">Good answers since the limit last changed.</param>
/// <param name="RefusalsInRow">Refusals without a good answer between them.</param>
/// <param name="BlockedUntil">No request before this time.</param>
/// <param name="NextStart">No request before this time: the least gap between two starts.</param>
internal sealed record TargetLimitState(
    int Limit, int InFlight, bool SlowStart, long Epoch, int GoodInRow, int RefusalsInRow, TimeSpan BlockedUntil, TimeSpan NextStart);

/// <summary>
/// The limit's arithmetic: a first request alone, then one more with every good answer until the first refusal, afterwards one more
/// after as many good answers as the limit allows at once; half after a refusal. Pure.
/// </summary>
/// <remarks>
/// Source: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance", 1989: additive increase with
/// multiplicative decrease converges to a fair share. Slow start and one cut per epoch follow TCP (RFC 5681 §3.1).
/// </remarks>
internal static class TargetLimit
{
    /// <summary>A target nobody has asked: one request goes first, to learn who is there and what its robots.txt asks for.</summary>
    public static TargetLimitState Initial() =>
        new(Limit: 1, InFlight: 0, SlowStart: true, Epoch: 0, GoodInRow: 0, RefusalsInRow: 0, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>The earliest time at which a request may start; null when one must end first.</summary>
    public static TimeSpan? OpensAt(TargetLimitState state) =>
        state.InFlight >= state.Limit ? null : Max(state.BlockedUntil, state.NextStart);

    public static bool IsOpen(TargetLimitState state, TimeSpan now) => OpensAt(state) is { } at && at <= now;

    /// <param name="spacing">Least time to the next start: the target's crawl delay.</param>
    public static TargetLimitState Start(TargetLimitState state, TimeSpan now, TimeSpan spacing) =>
        state with { InFlight = state.InFlight + 1, NextStart = now + spacing };

    /// <param name="epoch">The epoch in which the request started.</param>
    /// <param name="random">A number in [0, 1), spread evenly.</param>
    public static TargetLimitState End(
        TargetLimitState state, TargetVerdict verdict, TimeSpan? retryAfter, long epoch, TimeSpan now, TargetLimitOptions options, double random)
    {
        state = state with { InFlight = Math.Max(0, state.InFlight - 1) };
        return verdict switch
        {
            // An answer to a request from before the cut says nothing of the load since.
            TargetVerdict.Good => epoch == state.Epoch ? Grow(state, options) : state,
            TargetVerdict.Throttled or TargetVerdict.Overloaded => Cut(state, verdict, retryAfter, epoch, now, options, random),
            _ => state,
        };
    }

    private static TargetLimitState Grow(TargetLimitState state, TargetLimitOptions options)
    {
        var good = state.GoodInRow + 1;
        if (!state.SlowStart && good < state.Limit)
            return state with { GoodInRow = good, RefusalsInRow = 0 };

        var limit = state.SlowStart ? Math.Max(options.Start, state.Limit + 1) : state.Limit + 1;
        return state with { Limit = Math.Min(limit, options.Max), GoodInRow = 0, RefusalsInRow = 0 };
    }

    private static TargetLimitState Cut(
        TargetLimitState state, TargetVerdict verdict, TimeSpan? retryAfter, long epoch, TimeSpan now, TargetLimitOptions options, double random)
    {
        // What the target asked for holds whoever hears it, however late.
        if (retryAfter is { } asked)
            state = state with { BlockedUntil = Max(state.BlockedUntil, now + asked) };
        if (epoch != state.Epoch)
            return state;

        state = state with
        {
            Limit = Math.Max(1, state.Limit / 2),
            SlowStart = false,
            Epoch = state.Epoch + 1,
            GoodInRow = 0,
            RefusalsInRow = state.RefusalsInRow + 1,
        };
        if (retryAfter > TimeSpan.Zero || (verdict == TargetVerdict.Overloaded && state.RefusalsInRow == 1))
            return state;

        // Between half and all of the ceiling, so that the targets of many crawlers do not come back together.
        var ceiling = Math.Min(options.MaxPause.TotalSeconds, options.FirstPause.TotalSeconds * Math.Pow(2, Math.Min(state.RefusalsInRow - 1, 30)));
        return state with { BlockedUntil = Max(state.BlockedUntil, now + TimeSpan.FromSeconds(ceiling * (0.5 + (random / 2)))) };
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
