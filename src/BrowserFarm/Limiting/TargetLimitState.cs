namespace BrowserFarm.Limiting;

/// <summary>How many requests one target bears, and until when it wants none. Immutable; times are monotonic, from any fixed start.</summary>
internal sealed record TargetLimitState
{
    /// <summary>
    /// Requests in flight at most; the whole part counts. Below <see cref="TargetLimit.FineBelow"/>, once the search is over: on average, for the fraction counts too, by the
    /// gap between two starts. Below 1: one at a time, and of the time only this share.
    /// </summary>
    public required double Limit { get; init; }

    /// <summary>Requests in flight.</summary>
    public int InFlight { get; init; }

    /// <summary>Nothing is known of this target: its first request goes alone.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>It has neither refused nor slowed down yet: the limit grows quickly until it does.</summary>
    public bool SlowStart { get; init; }

    /// <summary>Rises with every cut: of a burst of refusals to requests sent together, only the first cuts.</summary>
    public long Epoch { get; init; }

    /// <summary>The limit at which it refused last, or slowed down; 0 before that.</summary>
    public double LastMax { get; init; }

    /// <summary>What the next probe adds.</summary>
    public double Step { get; init; } = 1;

    /// <summary>When the limit last grew by a probe, or was cut.</summary>
    public TimeSpan LastProbe { get; init; }

    /// <summary>Time from one probe to the next; longer, the more probes in a row were refused.</summary>
    public TimeSpan ProbeInterval { get; init; } = TargetLimit.ShortestProbeInterval;

    /// <summary>The last refusal came where the one before had come.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>Good answers since the last cut.</summary>
    public int GoodInEpoch { get; init; }

    /// <summary>Cuts without as many good answers between them as the limit allows at once, three at least.</summary>
    public int CutsInRow { get; init; }

    /// <summary>No request before this time: the target asked for it, or it was cut.</summary>
    public TimeSpan BlockedUntil { get; init; }

    /// <summary>No request before this time: the least gap between two starts.</summary>
    public TimeSpan NextStart { get; init; }

    /// <summary>When a request last started or ended.</summary>
    public TimeSpan LastUse { get; init; }

    /// <summary>How long a request takes from start to end, on average of late; null before one was answered.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>That duration when the limit fell below 1: from then on a limit of one half means a start every two such times.</summary>
    public TimeSpan Unit { get; init; }

    public LatencyTrend Latency { get; init; } = LatencyTrend.Empty;

    /// <summary>Requests that may be in flight at once now.</summary>
    public int Allowed => Math.Max(1, (int)(Limit < TargetLimit.FineBelow && !SlowStart ? Math.Ceiling(Limit) : Limit));
}

/// <summary>What a request remembers of its start.</summary>
/// <param name="Epoch">The limit's epoch then.</param>
/// <param name="InFlight">Requests in flight then, this one included.</param>
/// <param name="StartedAt">When.</param>
/// <param name="WasInDemand">It started as soon as it might, or nearly: somebody had waited for the gap to end.</param>
internal readonly record struct LimitToken(long Epoch, int InFlight, TimeSpan StartedAt, bool WasInDemand);

/// <summary>What a request came to.</summary>
/// <param name="RetryAfter">How long the target asked to be left alone; null when it did not.</param>
/// <param name="FirstByte">Time to the first byte of a good answer; null when it is not known.</param>
internal readonly record struct LimitReport(TargetVerdict Verdict, TimeSpan? RetryAfter = null, TimeSpan? FirstByte = null);
