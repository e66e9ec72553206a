using ContextPool;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using TestKit;
using static BrowserFarm.IntegrationTests.Pool.PoolUnderTest;

namespace BrowserFarm.IntegrationTests.Pool;

/// <summary>Processes of the browser killed and stopped for real, one kind at a time.</summary>
public sealed class ProcessFaultTests
{
    [Fact]
    public async Task Lease_RendererKilled_IsLostAloneAndSoonTheNextOneWorks()
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 2));
        await using var neighbour = await pool.LeaseAsync(new LeaseRequest("neighbour"));
        await neighbour.ShouldWorkAsync();
        var before = Renderers(pool);
        await using var victim = await pool.LeaseAsync(new LeaseRequest("victim"));
        await victim.ShouldWorkAsync();

        Signal.Kill(Renderers(pool).Except(before).First());

        await victim.ShouldBeLostAsync(LeaseLoss.PageCrashed);
        await neighbour.ShouldWorkAsync();
        await using var next = await pool.LeaseAsync(LeaseRequest.Any);
        await next.ShouldWorkAsync();
        pool.Snapshot().Cells.Single().Crashes.Should().Be(1);
    }

    [Fact]
    public async Task Lease_RendererStopped_IsTakenForHungAndDoesNotOutliveThePool()
    {
        var pool = new BrowserContextPool(Impatient(contexts: 1));
        await using var lease = await pool.LeaseAsync(LeaseRequest.Any);
        await lease.ShouldWorkAsync();

        var renderers = Renderers(pool);
        foreach (var renderer in renderers)
            Signal.Stop(renderer);

        await lease.ShouldBeLostAsync(LeaseLoss.PageHung);
        await NothingInUseAsync(pool);
        await using (var next = await pool.LeaseAsync(LeaseRequest.Any))
            await next.ShouldWorkAsync();

        await pool.DisposeAsync();
        renderers.Should().OnlyContain(renderer => IsGone(renderer), "a stopped process does not hear that its browser is gone");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lease_BrowserOrDriverStopped_IsLostWithinThreeHeartbeatsAndTheOtherCellLivesOn(bool browser)
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 2, options => options.MaxContextsPerCell = options.MaxContextsServedPerCell = 1));
        await using var victim = await pool.LeaseAsync(new LeaseRequest("victim"));
        var cell = pool.Snapshot().Cells.Single();
        await using var elsewhere = await pool.LeaseAsync(new LeaseRequest("elsewhere"));

        Signal.Stop(browser ? cell.BrowserPid!.Value : cell.DriverPid!.Value);

        await victim.ShouldBeLostAsync(LeaseLoss.BrowserLost);
        await elsewhere.ShouldWorkAsync();
        await Eventually.HoldsAsync(
            () => IsGone(cell.BrowserPid!.Value) && IsGone(cell.DriverPid!.Value), Bounds.Medium, "neither browser nor driver is left");
        await using var next = await pool.LeaseAsync(LeaseRequest.Any);
        await next.ShouldWorkAsync();
    }

    [Fact]
    public async Task Lease_NetworkServiceKilled_IsLostForItsCookiesAre()
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 1));
        await using var lease = await pool.LeaseAsync(new LeaseRequest("stateful"));
        await lease.ShouldWorkAsync();
        await Eventually.HoldsAsync(() => Processes(pool, "network.mojom.NetworkService").Count == 1, Bounds.Medium, "there is one to kill");
        await SeenByThePoolAsync(pool);

        Signal.Kill(Processes(pool, "network.mojom.NetworkService").Single());

        await lease.ShouldBeLostAsync(LeaseLoss.NetworkServiceLost);
        await using var next = await pool.LeaseAsync(LeaseRequest.Any);
        await next.ShouldWorkAsync();
    }

    [Fact]
    public async Task Cell_GpuProcessKilledAgainAndAgain_IsReplacedBeforeChromiumEndsItself()
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 2));
        var lease = await pool.LeaseAsync(LeaseRequest.Any);
        var worn = pool.Snapshot().Cells.Single();

        for (var death = 1; death <= 3; death++)
        {
            await Eventually.HoldsAsync(() => Processes(pool, "--type=gpu-process").Count > 0, Bounds.Medium, "Chromium starts another one");
            await SeenByThePoolAsync(pool);
            Signal.Kill(Processes(pool, "--type=gpu-process")[0]);
            var deaths = death;
            await Eventually.HoldsAsync(() => DeathsOf(pool, worn.Id) is null || DeathsOf(pool, worn.Id) == deaths, Bounds.Medium, "the pool counts it");
        }

        await Eventually.HoldsAsync(
            () => pool.Snapshot().Cells.Any(cell => cell.Id != worn.Id && cell.State == CellState.Serving), Bounds.Medium, "another browser takes over");
        await lease.ShouldWorkAsync();
        await lease.DisposeAsync();
        await Eventually.HoldsAsync(() => IsGone(worn.BrowserPid!.Value), Bounds.Medium, "the worn browser is closed after its last lease");
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
        await using var pool = new BrowserContextPool(Impatient(contexts: 2, options => options.MaxTabBytes = 300L << 20));
        await using var neighbour = await pool.LeaseAsync(new LeaseRequest("neighbour"));
        await using var greedy = await pool.LeaseAsync(new LeaseRequest("greedy"));

        greedy.Open(site.BaseUri);

        await greedy.ShouldBeLostAsync(LeaseLoss.MemoryExceeded);
        await neighbour.ShouldWorkAsync();
        pool.Snapshot().Cells.Single().Crashes.Should().Be(0, "it was our doing");
    }

    [Fact]
    public async Task LeaseAsync_DriverOutOfFileDescriptors_MovesToAnotherBrowser()
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 4, options => options.OpenTimeout = TimeSpan.FromSeconds(3)));
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
    }

    [Fact]
    public async Task Lease_MachineWithoutAFreeProcessor_LosesNobody()
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 3));
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
    }

    private static int? DeathsOf(BrowserContextPool pool, int cell) =>
        pool.Snapshot().Cells.FirstOrDefault(found => found.Id == cell)?.GpuDeaths;

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
