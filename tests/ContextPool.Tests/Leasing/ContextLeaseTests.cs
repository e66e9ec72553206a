using ContextPool.Leasing;
using TestKit;

namespace ContextPool.Tests.Leasing;

public sealed class ContextLeaseTests : PoolTest
{
    [Fact]
    public async Task OnCrashed_ByItself_IsPageCrashedAndWearsTheCell()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");

        Fake(lease).Crash();

        lease.Loss.Should().Be(LeaseLoss.PageCrashed);
        pool.Snapshot().Cells.Should().ContainSingle().Which.Crashes.Should().Be(1);
        await Eventually.HoldsAsync(() => lease.Lost.IsCancellationRequested, Bounds.Short, "the holder is told");
    }

    [Fact]
    public async Task OnCrashed_AfterItsProcessWasKilledForItsMemory_IsMemoryExceededAndDoesNotWearTheCell()
    {
        var pool = CreatePool();
        var killed = await LeaseAsync(pool, "alice");
        var neighbour = await LeaseAsync(pool, "bob");
        killed.Pooled.Cell.MemoryKills.Note(LeaseLoss.MemoryExceeded);

        Fake(killed).Crash();
        Fake(neighbour).Crash();

        killed.Loss.Should().Be(LeaseLoss.MemoryExceeded);
        neighbour.Loss.Should().Be(LeaseLoss.PageCrashed, "one kill explains one crash");
        pool.Snapshot().Cells.Should().ContainSingle().Which.Crashes.Should().Be(1);
    }

    [Fact]
    public async Task OnCrashed_KillInAnotherCell_IsPageCrashed()
    {
        var pool = CreatePool(options => options.MaxContextsPerCell = 1);
        await using var elsewhere = await LeaseAsync(pool, "alice");
        var lease = await LeaseAsync(pool, "bob");
        elsewhere.Pooled.Cell.MemoryKills.Note(LeaseLoss.MemoryExceeded);

        Fake(lease).Crash();

        lease.Loss.Should().Be(LeaseLoss.PageCrashed);
    }

    [Fact]
    public async Task OnCrashed_AfterTheReturn_IsNobodysLoss()
    {
        var pool = CreatePool();
        var first = await LeaseAsync(pool, "alice");
        await first.DisposeAsync();
        var second = await LeaseAsync(pool, "alice");
        Fake(second).Should().BeSameAs(Fake(first));

        Fake(second).Crash();

        first.Loss.Should().Be(LeaseLoss.None);
        first.Lost.IsCancellationRequested.Should().BeFalse();
        second.Loss.Should().Be(LeaseLoss.PageCrashed);
        pool.Snapshot().Cells.Should().ContainSingle().Which.Crashes.Should().Be(1, "one crash is counted once");
    }

    [Fact]
    public async Task Revoke_SecondReason_KeepsTheFirst()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");

        Fake(lease).Crash();
        Launcher.Browsers[0].Exit();
        Clock.Advance(TimeSpan.FromHours(1));

        lease.Loss.Should().Be(LeaseLoss.PageCrashed);
        Log.WithId(1102).Should().ContainSingle("a loss is told once");
        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 0, Bounds.Short, "its place came back, once");
    }

    [Fact]
    public async Task Page_AndContext_AreThoseOfTheOpenedContext()
    {
        var pool = CreatePool();

        await using var lease = await LeaseAsync(pool, "alice");

        lease.Page.Should().BeSameAs(Fake(lease).Page);
        lease.Context.Should().BeSameAs(Fake(lease).Context);
    }
}
