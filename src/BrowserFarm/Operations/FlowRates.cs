namespace BrowserFarm.Operations;

/// <summary>How fast a crawl finds pages and how fast it ends them, over the last minute. Safe for concurrent use.</summary>
public sealed class FlowRates
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    /// <summary>Looks come a little apart: the oldest of a whole minute is younger than that.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Queue<(TimeSpan At, long Found, long Ended)> _looks = new();

    /// <summary>Notes the counts of now.</summary>
    /// <param name="at">Time since any fixed moment; never falls.</param>
    /// <param name="found">Pages ever taken into the queue.</param>
    /// <param name="ended">Of these, those that succeeded or failed.</param>
    public FlowSnapshot Note(TimeSpan at, long found, long ended)
    {
        lock (_gate)
        {
            _looks.Enqueue((at, found, ended));
            while (_looks.Peek().At < at - Span)
                _looks.Dequeue();

            var oldest = _looks.Peek();
            var seconds = (at - oldest.At).TotalSeconds;
            return seconds < 1
                ? new FlowSnapshot(0, 0, found - ended)
                : new FlowSnapshot((found - oldest.Found) / seconds, (ended - oldest.Ended) / seconds, found - ended, seconds >= Span.TotalSeconds - Slack.TotalSeconds);
        }
    }
}

/// <summary>The flow through the queue.</summary>
/// <param name="FoundPerSecond">Pages that came into it.</param>
/// <param name="EndedPerSecond">Pages that left it.</param>
/// <param name="Depth">Pages in it, those being worked on and those that wait outside of the lines included.</param>
/// <param name="IsWholeMinute">It was looked at for a minute; before that the rates are of less.</param>
public sealed record FlowSnapshot(double FoundPerSecond, double EndedPerSecond, long Depth, bool IsWholeMinute = false)
{
    /// <summary>Pages a second by which it grows; negative while it empties.</summary>
    public double Growth => FoundPerSecond - EndedPerSecond;

    /// <summary>Time until it is empty at this pace; null while it does not empty.</summary>
    public TimeSpan? Drain => Depth > 0 && Growth < 0 && Depth / -Growth is var seconds and < 3_650 * 86_400.0 ? TimeSpan.FromSeconds(seconds) : null;
}
