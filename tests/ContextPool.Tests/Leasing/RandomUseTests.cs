using System.Collections.Concurrent;
using System.Globalization;
using ContextPool.Browsers;
using ContextPool.Leasing;
using TestKit;

namespace ContextPool.Tests.Leasing;

/// <summary>Many holders with few keys at once, and everything goes wrong now and then.</summary>
/// <remarks>Other dice are thrown with <c>BROWSERFARM_TEST_SEED=12345</c>. The clock is the machine's, so a seed does not repeat a run exactly.</remarks>
public sealed class RandomUseTests : PoolTest
{
    private const int Places = 6;

    public static TheoryData<int> Seeds =>
        int.TryParse(Environment.GetEnvironmentVariable("BROWSERFARM_TEST_SEED"), CultureInfo.InvariantCulture, out var asked) ? [asked] : [1, 2];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task LeaseAsync_RandomKeysReturnsCancellationsCrashesDeathsAndHangs_KeepsEveryPromise(int seed)
    {
        var dice = new Dice(seed);
        var pool = CreatePool(
            options =>
            {
                options.MaxContexts = Places;
                options.MaxContextsPerCell = 3;
                options.MaxContextsServedPerCell = 25;
                options.MaxLeasesPerContext = 6;
                options.MaxContextAge = TimeSpan.FromSeconds(1);
                options.MaxIdleTime = TimeSpan.FromSeconds(1);
                options.BlankContexts = 1;
                options.HeartbeatInterval = TimeSpan.FromSeconds(0.1);
                options.KillAfter = new() { Least = TimeSpan.FromSeconds(0.5), Default = TimeSpan.FromSeconds(0.5), Most = TimeSpan.FromSeconds(0.5) };
                options.OpenTimeout = TimeSpan.FromSeconds(1);
                options.CloseTimeout = options.ScrubTimeout = TimeSpan.FromSeconds(0.1);
            },
            TimeProvider.System);
        Launcher.WhileLaunching = _ => dice.OneIn(30) ? Task.FromException(new BrowserLaunchException("bad luck")) : dice.PauseAsync();
        Launcher.WhileOpening = _ => dice.OneIn(50) ? Task.FromException(new InvalidOperationException("bad luck")) : dice.PauseAsync();
        Launcher.WhileClosing = _ => dice.OneIn(60) ? FakeBrowserLauncher.Hang : dice.PauseAsync();
        Launcher.WhenOpened = context =>
        {
            context.WhileScrubbing = () => dice.OneIn(25) ? FakeBrowserLauncher.Hang
                : dice.OneIn(25) ? Task.FromException(new InvalidOperationException("bad luck")) : dice.PauseAsync();
            context.WhileProcessEnds = () => dice.OneIn(4) ? FakeBrowserLauncher.Hang : dice.PauseAsync();
        };
        var ends = new ConcurrentQueue<string>();
        var faults = new ConcurrentQueue<string>();
        using var over = new CancellationTokenSource();
        var looking = LookAsync();

        await Task.WhenAll(Enumerable.Range(0, 400).Select(number => Task.Run(() => UseAsync(number)))).WaitAsync(Bounds.Medium);

        Launcher.WhileClosing = _ => Task.CompletedTask;
        await NothingInUseAsync(pool);
        await over.CancelAsync();
        await looking;
        faults.Should().BeEmpty();
        ends.Should().HaveCount(400).And.Contain("lost");
        ends.Count(end => end == "served").Should().BeGreaterThan(150);
        Contexts.Should().OnlyContain(context => context.Visitors.Count <= 1, "nobody ever gets another visitor's context");
        Contexts.Where(context => context.Calls.Contains("scrub")).Should().NotBeEmpty("some were kept warm");
        await Eventually.HoldsAsync(
            () => pool.Snapshot() is { InUse: 0 } now && now.Idle == Launcher.OpenContexts && now.Cells.Sum(cell => cell.Contexts) == now.Idle,
            Bounds.Short, "no context is open but the idle ones");
        await pool.DisposeAsync();
        Launcher.OpenContexts.Should().Be(0);
        Launcher.Browsers.Should().OnlyContain(browser => browser.WasClosed || browser.WasKilled);

        async Task UseAsync(int number)
        {
            var request = RequestOf(number);
            using var cancelled = new CancellationTokenSource();
            if (dice.OneIn(6))
                cancelled.CancelAfter(TimeSpan.FromMilliseconds(dice.Next(40)));
            try
            {
                await using var lease = await pool.LeaseAsync(request, cancelled.Token);
                var context = Fake(lease);
                if (context.Enter(VisitorOf(request)) > 1)
                    faults.Enqueue($"{context} was on loan to two at once");
                try
                {
                    await WorkAsync(lease, context);
                }
                finally
                {
                    context.Leave();
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or BrowserLaunchException)
            {
                ends.Enqueue(exception.GetType().Name);
            }
        }

        async Task WorkAsync(ContextLease lease, FakeContext context)
        {
            if (dice.OneIn(25))
                context.Crash();
            else if (dice.OneIn(50))
                Launcher.Browsers.First(browser => browser.Contexts.Contains(context)).Exit();
            else if (dice.OneIn(40))
                context.WhileBeating = () => FakeBrowserLauncher.Hang;
            if (dice.OneIn(20))
                lease.Taint();

            var isHung = context.WhileBeating() is { IsCompleted: false };
            await (isHung ? Task.WhenAny(Task.Delay(Bounds.Short, TimeProvider.System, lease.Lost)) : dice.PauseAsync());
            if (isHung && lease.Loss == LeaseLoss.None)
                faults.Enqueue($"{context} hung, and nobody ended it");
            if (lease.Loss == LeaseLoss.None)
                lease.MarkSuccessful();
            ends.Enqueue(lease.Loss == LeaseLoss.None ? "served" : "lost");
        }

        async Task LookAsync()
        {
            while (!over.IsCancellationRequested)
            {
                if (pool.Snapshot() is var now && now.Leased + now.Opening > now.Capacity.Contexts)
                    faults.Enqueue($"{now.Leased} leased and {now.Opening} opening of {now.Capacity.Contexts}");
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
        }

        LeaseRequest RequestOf(int number) => dice.Next(6) switch
        {
            0 => Fresh($"visitor {number}"),
            1 => For("alice", "https://other.example"),
            2 => For("alice") with { Profile = new ContextProfile { Locale = "de-DE" } },
            3 => For("bob"),
            _ => For("alice"),
        };
    }

    private static string VisitorOf(LeaseRequest request) =>
        request.Key is null ? request.Holder : $"{request.Key.Owner} at {request.Key.Target} as {request.Profile?.Locale}";

    /// <summary>Random numbers for many threads.</summary>
    private sealed class Dice(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Lock _gate = new();

        public int Next(int below)
        {
            lock (_gate)
                return _random.Next(below);
        }

        public bool OneIn(int times) => Next(times) == 0;

        public async Task PauseAsync()
        {
            if (OneIn(2))
                await Task.Delay(TimeSpan.FromMilliseconds(Next(5)), TimeProvider.System);
            else
                await Task.Yield();
        }
    }
}
