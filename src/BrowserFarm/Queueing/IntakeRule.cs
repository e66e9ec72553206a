namespace BrowserFarm.Queueing;

/// <summary>Whether a queue has room for what is submitted, and when it may have some. Not synchronized.</summary>
/// <remarks>Only what comes from outside is refused. Links that a crawl finds are never refused but deferred: nobody could send them again.</remarks>
internal sealed class IntakeRule(QueueBounds bounds)
{
    private const int Seconds = 60;

    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    // Jobs that left in each of the last sixty seconds, by second modulo sixty.
    private readonly int[] _ended = new int[Seconds];
    private long _lastSecond;

    /// <summary>A job left the queue for good.</summary>
    public void NoteEnd(DateTimeOffset now)
    {
        GoOnTo(now);
        _ended[_lastSecond % Seconds]++;
    }

    /// <param name="queued">Jobs in lines, of all crawls.</param>
    /// <param name="ofCrawl">The same of the crawl that submits.</param>
    /// <param name="more">Jobs it wants to put into lines.</param>
    /// <returns>Null when there is room; else after how long there may be, at the pace of the last minute: 1 s to 5 min.</returns>
    /// <remarks>More than would ever fit is let in when there is nothing else, or nobody could submit it.</remarks>
    public TimeSpan? WaitFor(long queued, long ofCrawl, int more, DateTimeOffset now)
    {
        var excess = Math.Max(Excess(queued, more, bounds.MaxQueued), Excess(ofCrawl, more, bounds.MaxQueuedPerCrawl));
        if (excess == 0)
            return null;

        GoOnTo(now);
        var ended = _ended.Sum();
        var seconds = ended == 0 ? LongestWait.TotalSeconds : (double)excess * Seconds / ended;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, LeastWait.TotalSeconds, LongestWait.TotalSeconds));
    }

    private static long Excess(long queued, int more, long bound) => queued == 0 || more == 0 ? 0 : Math.Max(0, queued + more - bound);

    private void GoOnTo(DateTimeOffset now)
    {
        var second = Math.Max(_lastSecond, now.ToUnixTimeSeconds());
        for (var empty = Math.Max(_lastSecond + 1, second - Seconds + 1); empty <= second; empty++)
            _ended[empty % Seconds] = 0;
        _lastSecond = second;
    }
}
