namespace BrowserFarm.Rendering.Readiness;

/// <summary>Decides from the number of open requests over time whether a page has gone quiet. Not synchronized.</summary>
/// <remarks>
/// Quiet is: nothing in flight for <see cref="QuietTime"/>, or no more than <see cref="FewRequests"/> for <see cref="NearlyQuietTime"/>.
/// The second rule lets pages through that keep a request open for ever (long polling); it waits longer, because a slow answer that
/// the page is built from looks just the same.
/// </remarks>
internal sealed class QuietRule(TimeProvider time)
{
    /// <summary>Requests that may stay open for ever without holding a page up.</summary>
    public const int FewRequests = 2;

    public static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan NearlyQuietTime = TimeSpan.FromSeconds(2);

    private int _inFlight;
    private long _lastBusy = time.GetTimestamp();
    private long _lastVeryBusy = time.GetTimestamp();

    /// <summary>Counts from now on: whatever runs now gets the quiet time to start a request.</summary>
    public void Restart() => _lastBusy = _lastVeryBusy = time.GetTimestamp();

    /// <param name="inFlight">Requests open from this moment on.</param>
    public void Changed(int inFlight)
    {
        NoteBusy();   // busy up to this moment
        _inFlight = inFlight;
        NoteBusy();
    }

    public bool IsQuiet() => UntilQuiet() == TimeSpan.Zero;

    /// <summary>How long it takes at least until the page is quiet: so long when no request begins, and with more in flight than may stay open, longer. Zero when it is.</summary>
    public TimeSpan UntilQuiet()
    {
        NoteBusy();
        var (quiet, nearly) = (QuietTime - time.GetElapsedTime(_lastBusy), NearlyQuietTime - time.GetElapsedTime(_lastVeryBusy));
        var first = quiet < nearly ? quiet : nearly;
        return first > TimeSpan.Zero ? first : TimeSpan.Zero;
    }

    private void NoteBusy()
    {
        var now = time.GetTimestamp();
        if (_inFlight > 0)
            _lastBusy = now;
        if (_inFlight > FewRequests)
            _lastVeryBusy = now;
    }
}
