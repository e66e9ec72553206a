using Microsoft.Playwright;

namespace BrowserFarm.Rendering;

/// <summary>Watches a page's requests to tell when it has gone quiet.</summary>
/// <remarks>
/// Quiet is: nothing in flight for <see cref="QuietTime"/>, or no more than <see cref="FewRequests"/> for <see cref="NearlyQuietTime"/>.
/// The second rule lets pages through that keep a request open for ever (long polling); it waits longer, because a slow answer that
/// the page is built from looks just the same. Connections that are meant to stay open are not counted.
/// </remarks>
internal sealed class NetworkActivity : IDisposable
{
    private const int FewRequests = 2;

    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan NearlyQuietTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly IPage _page;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<IRequest> _inFlight = [];
    private long _lastBusy;
    private long _lastVeryBusy;

    public NetworkActivity(IPage page, TimeProvider time)
    {
        _page = page;
        _time = time;
        _lastBusy = _lastVeryBusy = time.GetTimestamp();
        page.Request += OnStarted;
        page.RequestFinished += OnEnded;
        page.RequestFailed += OnEnded;
    }

    /// <summary>Waits for quiet.</summary>
    /// <returns>False when the page was still busy after <paramref name="atMost"/>.</returns>
    public async Task<bool> WaitForQuietAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        // Parsing has just ended: its scripts get the same quiet time to start their first request.
        var start = _time.GetTimestamp();
        lock (_gate)
            _lastBusy = _lastVeryBusy = start;

        using var looks = new PeriodicTimer(LookInterval, _time);
        while (await looks.WaitForNextTickAsync(cancellationToken))
        {
            if (IsQuiet())
                return true;
            if (_time.GetElapsedTime(start) >= atMost)
                return false;
        }

        return false;
    }

    public void Dispose()
    {
        _page.Request -= OnStarted;
        _page.RequestFinished -= OnEnded;
        _page.RequestFailed -= OnEnded;
    }

    private bool IsQuiet()
    {
        lock (_gate)
        {
            NoteUnsynchronized();
            return _time.GetElapsedTime(_lastBusy) >= QuietTime || _time.GetElapsedTime(_lastVeryBusy) >= NearlyQuietTime;
        }
    }

    private void OnStarted(object? sender, IRequest request)
    {
        if (request.ResourceType is "websocket" or "eventsource" or "media" or "ping" or "beacon" or "cspviolationreport")
            return;

        lock (_gate)
        {
            _inFlight.Add(request);
            NoteUnsynchronized();
        }
    }

    private void OnEnded(object? sender, IRequest request)
    {
        lock (_gate)
        {
            NoteUnsynchronized();   // busy up to this moment
            _inFlight.Remove(request);
        }
    }

    private void NoteUnsynchronized()
    {
        var now = _time.GetTimestamp();
        if (_inFlight.Count > 0)
            _lastBusy = now;
        if (_inFlight.Count > FewRequests)
            _lastVeryBusy = now;
    }
}
