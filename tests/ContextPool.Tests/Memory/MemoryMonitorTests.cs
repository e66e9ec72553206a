using ContextPool.Leasing;
using ContextPool.Memory;
using Microsoft.Extensions.Logging;
using TestKit;

namespace ContextPool.Tests.Memory;

/// <summary>Through the pool, which reads memory every second.</summary>
public sealed class MemoryMonitorTests : PoolTest
{
    [Fact]
    public async Task Critical_IdleContextsFirst_ThenTheYoungestOfTheLeastImportantOneAtATime()
    {
        var pool = CreatePool();
        var important = await LendAsync(pool, "important", priority: 5);
        var older = await LendAsync(pool, "older", priority: 0);
        var younger = await LendAsync(pool, "younger", priority: 0);
        var normal = await LendAsync(pool, "normal", priority: 1);
        FakeContext[] idle = [await WarmAsync(pool, "alice"), await WarmAsync(pool, "bob")];
        ContextLease[] leases = [important, older, younger, normal];

        Memory.Use(0.95);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await ClosedAsync(idle);
        pool.Snapshot().Should().BeEquivalentTo(new { Idle = 0, Leased = 4, Pressure = PressureLevel.Critical });
        Lost().Should().BeEmpty("idle contexts go first");

        foreach (var next in new[] { younger, older, normal, important })
        {
            var before = Lost().Count;
            Clock.Advance(TimeSpan.FromSeconds(1));
            next.Loss.Should().Be(LeaseLoss.MemoryPressure);
            Lost().Should().HaveCount(before + 1, "one at each reading");
        }

        await ClosedAsync([.. leases.Select(Fake)]);

        List<ContextLease> Lost() => [.. leases.Where(lease => lease.Loss != LeaseLoss.None)];
    }

    [Fact]
    public async Task Critical_OverAgain_EndsNoMore()
    {
        var pool = CreatePool();
        var first = await LendAsync(pool, "first", priority: 0);
        var second = await LendAsync(pool, "second", priority: 0);
        Memory.Use(0.95);
        Clock.Advance(TimeSpan.FromSeconds(1));
        second.Loss.Should().Be(LeaseLoss.MemoryPressure);

        Memory.Use(0.80);
        Clock.Advance(TimeSpan.FromSeconds(60));

        first.Loss.Should().Be(LeaseLoss.None);
        pool.Snapshot().Pressure.Should().Be(PressureLevel.High, "80 % is not low enough to go on");
        Memory.Use(0.5);
        Clock.Advance(TimeSpan.FromSeconds(1));
        pool.Snapshot().Pressure.Should().Be(PressureLevel.Normal);
    }

    [Fact]
    public async Task High_EndsNoLeaseAndAdmitsNobody()
    {
        var pool = CreatePool(options => options.MaxContexts = 8);
        await using var lease = await LendAsync(pool, "first", priority: 0);
        pool.Snapshot().Should().BeEquivalentTo(new { Pressure = PressureLevel.Normal, Capacity = new PoolCapacity(8, CapacityBound.Configured) });

        Memory.Use(0.88);
        Clock.Advance(TimeSpan.FromSeconds(30));

        lease.Loss.Should().Be(LeaseLoss.None);
        pool.Snapshot().Should().BeEquivalentTo(new { Pressure = PressureLevel.High, Capacity = new PoolCapacity(1, CapacityBound.Pressure) });
        var waiting = LeaseAsync(pool, Fresh());
        waiting.IsCompleted.Should().BeFalse();
        Log.WithId(1202).Should().ContainSingle().Which.Should().Match<LoggedMessage>(
            message => message.Level == LogLevel.Warning && message.Text.Contains("High") && message.Text.Contains("88 %"));

        Memory.Use(0.5);
        await AdvanceUntilAsync(() => waiting.IsCompleted, "admission begins again");
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public void OomKills_CounterRises_IsToldByItsRise()
    {
        Memory.OomKills = 7;
        CreatePool();
        Clock.Advance(TimeSpan.FromSeconds(3));
        Log.WithId(1204).Should().BeEmpty("kills before our time are not ours");

        Memory.OomKills = 9;
        Clock.Advance(TimeSpan.FromSeconds(3));

        Log.WithId(1204).Should().ContainSingle().Which.Text.Should().Contain("2 processes");
    }

    private async Task<ContextLease> LendAsync(BrowserContextPool pool, string holder, int priority)
    {
        Clock.Advance(TimeSpan.FromMilliseconds(10));
        return await LeaseAsync(pool, Fresh(holder) with { Priority = priority });
    }
}
