using ContextPool;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using TestKit;
using static BrowserFarm.IntegrationTests.Pool.PoolUnderTest;

namespace BrowserFarm.IntegrationTests.Pool;

/// <summary>Processes of the browser killed and stopped for real, one kind at a time.</summary>
public sealed class ProcessFaultTests
{
    private const int CellLostEvent = 1002;
    private const int CellKilledEvent = 1003;
    private const int GpuDiedEvent = 1008;
    private const int NetworkServiceDiedEvent = 1009;
    private const int LeaseLostEvent = 1102;
    private const int RendererKilledEvent = 1203;

    [Fact]
    public async Task Lease_SchedulerSharesBySession_BrowserGivesWayToUs()
    {
        await using var test = new FaultyPool(contexts: 1);
        await using var lease = await test.Pool.LeaseAsync(LeaseRequest.Any);
        var group = $"/proc/{test.Pool.Snapshot().Cells.Single().BrowserPid}/autogroup";

        // A kernel without such groups has no such file, and then there is nothing to give way in.
        if (File.Exists(group))
            (await File.ReadAllTextAsync(group)).Trim().Should().EndWith("nice 10");
        await lease.ShouldWorkAsync();
    }

    [Fact]
    public async Task Lease_RendererKilled_IsLostAloneAndSoonTheNextOneWorks()
    {
        await using var test = new FaultyPool(contexts: 2);
        var pool = test.Pool;
        await using var neighbour = await pool.LeaseAsync(new LeaseRequest("neighbour"));
        await neighbour.ShouldWorkAsync();
        var before = Renderers(pool);
        await using var victim = await pool.LeaseAsync(new LeaseRequest("victim"));
        await victim.ShouldWorkAsync();

        Signal.Kill(Renderers(pool).Except(before).First());

        await victim.ShouldBeLostAsync(LeaseLoss.PageCrashed);
        await neighbour.ShouldWorkAsync();
        pool.Snapshot().Cells.Single().Crashes.Should().Be(1);
        await test.IsOverAsync(LeaseLostEvent, "browserfarm.pool.leases.lost", neighbour, victim);
    }

    [Fact]
    public async Task Lease_RendererStopped_IsTakenForHungAndDoesNotOutliveThePool()
    {
        await using var test = new FaultyPool(contexts: 1);
        var pool = test.Pool;
        await using var lease = await pool.LeaseAsync(LeaseRequest.Any);
        await lease.ShouldWorkAsync();

        var renderers = Renderers(pool);
        foreach (var renderer in renderers)
            Signal.Stop(renderer);

        await lease.ShouldBeLostAsync(LeaseLoss.PageHung);
        await test.IsOverAsync(LeaseLostEvent, "browserfarm.pool.leases.lost", lease);

        await pool.DisposeAsync();
        renderers.Should().OnlyContain(renderer => IsGone(renderer), "a stopped process does not hear that its browser is gone");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lease_BrowserOrDriverStopped_IsLostWithinThreeHeartbeatsAndTheOtherCellLivesOn(bool browser)
    {
        await using var test = new FaultyPool(contexts: 2, options => options.MaxContextsPerCell = 1);
        var pool = test.Pool;
        await using var victim = await pool.LeaseAsync(new LeaseRequest("victim"));
        var cell = pool.Snapshot().Cells.Single();
        await using var elsewhere = await pool.LeaseAsync(new LeaseRequest("elsewhere"));

        Signal.Stop(browser ? cell.BrowserPid!.Value : cell.DriverPid!.Value);

        await victim.ShouldBeLostAsync(LeaseLoss.BrowserLost);
        await elsewhere.ShouldWorkAsync();
        await Eventually.HoldsAsync(
            () => IsGone(cell.BrowserPid!.Value) && IsGone(cell.DriverPid!.Value), Bounds.Medium, "neither browser nor driver is left");
        await test.IsOverAsync(CellKilledEvent, "browserfarm.pool.cells.lost", victim, elsewhere);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lease_BrowserOrDriverKilled_IsLostAtOnceAndAnotherTakesOver(bool browser)
    {
        await using var test = new FaultyPool(contexts: 2);
        var pool = test.Pool;
        await using var first = await pool.LeaseAsync(new LeaseRequest("first"));
        await using var second = await pool.LeaseAsync(new LeaseRequest("second"));
        var cell = pool.Snapshot().Cells.Single();

        Signal.Kill(browser ? cell.BrowserPid!.Value : cell.DriverPid!.Value);

        await first.ShouldBeLostAsync(LeaseLoss.BrowserLost);
        await second.ShouldBeLostAsync(LeaseLoss.BrowserLost);
        await test.IsOverAsync(CellLostEvent, "browserfarm.pool.cells.lost", first, second);
    }

    [Fact]
    public async Task Lease_AloneAndItsBrowserKilled_TakesNobodyWithIt()
    {
        await using var test = new FaultyPool(contexts: 2);
        var pool = test.Pool;
        await using var neighbour = await pool.LeaseAsync(new LeaseRequest("neighbour"));
        var shared = pool.Snapshot().Cells.Single();
        await using var alone = await pool.LeaseAsync(new LeaseRequest("suspect") { Alone = true });
        await alone.ShouldWorkAsync();
        var own = pool.Snapshot().Cells.Single(cell => cell.BrowserPid != shared.BrowserPid);

        Signal.Kill(own.BrowserPid!.Value);

        await alone.ShouldBeLostAsync(LeaseLoss.BrowserLost);
        await neighbour.ShouldWorkAsync();
        await test.IsOverAsync(CellLostEvent, "browserfarm.pool.cells.lost", alone, neighbour);
        pool.Snapshot().Cells.Should().Contain(cell => cell.BrowserPid == shared.BrowserPid);
    }

    [Fact]
    public async Task Lease_NetworkServiceKilled_IsLostForItsCookiesAre()
    {
        await using var test = new FaultyPool(contexts: 1);
        var pool = test.Pool;
        await using var lease = await pool.LeaseAsync(new LeaseRequest("stateful"));
        await lease.ShouldWorkAsync();
        await Eventually.HoldsAsync(() => Processes(pool, "network.mojom.NetworkService").Count == 1, Bounds.Medium, "there is one to kill");
        await SeenByThePoolAsync(pool);

        Signal.Kill(Processes(pool, "network.mojom.NetworkService").Single());

        await lease.ShouldBeLostAsync(LeaseLoss.NetworkServiceLost);
        await test.IsOverAsync(NetworkServiceDiedEvent, "browserfarm.pool.network.deaths", lease);
    }

    [Fact]
    public async Task Cell_GpuProcessKilledAgainAndAgain_IsReplacedBeforeChromiumEndsItself()
    {
        await using var test = new FaultyPool(contexts: 2);
        var pool = test.Pool;
        var lease = await pool.LeaseAsync(LeaseRequest.Any);
        var worn = pool.Snapshot().Cells.Single();

        // Six times in all: whichever browser a lease is in, it is gone from before Chromium gives up.
        for (var death = 1; death <= 6; death++)
        {
            var cell = CellOf(pool, lease);
            await KillGpuAsync(pool, cell);
            await lease.ShouldWorkAsync();
            if (DeathsOf(pool, cell.Id) < 3)
                continue;

            await Eventually.HoldsAsync(
                () => pool.Snapshot().Cells.Any(other => other.Id != cell.Id && other.State == CellState.Serving), Bounds.Medium, "another browser takes over");
            await lease.DisposeAsync();
            await Eventually.HoldsAsync(() => IsGone(cell.BrowserPid!.Value), Bounds.Medium, "the worn browser is closed after its last lease");
            lease = await pool.LeaseAsync(LeaseRequest.Any);
        }

        pool.Snapshot().Cells.Should().NotContain(cell => cell.Id == worn.Id);
        await test.IsOverAsync(GpuDiedEvent, "browserfarm.pool.gpu.deaths", lease);
    }

    [Fact]
    public async Task Lease_PageThatTakesTooMuchMemory_IsLostAloneBeforeTheMachineNotices()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", """
            <script>
            const kept = [];
            setInterval(() => { const block = new Uint8Array(16 << 20); block.fill(kept.length + 1); kept.push(block); }, 20);
            </script>
            """);
        await using var test = new FaultyPool(contexts: 2, options => options.MaxTabBytes = 300L << 20);
        var pool = test.Pool;
        await using var neighbour = await pool.LeaseAsync(new LeaseRequest("neighbour"));
        await using var greedy = await pool.LeaseAsync(new LeaseRequest("greedy"));

        greedy.Open(site.BaseUri);

        await greedy.ShouldBeLostAsync(LeaseLoss.MemoryExceeded);
        await neighbour.ShouldWorkAsync();
        pool.Snapshot().Cells.Single().Crashes.Should().Be(0, "it was our doing");
        await test.IsOverAsync(RendererKilledEvent, "browserfarm.pool.leases.lost", neighbour, greedy);
    }

    [Fact]
    public async Task LeaseAsync_DriverOutOfFileDescriptors_MovesToAnotherBrowser()
    {
        await using var test = new FaultyPool(contexts: 4, options => options.OpenTimeout = TimeSpan.FromSeconds(3));
        var pool = test.Pool;
        await using var first = await pool.LeaseAsync(LeaseRequest.Any);
        var cell = pool.Snapshot().Cells.Single();
        await LimitFilesAsync(cell.BrowserPid!.Value);

        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await using var lease = await pool.LeaseAsync(LeaseRequest.Any);
                    await lease.ShouldWorkAsync();
                    return true;
                }
                catch (Exception exception) when (exception is BrowserLaunchException or Microsoft.Playwright.PlaywrightException or TimeoutException)
                {
                    return false;
                }
            },
            Bounds.Long,
            "a browser that can open nothing more is replaced");
        await first.DisposeAsync();
        await Eventually.HoldsAsync(() => IsGone(cell.BrowserPid!.Value), Bounds.Long, "nothing more is asked of it");
        await test.IsOverAsync();
    }

    [Fact]
    public async Task Lease_MachineWithoutAFreeProcessor_LosesNobody()
    {
        await using var test = new FaultyPool(contexts: 3);
        var pool = test.Pool;
        var leases = new List<ContextLease>();
        for (var i = 0; i < 3; i++)
            leases.Add(await pool.LeaseAsync(new LeaseRequest($"lease {i}")));

        using var stop = new CancellationTokenSource();
        var loops = Enumerable.Range(0, 16).Select(_ => System.Diagnostics.Process.Start("sh", ["-c", "while :; do :; done"])).ToList();
        try
        {
            // Longer than a page may be silent.
            await Task.Delay(TimeSpan.FromSeconds(9), TimeProvider.System);
        }
        finally
        {
            foreach (var loop in loops)
            {
                loop.Kill();
                loop.Dispose();
            }
        }

        foreach (var lease in leases)
        {
            await lease.ShouldWorkAsync();
            await lease.DisposeAsync();
        }

        await test.IsOverAsync();
    }

    private static CellSnapshot CellOf(BrowserContextPool pool, ContextLease lease) => pool.Snapshot().Cells.Single(cell => cell.Id == lease.Pooled.Cell.Id);

    private static int? DeathsOf(BrowserContextPool pool, int cell) =>
        pool.Snapshot().Cells.FirstOrDefault(found => found.Id == cell)?.GpuDeaths;

    /// <summary>Kills the one that lives, and returns when the pool has counted its death.</summary>
    private static async Task KillGpuAsync(BrowserContextPool pool, CellSnapshot cell)
    {
        var before = DeathsOf(pool, cell.Id) ?? 0;
        await Eventually.HoldsAsync(() => GpuOf(cell) is not null, Bounds.Medium, "Chromium starts another one");
        await SeenByThePoolAsync(pool);
        Signal.Kill(GpuOf(cell)!.Value);
        await Eventually.HoldsAsync(() => DeathsOf(pool, cell.Id) == before + 1, Bounds.Medium, "the pool counts it");

        static int? GpuOf(CellSnapshot cell) => ProcessTable.DescendantsOf(cell.DriverPid!.Value)
            .FirstOrDefault(process => !process.IsZombie && process.CommandLine.Contains("--type=gpu-process", StringComparison.Ordinal))?.Pid;
    }

    /// <summary>The pool looks at processes once a second: what it has not seen alive it cannot miss.</summary>
    private static Task SeenByThePoolAsync(BrowserContextPool pool)
    {
        _ = pool;
        return Task.Delay(TimeSpan.FromSeconds(2.5), TimeProvider.System);
    }

    private static async Task LimitFilesAsync(int pid)
    {
        var open = Directory.GetFiles($"/proc/{pid}/fd").Length;
        using var prlimit = System.Diagnostics.Process.Start("prlimit", ["--pid", $"{pid}", $"--nofile={open + 2}:{open + 2}"]);
        await prlimit.WaitForExitAsync();
        prlimit.ExitCode.Should().Be(0);
    }
}
