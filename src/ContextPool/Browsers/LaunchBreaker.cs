namespace ContextPool.Browsers;

/// <summary>Stops starting browsers when several in a row did not start, and tries one again now and then. Pure but for its own state; the caller holds a lock.</summary>
/// <remarks>A circuit breaker (Nygard, "Release It!", 2007): a machine on which no browser starts is not helped by trying a hundred times a second.</remarks>
internal sealed class LaunchBreaker
{
    /// <summary>Failures in a row that are taken for chance.</summary>
    public const int Tolerated = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private int _failures;
    private TimeSpan _closedUntil;

    /// <summary>Why the last one did not start; null after one that did.</summary>
    public string? LastFailure { get; private set; }

    public int FailuresInRow => _failures;

    /// <summary>How long no browser will be started; zero when one may be.</summary>
    public TimeSpan RefusesFor(TimeSpan now) => _closedUntil > now ? _closedUntil - now : TimeSpan.Zero;

    public void Succeeded()
    {
        _failures = 0;
        _closedUntil = TimeSpan.Zero;
        LastFailure = null;
    }

    public void Failed(string reason, TimeSpan now)
    {
        LastFailure = reason;
        if (++_failures < Tolerated)
            return;

        var pause = FirstPause * Math.Pow(2, Math.Min(_failures - Tolerated, 10));
        _closedUntil = now + (pause < LongestPause ? pause : LongestPause);
    }
}
