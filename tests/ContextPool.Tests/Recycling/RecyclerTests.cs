using ContextPool.Diagnostics;
using ContextPool.Leasing;
using TestKit;

namespace ContextPool.Tests.Recycling;

/// <summary>Through the pool, whose watchdog asks the recycler every second.</summary>
public sealed class RecyclerTests : PoolTest
{
    [Fact]
    public async Task Sweep_CellTooOld_StartsTheNextBeforeTheOldTakesNoMore()
    {
        var pool = CreatePool(options => options.MaxCellAge = TimeSpan.FromMinutes(1));
        var held = await LeaseAsync(pool, "alice");
        var launch = new TaskCompletionSource();
        Launcher.WhileLaunching = _ => launch.Task;

        Clock.Advance(TimeSpan.FromSeconds(59));
        Launcher.Launches.Should().Be(1);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => Launcher.Launches == 2, Bounds.Short, "the next browser is being started");
        States(pool).Should().Equal([CellState.Serving]);
        await using (var meanwhile = await LeaseAsync(pool, "bob"))
            meanwhile.Pooled.Cell.Id.Should().Be(1, "capacity never falls");
        launch.SetResult();

        await Eventually.HoldsAsync(() => States(pool).SequenceEqual([CellState.Retiring, CellState.Serving]), Bounds.Short, "the old one takes no more");
        Log.WithId(1006).Should().ContainSingle().Which.Text.Should().Contain("Age");
        await using (var next = await LeaseAsync(pool, "carol"))
            next.Pooled.Cell.Id.Should().Be(2);
        held.Loss.Should().Be(LeaseLoss.None);
        await held.DisposeAsync();
        await Eventually.HoldsAsync(() => Launcher.Browsers[0].WasClosed, Bounds.Short, "it is closed after its last lease");
        pool.Snapshot().Cells.Select(cell => cell.Id).Should().Equal(2);
    }

    [Fact]
    public async Task Sweep_IdleCellWorn_IsClosedAndNotReplaced()
    {
        var pool = CreatePool(options => options.MaxCellAge = TimeSpan.FromMinutes(1));
        await (await LeaseAsync(pool, Fresh())).DisposeAsync();
        await NothingInUseAsync(pool);

        Clock.Advance(TimeSpan.FromMinutes(1));

        await Eventually.HoldsAsync(() => Launcher.Browsers[0].WasClosed, Bounds.Short, "it is closed");
        Launcher.Launches.Should().Be(1, "nobody needs another now");
        pool.Snapshot().Cells.Should().BeEmpty();
    }

    [Fact]
    public async Task Sweep_SeveralWorn_AreReplacedOneAtATime()
    {
        var pool = CreatePool(options => { options.MaxContextsPerCell = 1; options.MaxCellAge = TimeSpan.FromMinutes(1); });
        var leases = new[] { await LeaseAsync(pool, "a"), await LeaseAsync(pool, "b"), await LeaseAsync(pool, "c") };

        Clock.Advance(TimeSpan.FromMinutes(1));
        await Eventually.HoldsAsync(() => States(pool).Count(state => state == CellState.Retiring) == 1, Bounds.Short, "the first takes no more");
        Clock.Advance(TimeSpan.FromSeconds(10));
        States(pool).Count(state => state == CellState.Retiring).Should().Be(1, "the next waits until the first is gone");
        Launcher.Launches.Should().Be(4);
        leases[0].Pooled.Cell.State.Should().Be(CellState.Retiring);
        await leases[0].DisposeAsync();
        await Eventually.HoldsAsync(() => Launcher.Browsers[0].WasClosed, Bounds.Short, "the first is gone");
        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => leases[1].Pooled.Cell.State == CellState.Retiring, Bounds.Short, "now the second takes no more");
        leases[2].Pooled.Cell.State.Should().Be(CellState.Serving);
        leases.Should().OnlyContain(lease => lease.Loss == LeaseLoss.None);
    }

    [Fact]
    public async Task Sweep_LaunchFails_LeavesTheOldOneServingAndTriesAgain()
    {
        var pool = CreatePool(options => options.MaxCellAge = TimeSpan.FromMinutes(1));
        var held = await LeaseAsync(pool, "alice");
        Launcher.FailNextLaunches(2);

        Clock.Advance(TimeSpan.FromMinutes(1));
        await Eventually.HoldsAsync(() => Log.WithId(1007).Count == 1, Bounds.Short, "it is told");
        States(pool).Should().Equal([CellState.Serving]);
        await using (var other = await LeaseAsync(pool, "bob"))
            other.Pooled.Cell.Id.Should().Be(1, "a worn browser is better than none");

        await AdvanceUntilAsync(() => States(pool).SequenceEqual([CellState.Retiring, CellState.Serving]), "it is replaced in the end");
        held.Loss.Should().Be(LeaseLoss.None);
    }

    [Fact]
    public async Task Sweep_TabsCrashed_ReplacesTheCell()
    {
        var pool = CreatePool();
        await using var held = await LeaseAsync(pool, "alice");
        for (var i = 0; i < 3; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            Launcher.Launches.Should().Be(1);
            Fake(await LeaseAsync(pool, "bob")).Crash();
        }

        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => States(pool).SequenceEqual([CellState.Retiring, CellState.Serving]), Bounds.Short, "it is replaced");
        Log.WithId(1006).Should().ContainSingle().Which.Text.Should().Contain("Crashes");
    }

    [Fact]
    public async Task Sweep_NoContextOpensAnyMore_ReplacesTheCell()
    {
        var pool = CreatePool();
        await using var held = await LeaseAsync(pool, "alice");
        Launcher.WhileOpening = _ => Task.FromException(new InvalidOperationException("out of files"));
        for (var i = 0; i < 3; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            Launcher.Launches.Should().Be(1);
            await pool.Awaiting(failing => LeaseAsync(failing, Fresh())).Should().ThrowAsync<BrowserLaunchException>();
        }

        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => States(pool).SequenceEqual([CellState.Retiring, CellState.Serving]), Bounds.Short, "it is replaced");
        Log.WithId(1006).Should().ContainSingle().Which.Text.Should().Contain("FailedOpenings");
        held.Loss.Should().Be(LeaseLoss.None);
    }

    [Fact]
    public async Task Sweep_OpeningBecameSlow_ReplacesTheCell()
    {
        var pool = CreatePool(options => options.MaxCellSlowdown = 4);
        await using var held = await LeaseAsync(pool, "alice");   // the first of the early ones takes no time
        for (var i = 0; i < 39; i++)
        {
            var took = TimeSpan.FromSeconds(i < 19 ? 0.1 : 0.5);
            Launcher.WhileOpening = _ =>
            {
                Clock.Advance(took);
                return Task.CompletedTask;
            };
            await (await LeaseAsync(pool, Fresh())).DisposeAsync();
        }

        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => Log.WithId(1006).Count == 1, Bounds.Short, "it is replaced");
        Log.WithId(1006)[0].Text.Should().Contain("Slowdown");
    }

    private static IEnumerable<CellState> States(BrowserContextPool pool) => pool.Snapshot().Cells.Select(cell => cell.State);
}
