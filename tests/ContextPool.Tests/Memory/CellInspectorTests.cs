using ContextPool.Browsers;
using ContextPool.Leasing;
using ContextPool.Memory;
using TestKit;

namespace ContextPool.Tests.Memory;

public sealed class CellInspectorTests : PoolTest, IDisposable
{
    private const long Megabyte = 1L << 20;

    private static readonly ProcessIdentity Driver = new(1_000_001, 1);
    private static readonly ProcessIdentity Browser = new(1_000_002, 1);
    private static readonly ProcessIdentity Renderer = new(1_000_003, 1);
    private static readonly ProcessIdentity First = new(1_000_004, 1);
    private static readonly ProcessIdentity Second = new(1_000_005, 1);

    private readonly SleepingProcesses _processes = new();
    private readonly FakeProcessProbe _probe = new();
    private readonly ContextPoolOptions _options = new();

    public CellInspectorTests()
    {
        Launcher.DriverPid = Environment.ProcessId;   // some process that lives; its tree is the fake's
        _probe.Set(Driver, BrowserProcessKind.Driver);
        _probe.Set(Browser, BrowserProcessKind.Browser);
    }

    public void Dispose() => _processes.Dispose();

    // ------------------------------------------------------------------ tabs that are too large

    [Fact]
    public async Task Tick_RendererOverItsCap_IsKilledAlone()
    {
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        var (cell, _, _) = await parts.OpenAsync();
        var fat = _processes.Start();
        var lean = _processes.Start();
        var browser = _processes.Start();
        _probe.Set(fat, BrowserProcessKind.Renderer, _options.MaxTabBytes + 1);
        _probe.Set(lean, BrowserProcessKind.Renderer, _options.MaxTabBytes);
        _probe.Set(browser, BrowserProcessKind.Browser, _options.MaxTabBytes * 2);

        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => !fat.IsAlive, Bounds.Short, "the page's process is killed");
        lean.IsAlive.Should().BeTrue();
        browser.IsAlive.Should().BeTrue("only pages have a cap");
        cell.MemoryKills.Claim().Should().Be(LeaseLoss.MemoryExceeded, "the crash that follows is explained");
        cell.MemoryKills.Claim().Should().BeNull();
        Log.WithId(1203).Should().ContainSingle().Which.Text.Should().ContainAll($"pid {fat.Pid}", "1024 MB");
    }

    [Fact]
    public async Task Tick_RendererNumberUsedAgain_KillsNobody()
    {
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        await parts.OpenAsync();
        var other = _processes.Start();
        _probe.Set(other with { StartTicks = other.StartTicks - 1 }, BrowserProcessKind.Renderer, _options.MaxTabBytes * 2);

        Clock.Advance(TimeSpan.FromSeconds(1));

        Log.WithId(1203).Should().ContainSingle();
        other.IsAlive.Should().BeTrue();
    }

    // ------------------------------------------------------------------ helpers that die

    [Fact]
    public async Task Tick_GpuProcessReplaced_CountsItsDeathAndLosesNobody()
    {
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        var (cell, context, _) = await parts.OpenAsync();
        var lease = await parts.LendAsync(context, Fresh());
        _probe.Set(First, BrowserProcessKind.Gpu);
        Clock.Advance(TimeSpan.FromSeconds(1));
        cell.Wear.GpuDeaths.Should().Be(0);

        _probe.Replace(BrowserProcessKind.Gpu, Second);
        Clock.Advance(TimeSpan.FromSeconds(2));

        cell.Wear.GpuDeaths.Should().Be(1);
        Log.WithId(1008).Should().ContainSingle();
        _probe.Replace(BrowserProcessKind.Gpu, First);
        Clock.Advance(TimeSpan.FromSeconds(1));
        cell.Wear.GpuDeaths.Should().Be(2);
        lease.Loss.Should().Be(LeaseLoss.None);
    }

    [Fact]
    public async Task Tick_NetworkServiceReplaced_LosesItsLeasesAndTellsTheSupplyFirst()
    {
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        var (cell, context, fake) = await parts.OpenAsync();
        var lease = await parts.LendAsync(context, Fresh());
        var (_, warm, warmFake) = await parts.OpenAsync();
        var lossesWhenTold = new List<LeaseLoss>();
        inspector.NetworkServiceLost += told =>
        {
            told.Should().BeSameAs(cell);
            lossesWhenTold.Add(lease.Loss);
            parts.Supply.CloseIdleIn(told);
        };
        parts.Supply.TakeBack(await parts.LendAsync(warm, For("alice")), mayKeep: true);
        parts.Supply.Idle.Should().Be(1);
        _probe.Set(First, BrowserProcessKind.NetworkService);
        Clock.Advance(TimeSpan.FromSeconds(1));
        lease.Loss.Should().Be(LeaseLoss.None);

        _probe.Replace(BrowserProcessKind.NetworkService, Second);
        Clock.Advance(TimeSpan.FromSeconds(1));

        lease.Loss.Should().Be(LeaseLoss.NetworkServiceLost);
        lossesWhenTold.Should().Equal(LeaseLoss.None);
        parts.Supply.Idle.Should().Be(0);
        await ClosedAsync(warmFake);
        Log.WithId(1009).Should().ContainSingle().Which.Text.Should().Contain("1 leases");
        cell.State.Should().Be(ContextPool.Diagnostics.CellState.Serving, "the browser itself is well");
        fake.IsBroken.Should().BeFalse();
    }

    [Fact]
    public async Task Tick_RealNetworkServiceDies_PoolLosesItsLeasesAndItsIdleContexts()
    {
        using var folder = new TempFolder();
        Launcher.DriverPid = StartDriver(folder).Pid;
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");
        var warm = await WarmAsync(pool, "bob");
        await Eventually.HoldsAsync(() => NetworkServices(Launcher.DriverPid.Value).Count == 1, Bounds.Short, "the network service runs");
        Clock.Advance(TimeSpan.FromSeconds(1));
        lease.Loss.Should().Be(LeaseLoss.None);
        var service = NetworkServices(Launcher.DriverPid.Value)[0];

        Signal.Kill(service.Pid);
        await Eventually.HoldsAsync(
            () => NetworkServices(Launcher.DriverPid.Value) is [var next] && next.Pid != service.Pid, Bounds.Short, "the browser has started another");
        Clock.Advance(TimeSpan.FromSeconds(1));

        lease.Loss.Should().Be(LeaseLoss.NetworkServiceLost);
        pool.Snapshot().Idle.Should().Be(0);
        await ClosedAsync(warm, Fake(lease));
        pool.Snapshot().Cells.Should().ContainSingle("the browser itself is well");
        Launcher.DriverPid = null;
    }

    // ------------------------------------------------------------------ what a tab costs

    [Fact]
    public async Task Tick_BusyTabMeasured_IsLearned()
    {
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        Measured();
        (inspector.TabBytes, inspector.TabSamples, inspector.CellBaseBytes).Should().Be((_options.TabBytes, 0, _options.CellBaseBytes));
        var (cell, context, _) = await parts.OpenAsync();
        var lease = await parts.LendAsync(context, Fresh());

        Clock.Advance(TimeSpan.FromSeconds(1));

        inspector.TabSamples.Should().Be(1);
        inspector.TabBytes.Should().Be(((20 * _options.TabBytes) + (360 * Megabyte)) / 21);
        inspector.CellBaseBytes.Should().Be(300 * Megabyte);
        cell.Wear.PssBytes.Should().Be(660 * Megabyte);
        lease.Loss.Should().Be(LeaseLoss.None);
        Clock.Advance(TimeSpan.FromSeconds(9));
        _probe.PssReads.Should().Be(3, "reading it is dear");
        Clock.Advance(TimeSpan.FromSeconds(1));
        _probe.PssReads.Should().Be(6);
        inspector.TabSamples.Should().Be(2);
    }

    [Fact]
    public async Task Tick_OnlyIdleTabs_TeachNothingAboutTabs()
    {
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        Measured();
        await parts.OpenAsync();   // in its cell, and nobody has it on loan

        Clock.Advance(TimeSpan.FromSeconds(1));

        inspector.TabSamples.Should().Be(0);
        inspector.CellBaseBytes.Should().Be(660 * Megabyte);
    }

    [Fact]
    public async Task Tick_MeasureTabCostIsOff_LeavesTheGuesses()
    {
        _options.MeasureTabCost = false;
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        Measured();
        var (_, context, _) = await parts.OpenAsync();
        await parts.LendAsync(context, Fresh());

        Clock.Advance(TimeSpan.FromMinutes(5));

        (inspector.TabBytes, inspector.TabSamples, inspector.CellBaseBytes).Should().Be((_options.TabBytes, 0, _options.CellBaseBytes));
        _probe.PssReads.Should().Be(0);
    }

    [Fact]
    public async Task Tick_SharesCannotBeRead_LeavesTheGuesses()
    {
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        _probe.Set(Renderer, BrowserProcessKind.Renderer);
        var (cell, context, _) = await parts.OpenAsync();
        await parts.LendAsync(context, Fresh());

        Clock.Advance(TimeSpan.FromSeconds(1));

        _probe.PssReads.Should().Be(3);
        (inspector.TabBytes, inspector.TabSamples, inspector.CellBaseBytes).Should().Be((_options.TabBytes, 0, _options.CellBaseBytes));
        cell.Wear.PssBytes.Should().Be(0);
    }

    // ------------------------------------------------------------------ what goes wrong

    [Fact]
    public async Task Tick_ProbeFails_IsToldAndGoesOn()
    {
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        var (cell, _, _) = await parts.OpenAsync();
        _probe.Set(First, BrowserProcessKind.Gpu);
        Clock.Advance(TimeSpan.FromSeconds(1));
        _probe.Failure = new IOException("no /proc");
        var tick = () => Clock.Advance(TimeSpan.FromSeconds(1));

        tick.Should().NotThrow("an exception in a timer ends the program");
        Log.WithId(1205).Should().ContainSingle().Which.Text.Should().Contain("no /proc");
        _probe.Failure = null;
        _probe.Replace(BrowserProcessKind.Gpu, Second);
        Clock.Advance(TimeSpan.FromSeconds(1));

        cell.Wear.GpuDeaths.Should().Be(1);
    }

    [Fact]
    public async Task Tick_DriverNotKnown_LooksAtNothing()
    {
        Launcher.DriverPid = null;
        var (parts, inspector) = Create();
        await using var stopped = inspector;
        Measured();
        var (_, context, _) = await parts.OpenAsync();
        await parts.LendAsync(context, Fresh());

        Clock.Advance(TimeSpan.FromSeconds(5));

        _probe.PssReads.Should().Be(0);
        inspector.TabSamples.Should().Be(0);
    }

    private (Parts Parts, CellInspector Inspector) Create()
    {
        var parts = CreateParts();
        return (parts, new CellInspector(_options, parts.Fleet, parts.Places, _probe, Clock, parts.Metrics, Log));
    }

    /// <summary>300 MB of base, and a page of 360 MB.</summary>
    private void Measured()
    {
        _probe.Set(Driver, BrowserProcessKind.Driver, pssBytes: 100 * Megabyte);
        _probe.Set(Browser, BrowserProcessKind.Browser, pssBytes: 200 * Megabyte);
        _probe.Set(Renderer, BrowserProcessKind.Renderer, pssBytes: 360 * Megabyte);
    }

    /// <summary>Shells that look like a driver, a browser and its network service, which is started again when it dies.</summary>
    private ProcessIdentity StartDriver(TempFolder folder)
    {
        var browser = folder.Combine("chromium");
        File.Copy("/bin/sh", browser);
        var never = folder.Combine("never");
        _processes.Run("mkfifo", never);   // opening it waits for a writer that never comes
        var service = $"{browser} -c \"read x < {never}\" --type=utility --utility-sub-type=network.mojom.NetworkService";
        return _processes.Start("sh", ["-c", $"{browser} -c 'while :; do {service}; done' --user-data-dir=x & wait"]);
    }

    private static List<ProcessEntry> NetworkServices(int driver) =>
        [.. ProcessTable.DescendantsOf(driver).Where(process => !process.IsZombie && process.CommandLine.Contains("read x", StringComparison.Ordinal) && !process.CommandLine.Contains("while", StringComparison.Ordinal))];
}
