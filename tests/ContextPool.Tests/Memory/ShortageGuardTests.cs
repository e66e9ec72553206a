using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Memory;
using TestKit;

namespace ContextPool.Tests.Memory;

public sealed class ShortageGuardTests : PoolTest, IDisposable
{
    private const long Megabyte = 1L << 20;

    private readonly SleepingProcesses _sleepers = new();
    private readonly FakeProcessProbe _processes = new();
    private readonly FakeMemoryProbe _memory = new();
    private readonly ContextPoolOptions _options = new();

    public ShortageGuardTests() => Launcher.DriverPid = Environment.ProcessId;   // some process that lives; its tree is the fake's

    public void Dispose() => _sleepers.Dispose();

    [Fact]
    public async Task Tick_LittleLeft_KillsTheLargestPageAndSaysWhy()
    {
        var (parts, guard) = Create();
        await using var stopped = guard;
        var (cell, _, _) = await parts.OpenAsync();
        var bomb = Renderer(500);
        var ordinary = Renderer(60);
        _memory.AvailableBytes = 100 * Megabyte;

        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => !bomb.IsAlive, Bounds.Short, "the largest page is killed");
        ordinary.IsAlive.Should().BeTrue();
        cell.MemoryKills.Claim().Should().Be(LeaseLoss.MemoryExceeded);
        Log.WithId(1206).Should().ContainSingle().Which.Text.Should().ContainAll("100 MB left", "Renderer", $"pid {bomb.Pid}", "500 MB");
    }

    [Fact]
    public async Task Tick_VictimOfOrdinarySize_IsNotBlamed()
    {
        var (parts, guard) = Create();
        await using var stopped = guard;
        var (cell, _, _) = await parts.OpenAsync();
        Renderer(60);
        _memory.AvailableBytes = 100 * Megabyte;

        Clock.Advance(TimeSpan.FromSeconds(1));

        cell.MemoryKills.Claim().Should().Be(LeaseLoss.MemoryPressure);
    }

    [Fact]
    public async Task Tick_TwoThatFillMemory_BothGoWithinTwoLooks()
    {
        var (parts, guard) = Create();
        await using var stopped = guard;
        await parts.OpenAsync();
        var first = Renderer(500);
        var second = Renderer(400);
        var ordinary = Renderer(60);
        _memory.AvailableBytes = 120 * Megabyte;
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => !first.IsAlive, Bounds.Short, "the largest page is killed");

        _processes.Tree.RemoveAll(process => process.Id == first);
        _memory.AvailableBytes = 110 * Megabyte;   // it falls on
        Clock.Advance(TimeSpan.FromMilliseconds(50));

        await Eventually.HoldsAsync(() => !second.IsAlive, Bounds.Short, "the other one is killed");
        ordinary.IsAlive.Should().BeTrue();
    }

    [Fact]
    public async Task Tick_SomebodyElsesMemory_PagesGoOneASecond()
    {
        var (parts, guard) = Create();
        await using var stopped = guard;
        await parts.OpenAsync();
        for (var i = 0; i < 3; i++)
            Renderer(60);
        _memory.AvailableBytes = 100 * Megabyte;
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => _processes.Tree.Count(process => process.Id.IsAlive) == 2, Bounds.Short, "one is killed");

        for (var i = 0; i < 9; i++)
            Clock.Advance(TimeSpan.FromMilliseconds(100));

        Log.WithId(1206).Should().ContainSingle();
        for (var i = 0; i < 3; i++)
            Clock.Advance(TimeSpan.FromMilliseconds(100));
        Log.WithId(1206).Should().HaveCount(2);
    }

    [Fact]
    public async Task Tick_TheBrowserItselfHasTakenIt_LosesTheCell()
    {
        var (parts, guard) = Create();
        await using var stopped = guard;
        var (cell, _, _) = await parts.OpenAsync();
        _processes.Set(_sleepers.Start(), BrowserProcessKind.Browser, 900 * Megabyte);
        Renderer(60);
        _memory.AvailableBytes = 100 * Megabyte;

        Clock.Advance(TimeSpan.FromSeconds(1));

        cell.State.Should().Be(CellState.Dead);
        Log.WithId(1003).Should().ContainSingle().Which.Text.Should().Contain(nameof(CellLossReason.MemoryExceeded));
    }

    [Fact]
    public async Task Tick_NothingOpen_ReadsNothing()
    {
        var (_, guard) = Create();
        await using var stopped = guard;
        _memory.Failure = new IOException("no figures");

        Clock.Advance(TimeSpan.FromSeconds(1));

        Log.WithId(1207).Should().BeEmpty();
    }

    [Fact]
    public async Task Tick_MemoryUnreadable_LooksAgain()
    {
        var (parts, guard) = Create();
        await using var stopped = guard;
        await parts.OpenAsync();
        var bomb = Renderer(500);
        _memory.AvailableBytes = 100 * Megabyte;
        _memory.Failure = new IOException("no figures");
        Clock.Advance(TimeSpan.FromSeconds(1));
        Log.WithId(1207).Should().ContainSingle().Which.Text.Should().Contain("no figures");

        _memory.Failure = null;
        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => !bomb.IsAlive, Bounds.Short, "the guard goes on");
    }

    private ProcessIdentity Renderer(long megabytes)
    {
        var process = _sleepers.Start();
        _processes.Set(process, BrowserProcessKind.Renderer, megabytes * Megabyte);
        return process;
    }

    private (Parts Parts, ShortageGuard Guard) Create()
    {
        var parts = CreateParts();
        var inspector = new CellInspector(_options, parts.Fleet, parts.Places, _processes, Clock, parts.Metrics, Log);
        return (parts, new ShortageGuard(_options, _memory, _processes, parts.Fleet, inspector, Clock, parts.Metrics, Log));
    }
}
