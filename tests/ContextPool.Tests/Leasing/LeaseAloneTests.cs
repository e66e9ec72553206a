using ContextPool.Leasing;
using TestKit;

namespace ContextPool.Tests.Leasing;

/// <summary>A context in a browser of its own: nobody suffers from it, and nobody else can be blamed for its end.</summary>
public sealed class LeaseAloneTests : PoolTest
{
    [Fact]
    public async Task LeaseAsync_Alone_GetsABrowserThatNobodyElseGetsIntoAndThatEndsWithIt()
    {
        var pool = CreatePool();
        await using var neighbour = await LeaseAsync(pool, "bob");

        var alone = await LeaseAsync(pool, Fresh("suspect") with { Alone = true });
        await using var later = await LeaseAsync(pool, "carol");

        Launcher.Launches.Should().Be(2);
        Launcher.Browsers[1].Contexts.Should().ContainSingle();
        Launcher.Browsers[0].Contexts.Should().HaveCount(2);
        await alone.DisposeAsync();
        await Eventually.HoldsAsync(
            () => Launcher.Browsers[1].WasClosed && pool.Snapshot() is { Cells.Count: 1, InUse: 2 }, Bounds.Short, "its browser goes with it, and its place is free");
        neighbour.Loss.Should().Be(LeaseLoss.None);
    }

    [Fact]
    public async Task LeaseAsync_AloneWithAKeyThatHasAWarmContext_LeavesThatToOthersAndLeavesNothingWarm()
    {
        var pool = CreatePool();
        var warm = await WarmAsync(pool, "alice");

        var alone = await LeaseAsync(pool, For("alice") with { Alone = true });

        Fake(alone).Should().NotBeSameAs(warm);
        await alone.DisposeAsync();
        await ClosedAsync(Fake(alone));
        pool.Snapshot().Idle.Should().Be(1);
        await using var next = await LeaseAsync(pool, "alice");
        Fake(next).Should().BeSameAs(warm);
    }

    [Fact]
    public async Task Exited_BrowserOfALeaseAlone_CostsItAndNobodyElse()
    {
        var pool = CreatePool();
        await using var neighbour = await LeaseAsync(pool, "bob");
        await using var alone = await LeaseAsync(pool, Fresh("suspect") with { Alone = true });

        Launcher.Browsers[1].Exit();

        await Eventually.HoldsAsync(() => alone.Lost.IsCancellationRequested, Bounds.Short, "it is lost");
        alone.Loss.Should().Be(LeaseLoss.BrowserLost);
        neighbour.Loss.Should().Be(LeaseLoss.None);
        await alone.DisposeAsync();
        await Eventually.HoldsAsync(() => pool.Snapshot() is { InUse: 1, Cells.Count: 1 }, Bounds.Short, "its place is free");
    }

    [Fact]
    public async Task Retiring_OfAWornCell_DoesNotWaitForABrowserOfALeaseAlone()
    {
        var pool = CreatePool(options => { options.MaxContextsPerCell = 1; options.MaxContextsServedPerCell = 1; });
        await using var alone = await LeaseAsync(pool, Fresh("suspect") with { Alone = true });
        var worn = await LeaseAsync(pool, "bob");
        await worn.DisposeAsync();

        await AdvanceUntilAsync(() => Launcher.Browsers[1].WasClosed, "the worn cell is replaced");

        alone.Loss.Should().Be(LeaseLoss.None);
    }

    [Fact]
    public async Task LeaseAsync_AloneAndTheBrowserDoesNotStart_SaysSoAndFreesThePlace()
    {
        var pool = CreatePool();
        Launcher.FailNextLaunches(1);

        await this.Awaiting(_ => LeaseAsync(pool, Fresh() with { Alone = true })).Should().ThrowAsync<BrowserLaunchException>();

        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 0, Bounds.Short, "the place is free again");
        await using var next = await LeaseAsync(pool, Fresh() with { Alone = true });
        pool.Snapshot().Cells.Should().ContainSingle();
    }
}
