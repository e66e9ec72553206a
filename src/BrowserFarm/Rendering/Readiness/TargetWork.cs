namespace BrowserFarm.Rendering.Readiness;

/// <summary>Decides when a target has done its part of a page: the document is there and parsed, and nothing more of the target's has been in flight for a moment.</summary>
/// <remarks>
/// A page is quiet later (<see cref="QuietRule"/>): that is our waiting and not the target's work, and so are other sites' answers. What the page asks of its target
/// after the moment, because a script took long or a timer ran, is not seen here any more. Safe for concurrent use.
/// </remarks>
internal sealed class TargetWork : IDisposable
{
    /// <summary>
    /// Time without a request after which no more is expected. Between one answer and the request that it leads to lie a parser's or a script's milliseconds; five times
    /// shorter than <see cref="QuietRule.QuietTime"/>, for nothing is lost here by a mistake but evenness. Chosen, not measured.
    /// </summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly Action _done;
    private int _inFlight;
    private bool _isParsed;
    private bool _isOver;

    /// <param name="done">Called once, or never when this is disposed before.</param>
    public TargetWork(Action done, TimeProvider time)
    {
        _done = done;
        _timer = time.CreateTimer(static work => ((TargetWork)work!).End(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The page asks the target for something.</summary>
    public void Started() => Change(+1);

    /// <summary>That was answered, or has failed.</summary>
    public void Ended() => Change(-1);

    /// <summary>The document is there, and its scripts have run: from now on the target may be done.</summary>
    public void Parsed()
    {
        lock (_gate)
        {
            _isParsed = true;
            RearmUnsynchronized();
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _isOver = true;
        _timer.Dispose();
    }

    private void Change(int by)
    {
        lock (_gate)
        {
            _inFlight += by;
            RearmUnsynchronized();
        }
    }

    private void RearmUnsynchronized()
    {
        if (!_isOver)
            _timer.Change(_isParsed && _inFlight == 0 ? Pause : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void End()
    {
        lock (_gate)
        {
            // A request may have started while the timer was on its way here.
            if (_isOver || _inFlight > 0)
                return;
            _isOver = true;
        }

        _done();
    }
}
