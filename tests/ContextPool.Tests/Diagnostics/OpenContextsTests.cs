using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Recycling;
using TestKit;

namespace ContextPool.Tests.Diagnostics;

/// <summary>The contexts of a pool one by one, and why those that are gone went.</summary>
public sealed class OpenContextsTests : PoolTest
{
    [Fact]
    public async Task Contexts_LeasedWarmAndClosing_AreToldTheOldestFirst()
    {
        var pool = CreatePool();
        await WarmAsync(pool, For("alice", "https://a.example"));
        Clock.Advance(TimeSpan.FromSeconds(5));
        await using var held = await LeaseAsync(pool, For("bob", "https://b.example"));
        Clock.Advance(TimeSpan.FromSeconds(5));
        var once = await LeaseAsync(pool, Fresh("carol"));
        Launcher.WhileClosing = _ => FakeBrowserLauncher.Hang;
        await once.DisposeAsync();
        Clock.Advance(TimeSpan.FromMilliseconds(100));

        var (items, more) = pool.Contexts(10);

        items.Should().BeEquivalentTo(
            [
                new { State = ContextState.Warm, Leases = 1, Owner = (string?)"alice", Target = (string?)"https://a.example", Holder = (string?)null, HeldFor = TimeSpan.Zero, Age = TimeSpan.FromSeconds(10.1) },
                new { State = ContextState.Leased, Leases = 1, Owner = (string?)"bob", Target = (string?)"https://b.example", Holder = (string?)"bob at https://b.example", HeldFor = TimeSpan.FromSeconds(5.1), Age = TimeSpan.FromSeconds(5.1) },
                new { State = ContextState.Closing, Leases = 1, Owner = (string?)null, Target = (string?)null, Holder = (string?)null, HeldFor = TimeSpan.Zero, Age = TimeSpan.FromSeconds(0.1) },
            ],
            options => options.WithStrictOrdering());
        items.Should().OnlyContain(context => context.Cell == 1);
        more.Should().Be(0);
        pool.Contexts(1).Should().BeEquivalentTo(new { Items = new[] { new { State = ContextState.Warm } }, More = 2 });
    }

    [Fact]
    public async Task Contexts_PoolWithoutAny_IsEmpty() => CreatePool().Contexts(10).Should().BeEquivalentTo(new OpenContexts([], 0));

    [Fact]
    public async Task Totals_ContextsThatWent_AreCountedByReason()
    {
        var pool = CreatePool(options => options.MaxLeasesPerContext = 2);
        await (await LeaseAsync(pool, Fresh())).DisposeAsync();
        var tainted = await LeaseAsync(pool, "alice");
        tainted.Taint();
        await tainted.DisposeAsync();
        Fake(await LeaseAsync(pool, "bob")).Crash();
        await WarmAsync(pool, "carol");
        await (await LeaseAsync(pool, "carol")).DisposeAsync();
        await NothingInUseAsync(pool);

        var totals = pool.Snapshot().Totals;

        totals.ContextsClosedBy.Select(count => (count.Key, count.Value)).Should().Equal(
            (ContextEnd.Used, 1L), (ContextEnd.LeaseLost, 1L), (ContextEnd.Tainted, 1L), (ContextEnd.Worn, 1L));
        totals.LeasesLostBy.Select(count => (count.Key, count.Value)).Should().Equal((LeaseLoss.PageCrashed, 1L));
        totals.CellsRetiredBy.Should().BeEmpty();
    }

    [Fact]
    public async Task Totals_WarmContextThatNobodyWants_WentForThat()
    {
        var pool = CreatePool(options => { options.MaxIdleTime = TimeSpan.FromSeconds(30); options.MaxCellAge = TimeSpan.FromMinutes(10); });
        await WarmAsync(pool, "alice");

        await AdvanceUntilAsync(() => pool.Snapshot().Totals.ContextsClosedBy.Count > 0, "it is closed");
        Clock.Advance(TimeSpan.FromMinutes(10));
        await AdvanceUntilAsync(() => pool.Snapshot().Totals.CellsRetired > 0, "the browser is recycled");

        pool.Snapshot().Totals.ContextsClosedBy.Select(count => (count.Key, count.Value)).Should().Equal((ContextEnd.Idle, 1L));
        pool.Snapshot().Totals.CellsRetiredBy.Select(count => (count.Key, count.Value)).Should().Equal((RecycleReason.Age, 1L));
    }
}
