namespace ContextPool.Watchdog;

/// <summary>Tells how much later than it should the caller's timer came: time in which nobody here could have heard an answer.</summary>
/// <remarks>
/// A machine without a free processor, a stopped process, a suspended laptop: all browsers seem silent at once, and it is us who did not
/// listen. Such time is taken off everybody's silence instead of killing them all.
/// </remarks>
internal sealed class Lateness(TimeSpan interval, TimeSpan tolerated, TimeProvider time)
{
    private long _last = time.GetTimestamp();

    /// <summary>To be called at every tick.</summary>
    /// <returns>The time beyond the interval when it is more than tolerated; else zero.</returns>
    public TimeSpan Tick()
    {
        var late = time.GetElapsedTime(_last) - interval;
        _last = time.GetTimestamp();
        return late > tolerated ? late : TimeSpan.Zero;
    }
}
