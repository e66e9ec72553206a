using BrowserFarm.Jobs;

namespace BrowserFarm.Limiting;

/// <summary>Permission to ask a target once, for one attempt. Ended by exactly one report; disposed without one it counts as neutral.</summary>
/// <remarks>Its place among the target's requests may be free before (<see cref="Served"/>); its worker is not until the attempt has ended. Safe for concurrent use.</remarks>
public sealed class Admission : IDisposable
{
    private readonly TargetLimiters _limiters;
    private int _phase = Phase.Asking;

    internal Admission(TargetLimiters limiters, TargetKey target, LimitToken token)
    {
        _limiters = limiters;
        Target = target;
        Token = token;
    }

    public TargetKey Target { get; }

    internal LimitToken Token { get; }

    /// <summary>The target has answered well and done its part: it may be asked by somebody else while this attempt goes on. Says nothing when it comes twice or too late.</summary>
    /// <param name="firstByte">Time to the first byte.</param>
    public void Served(TimeSpan firstByte)
    {
        if (Interlocked.CompareExchange(ref _phase, Phase.Served, Phase.Asking) == Phase.Asking)
            _limiters.Release(this, firstByte);
    }

    /// <summary>Ends the attempt and says how the target took it. Only the first report counts; after <see cref="Served"/> only a refusal has anything new to say.</summary>
    /// <param name="retryAfter">How long it asked to be left alone; null when it did not.</param>
    /// <param name="firstByte">Time to the first byte of a good answer; null when it is not known.</param>
    public void Report(TargetVerdict verdict, TimeSpan? retryAfter = null, TimeSpan? firstByte = null)
    {
        var before = Interlocked.Exchange(ref _phase, Phase.Ended);
        if (before != Phase.Ended)
            _limiters.End(this, new LimitReport(verdict, retryAfter, firstByte), wasReleased: before == Phase.Served);
    }

    public void Dispose() => Report(TargetVerdict.Neutral);

    private static class Phase
    {
        public const int Asking = 0;
        public const int Served = 1;
        public const int Ended = 2;
    }
}
