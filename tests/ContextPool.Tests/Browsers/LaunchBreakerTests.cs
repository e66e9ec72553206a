using ContextPool.Browsers;
using TestKit;

namespace ContextPool.Tests.Browsers;

public sealed class LaunchBreakerTests : PoolTest
{
    private readonly LaunchBreaker _breaker = new();

    [Fact]
    public void Failed_FewerThanTolerated_RefusesNothing()
    {
        Fail(4, at: 10);

        _breaker.RefusesFor(Seconds(10)).Should().Be(TimeSpan.Zero);
        _breaker.FailuresInRow.Should().Be(4);
        _breaker.LastFailure.Should().Be("reason 4");
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(6, 10)]
    [InlineData(7, 20)]
    [InlineData(8, 40)]
    [InlineData(9, 60)]
    [InlineData(10, 60)]
    [InlineData(10_000, 60)]
    public void Failed_MoreAndMore_RefusesLongerUpToAMinute(int failures, double pause)
    {
        Fail(failures, at: 100);

        _breaker.RefusesFor(Seconds(100)).Should().Be(Seconds(pause));
        _breaker.RefusesFor(Seconds(100 + (pause / 2))).Should().Be(Seconds(pause / 2));
        _breaker.RefusesFor(Seconds(100 + pause)).Should().Be(TimeSpan.Zero, "then one may be tried");
        _breaker.RefusesFor(Seconds(200 + pause)).Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void Succeeded_AfterFailures_ForgetsThem()
    {
        Fail(8, at: 0);

        _breaker.Succeeded();

        _breaker.RefusesFor(TimeSpan.Zero).Should().Be(TimeSpan.Zero);
        _breaker.LastFailure.Should().BeNull();
        Fail(4, at: 0);
        _breaker.RefusesFor(TimeSpan.Zero).Should().Be(TimeSpan.Zero, "counting begins anew");
    }

    // ------------------------------------------------------------------ through the pool

    [Fact]
    public async Task LeaseAsync_FiveLaunchesFailedInARow_FailsWithoutLaunchingUntilThePauseIsOver()
    {
        Launcher.FailNextLaunches(6);
        var pool = CreatePool();
        await FailAsync(pool, 5);
        pool.Snapshot().LaunchRefusedFor.Should().Be(Seconds(5));

        var refused = await pool.Awaiting(full => LeaseAsync(full, Fresh())).Should().ThrowAsync<BrowserLaunchException>();
        refused.Which.Message.Should().ContainAll("another 5 s", "5 in a row", "Launch 5 failed");
        Launcher.Launches.Should().Be(5);
        Clock.Advance(Seconds(4.9));
        await FailAsync(pool, 3);
        Launcher.Launches.Should().Be(5, "nothing is tried during the pause");

        Clock.Advance(Seconds(0.1));
        await FailAsync(pool, 3);
        Launcher.Launches.Should().Be(6, "after the pause one is tried, and fails");
        pool.Snapshot().LaunchRefusedFor.Should().Be(Seconds(10));

        Clock.Advance(Seconds(10));
        await using var lease = await LeaseAsync(pool, Fresh());
        Launcher.Launches.Should().Be(7);
        pool.Snapshot().LaunchRefusedFor.Should().Be(TimeSpan.Zero);
        await NoPlaceLostAsync(pool);
    }

    [Fact]
    public async Task LeaseAsync_SuccessBetweenFailures_RefusesNothing()
    {
        var pool = CreatePool(options => options.MaxContextsPerCell = 1);
        Launcher.FailNextLaunches(4);
        await FailAsync(pool, 4);
        await using var lease = await LeaseAsync(pool, Fresh());
        Launcher.FailNextLaunches(4);
        await FailAsync(pool, 4);

        await using var other = await LeaseAsync(pool, Fresh());

        Launcher.Launches.Should().Be(10, "every one was tried");
    }

    [Fact]
    public async Task LeaseAsync_RefusedLaunch_DoesNotKeepAnybodyFromTheBrowsersThereAre()
    {
        var pool = CreatePool(options => options.MaxContextsPerCell = 2);
        await using var first = await LeaseAsync(pool, Fresh());
        await using (await LeaseAsync(pool, Fresh()))
        {
            Launcher.FailNextLaunches(5);
            await FailAsync(pool, 5);
        }

        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 1, Bounds.Short, "there is room in the browser that runs");
        pool.Snapshot().LaunchRefusedFor.Should().BePositive();

        await using var third = await LeaseAsync(pool, Fresh());

        third.Pooled.Cell.Id.Should().Be(1);
    }

    [Fact]
    public async Task LeaseAsync_NoBrowserFound_IsSearchedForEveryTime()
    {
        Launcher.WhileLaunching = _ => Task.FromException(new BrowserNotFoundException("nowhere"));
        var pool = CreatePool();

        for (var i = 0; i < 7; i++)
            await pool.Awaiting(empty => LeaseAsync(empty, Fresh())).Should().ThrowAsync<BrowserNotFoundException>();

        Launcher.Launches.Should().Be(7);
        pool.Snapshot().LaunchRefusedFor.Should().Be(TimeSpan.Zero);
    }

    private static async Task FailAsync(BrowserContextPool pool, int count)
    {
        for (var i = 0; i < count; i++)
            await pool.Awaiting(failing => LeaseAsync(failing, Fresh())).Should().ThrowAsync<BrowserLaunchException>();
    }

    private static Task NoPlaceLostAsync(BrowserContextPool pool) =>
        Eventually.HoldsAsync(() => pool.Snapshot() is { InUse: 1, Leased: 1 }, Bounds.Short, "only the one lease has a place");

    private void Fail(int count, double at)
    {
        for (var i = 1; i <= count; i++)
            _breaker.Failed($"reason {i}", Seconds(at));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
