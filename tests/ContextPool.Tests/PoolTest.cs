using ContextPool.Leasing;
using TestKit;

namespace ContextPool.Tests;

/// <summary>Pools on a clock, a memory and browsers that do what the test says; they are disposed with the test.</summary>
public abstract class PoolTest : IAsyncLifetime
{
    /// <summary>What a pool always watches: memory, processes, shortage, hearts.</summary>
    private protected const int TimersOfAPool = 4;

    private readonly List<BrowserContextPool> _pools = [];
    private readonly List<Parts> _parts = [];

    private protected ManualTimeProvider Clock { get; } = new();

    private protected FakeMemoryProbe Memory { get; } = new();

    private protected FakeBrowserLauncher Launcher { get; } = new();

    private protected RecordingLogger<BrowserContextPool> Log { get; } = new();

    private protected static CancellationToken Cancellation => CancellationToken.None;

    /// <summary>Every context ever opened.</summary>
    private protected IReadOnlyList<FakeContext> Contexts => [.. Launcher.Browsers.SelectMany(browser => browser.Contexts)];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Launcher.WhileClosing = _ => Task.CompletedTask;
        foreach (var browser in Launcher.Browsers)
            browser.HangsWhenClosed = false;
        foreach (var parts in _parts)
            await parts.DisposeAsync();
        foreach (var pool in _pools)
        {
            var closing = pool.DisposeAsync().AsTask();
            await AdvanceUntilAsync(() => closing.IsCompleted, "the pool is closed");
            await closing;
        }
    }

    /// <summary>A pool that opens no blank contexts and never looks at anybody's real orphans, unless told otherwise.</summary>
    private protected BrowserContextPool CreatePool(Action<ContextPoolOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new ContextPoolOptions
        {
            MaxContextsPerCore = 64,
            BlankContexts = 0,
            WorkFolder = Path.Join(Path.GetTempPath(), "browserfarm-test-no-such-folder"),
        };
        configure?.Invoke(options);
        var pool = new BrowserContextPool(options, Launcher, Memory, time ?? Clock, Log);
        _pools.Add(pool);
        return pool;
    }

    /// <summary>The parts of a pool with these settings, for what a test drives by hand.</summary>
    private protected Parts CreateParts(Action<ContextPoolOptions>? configure = null)
    {
        var options = new ContextPoolOptions { MaxContextsPerCore = 64, BlankContexts = 0 };
        configure?.Invoke(options);
        var parts = new Parts(options, Launcher, Clock, Log, CreatePool());
        _parts.Add(parts);
        return parts;
    }

    private protected FakeContext Fake(ContextLease lease) => Contexts.Single(context => ReferenceEquals(context.Context, lease.Context));

    private protected static Task<ContextLease> LeaseAsync(BrowserContextPool pool, LeaseRequest request) =>
        pool.LeaseAsync(request, Cancellation).AsTask().WaitAsync(Bounds.Short);

    /// <summary>A lease for a visitor of one site that may be held as long as the test likes.</summary>
    private protected static Task<ContextLease> LeaseAsync(BrowserContextPool pool, string owner) => LeaseAsync(pool, For(owner));

    private protected static LeaseRequest For(string owner, string target = "https://site.example") =>
        new($"{owner} at {target}") { Key = new ContextKey(owner, target), HoldAtMost = TimeSpan.FromDays(1) };

    private protected static LeaseRequest Fresh(string holder = "nobody") => new(holder) { HoldAtMost = TimeSpan.FromDays(1) };

    /// <summary>Leases and returns a context; then it is idle and clean.</summary>
    /// <returns>It.</returns>
    private protected async Task<FakeContext> WarmAsync(BrowserContextPool pool, LeaseRequest request)
    {
        var lease = await LeaseAsync(pool, request);
        var fake = Fake(lease);
        var idle = pool.Snapshot().Idle;
        await lease.DisposeAsync();
        await Eventually.HoldsAsync(() => pool.Snapshot() is { Opening: 0, Closing: 0 } now && now.Idle == idle + 1, Bounds.Short, "the context lies idle");
        return fake;
    }

    private protected Task<FakeContext> WarmAsync(BrowserContextPool pool, string owner) => WarmAsync(pool, For(owner));

    private protected static Task NothingInUseAsync(BrowserContextPool pool) =>
        Eventually.HoldsAsync(() => pool.Snapshot() is { InUse: 0, Waiting: 0 }, Bounds.Short, "every place is free again");

    private protected static Task ClosedAsync(params FakeContext[] contexts) =>
        Eventually.HoldsAsync(() => contexts.All(context => context.IsClosed), Bounds.Short, "the contexts are closed");

    /// <summary>Lets time pass, a second at a time, for code whose waits begin one after the other.</summary>
    private protected Task AdvanceUntilAsync(Func<bool> condition, string because) => Eventually.HoldsAsync(
        () =>
        {
            if (condition())
                return true;
            Clock.Advance(TimeSpan.FromSeconds(1));
            return condition();
        },
        Bounds.Short,
        because);

    /// <summary>Lets the timers come at their times, with a breath between them in which what they began can go on.</summary>
    private protected async Task TickAsync(int seconds = 1)
    {
        for (var i = 0; i < seconds; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
