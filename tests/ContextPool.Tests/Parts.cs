using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Memory;
using ContextPool.Watchdog;
using TestKit;

namespace ContextPool.Tests;

/// <summary>The inner parts of a pool, put together without the timers that usually drive them.</summary>
/// <param name="pool">Whom the leases made here report to; it does not know them.</param>
internal sealed class Parts(
    ContextPoolOptions options, FakeBrowserLauncher launcher, TimeProvider time, RecordingLogger<BrowserContextPool> log, BrowserContextPool pool) : IAsyncDisposable
{
    private long _lastLease;
    private BrowserFleet? _fleet;
    private PlaceBook? _places;
    private ContextSupply? _supply;

    public PoolMetrics Metrics { get; } = new();

    public BrowserFleet Fleet => _fleet ??= new BrowserFleet(options, launcher, time, Metrics, log);

    public ContextSupply Supply => _supply ??= new ContextSupply(
        options, Places, new ContextOpener(options, Fleet, time, Metrics),
        new ContextCloser(options, Places, Fleet, new KillLadder(Fleet, options, time, log), time, Metrics, log), time, Metrics, log);

    public PlaceBook Places
    {
        get
        {
            if (_places is null)
            {
                _places = new PlaceBook(time);
                _places.SetCapacity(TimeSpan.Zero, (_, _) => new PoolCapacity(100, CapacityBound.Configured));
            }

            return _places;
        }
    }

    /// <summary>A cell with one context in it.</summary>
    public async Task<(BrowserCell Cell, PooledContext Context, FakeContext Fake)> OpenAsync()
    {
        var cell = await Fleet.ReserveAsync();
        var opened = await cell.Browser.OpenContextAsync(options.Context);
        return (cell, new PooledContext(cell, opened, options.Context.Identity, time.GetTimestamp()), (FakeContext)opened);
    }

    /// <summary>A lease in the books.</summary>
    public async Task<ContextLease> LendAsync(PooledContext context, LeaseRequest request)
    {
        await Places.TakeAsync(request, CancellationToken.None);
        var lease = NewLease(context, request);
        Places.TryLend(lease).Should().BeTrue();
        return lease;
    }

    public ContextLease NewLease(PooledContext context, LeaseRequest request) => new(pool, ++_lastLease, request, context, time);

    public async ValueTask DisposeAsync()
    {
        if (_fleet is not null)
            await _fleet.DisposeAsync().AsTask().WaitAsync(Bounds.Short);
        Metrics.Dispose();
    }
}
