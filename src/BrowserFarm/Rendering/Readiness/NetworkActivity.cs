using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Blocking;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Readiness;

/// <summary>Watches a page's requests: waits until <see cref="QuietRule"/> says that it has gone quiet, tells <see cref="TargetWork"/> of those to the page's target, and counts those that were blocked.</summary>
/// <remarks>Connections that are meant to stay open, and reports that nobody waits for, are not counted.</remarks>
internal sealed class NetworkActivity : IDisposable
{
    /// <summary>Timers count in these.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly IPage _page;
    private readonly TargetKey _target;
    private readonly TargetWork _work;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<IRequest> _inFlight = [];
    private readonly QuietRule _rule;
    private int _blocked;
    private long _bytesSaved;

    /// <param name="watches">False counts nothing: every request that is told of costs the driver and us, and not every wait needs to know.</param>
    public NetworkActivity(IPage page, TargetKey target, TargetWork work, bool watches, TimeProvider time)
    {
        _page = page;
        _target = target;
        _work = work;
        _time = time;
        _rule = new QuietRule(time);
        Watches = watches;
        if (!watches)
            return;

        page.Request += OnStarted;
        page.RequestFinished += OnEnded;
        page.RequestFailed += OnFailed;
    }

    /// <summary>Whether requests are counted: without, a page's quiet cannot be waited for.</summary>
    public bool Watches { get; }

    /// <summary>Requests that the page made in vain, because their kind, host or address is blocked; null when there were none.</summary>
    public BlockedRequests? Blocked
    {
        get
        {
            lock (_gate)
                return _blocked == 0 ? null : new BlockedRequests(_blocked, _bytesSaved);
        }
    }

    /// <summary>Waits for quiet.</summary>
    /// <returns>False when the page was still busy after <paramref name="atMost"/>.</returns>
    public async Task<bool> WaitForQuietAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        // Parsing has just ended: its scripts get the same quiet time to start their first request.
        var start = _time.GetTimestamp();
        lock (_gate)
            _rule.Restart();

        while (true)
        {
            var untilQuiet = UntilQuiet();
            if (untilQuiet == TimeSpan.Zero)
                return true;
            var left = atMost - _time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                return false;

            // Not before then can it be quiet, whatever happens meanwhile.
            var wait = untilQuiet < left ? untilQuiet : left;
            await Task.Delay(wait > ShortestWait ? wait : ShortestWait, _time, cancellationToken);
        }
    }

    public void Dispose()
    {
        if (!Watches)
            return;

        _page.Request -= OnStarted;
        _page.RequestFinished -= OnEnded;
        _page.RequestFailed -= OnFailed;
    }

    private TimeSpan UntilQuiet()
    {
        lock (_gate)
            return _rule.UntilQuiet();
    }

    private void OnStarted(object? sender, IRequest request)
    {
        if (request.ResourceType is "websocket" or "eventsource" or "media" or "ping" or "beacon" or "cspviolationreport")
            return;

        lock (_gate)
        {
            if (!_inFlight.Add(request))
                return;
            _rule.Changed(_inFlight.Count);
        }

        if (IsToTarget(request))
            _work.Started();
    }

    private void OnFailed(object? sender, IRequest request)
    {
        // By kind, and by host or address.
        if (request.Failure is "inspector" || request.Failure?.StartsWith("net::ERR_BLOCKED_BY_CLIENT", StringComparison.Ordinal) == true)
        {
            lock (_gate)
            {
                _blocked++;
                _bytesSaved += SavedBytes.Of(request.ResourceType);
            }
        }

        OnEnded(sender, request);
    }

    private void OnEnded(object? sender, IRequest request)
    {
        lock (_gate)
        {
            if (!_inFlight.Remove(request))
                return;
            _rule.Changed(_inFlight.Count);
        }

        if (IsToTarget(request))
            _work.Ended();
    }

    private bool IsToTarget(IRequest request) => Uri.TryCreate(request.Url, UriKind.Absolute, out var url) && TargetKey.Of(url) == _target;
}
