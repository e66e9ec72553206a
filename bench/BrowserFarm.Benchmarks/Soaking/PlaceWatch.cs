using System.Diagnostics;
using ContextPool;
using TestKit;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>Measures how long each lease kept its place until it is free again, closing and killing included: from its grant, or from the call that a hung page did not answer.</summary>
/// <remarks>
/// The pool tells how many places are closing, not whose. So of those that have ended, as many are taken to be free as are no longer
/// closing, those first whose context closed first. The error is the polling interval; where one place is mistaken for another, the
/// older of two times is kept, so the figures err to the long side.
/// </remarks>
internal sealed class PlaceWatch(IContextPool pool, SoakLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>A lease may be heard to have ended an instant before its place counts as closing; after this it does.</summary>
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<Place> _ended = [];

    /// <summary>Leases that have ended and whose places have not been seen to come back.</summary>
    public int Missing
    {
        get
        {
            lock (_gate)
                return _ended.Count;
        }
    }

    /// <summary>A lease begins; its clock runs.</summary>
    public Place Granted(Visit visit, LeasedTab tab)
    {
        var place = new Place(visit, tab);
        tab.Page.Context.Close += (_, _) => place.MarkContextClosed();
        tab.Lost.Register(() => End(place));
        return place;
    }

    /// <summary>The holder gave the lease back, or found it taken back.</summary>
    public void Returned(Place place) => End(place);

    /// <summary>Looks until the token is cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                Look();
        }
        catch (OperationCanceledException)
        {
            Look();
        }
    }

    private void End(Place place)
    {
        lock (_gate)
        {
            if (place.EndedAt != 0)
                return;

            place.EndedAt = Stopwatch.GetTimestamp();
            _ended.Add(place);
        }
    }

    private void Look()
    {
        List<Place> free;
        lock (_gate)
        {
            var closing = pool.State().Closing;
            free = closing == 0
                ? [.. _ended.Where(place => Stopwatch.GetElapsedTime(place.EndedAt) >= Instant || place.MayBeFree)]
                : [.. _ended.Where(place => place.MayBeFree).OrderBy(place => place.ClosedAt).Take(Math.Max(0, _ended.Count - closing))];
            _ended.RemoveAll(free.Contains);
        }

        foreach (var place in free)
            log.Add(place.Visit, Stopwatch.GetElapsedTime(place.CountsFrom), place.WasLost);
    }

    /// <summary>One place from grant to freedom.</summary>
    internal sealed class Place(Visit visit, LeasedTab tab)
    {
        private long _closedAt;

        public Visit Visit => visit;

        /// <summary>A page that hangs is counted from the call that got no answer, any other from its grant, as the bound on holding is.</summary>
        public long CountsFrom => visit.Page.Kind == HostileKind.Hangs ? tab.AskedAt : tab.GrantedAt;

        /// <summary>Timestamp; 0 until it has ended. Guarded by the watch's lock.</summary>
        public long EndedAt { get; set; }

        public bool WasLost => tab.Lost.IsCancellationRequested;

        /// <summary>Timestamp; 0 while the context is open.</summary>
        public long ClosedAt => Volatile.Read(ref _closedAt);

        /// <summary>Its context is closed, or was given back in order and may live on for the next lease.</summary>
        public bool MayBeFree => ClosedAt != 0 || (!WasLost && visit.Page.Kind == HostileKind.Ordinary);

        public void MarkContextClosed() => Interlocked.CompareExchange(ref _closedAt, Stopwatch.GetTimestamp(), 0);
    }
}
