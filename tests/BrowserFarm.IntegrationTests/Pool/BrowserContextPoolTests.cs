using ContextPool;
using ContextPool.Leasing;
using Microsoft.Playwright;
using TestKit;

namespace BrowserFarm.IntegrationTests.Pool;

/// <summary>The pool with a real browser, killed and stopped for real.</summary>
public sealed class BrowserContextPoolTests
{
    [Fact]
    public async Task LeaseAsync_RealChromium_GivesAnIsolatedEmptyContext()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", "<script>document.cookie = 'seen=1'; localStorage.setItem('seen', '1');</script>");
        await using var pool = new BrowserContextPool(Options(contexts: 2));
        await using (var first = await pool.LeaseAsync(LeaseRequest.Any))
        {
            var page = await first.Context.NewPageAsync();
            await page.GotoAsync(site.BaseUri.AbsoluteUri);
            (await first.Context.CookiesAsync()).Should().ContainSingle();
        }

        await using var second = await pool.LeaseAsync(LeaseRequest.Any);

        (await second.Context.CookiesAsync()).Should().BeEmpty("nobody's cookies are lent with a context");
        second.Context.Pages.Should().Equal(second.Page);
        second.Page.Url.Should().Be("about:blank");
        var other = await second.Context.NewPageAsync();
        site.MapHtml("/quiet", "<p>nothing</p>");
        await other.GotoAsync(site.UriOf("/quiet").AbsoluteUri);
        (await other.EvaluateAsync<string?>("localStorage.getItem('seen')")).Should().BeNull();
    }

    [Fact]
    public async Task LeaseAsync_OnlyPlaceTaken_ServesTheWaiterAfterTheReturn()
    {
        await using var pool = new BrowserContextPool(Options(contexts: 1));
        var first = await pool.LeaseAsync(LeaseRequest.Any);
        var waiting = pool.LeaseAsync(LeaseRequest.Any).AsTask();
        await Eventually.HoldsAsync(() => pool.Snapshot().Waiting == 1, Bounds.Short, "the second lease waits in line");

        await first.DisposeAsync();
        await first.DisposeAsync();

        await using var second = await waiting.WaitAsync(Bounds.Medium);
        pool.Snapshot().Leased.Should().Be(1);
    }

    [Fact]
    public async Task DisposeAsync_OfThePool_LeavesNoProcessBehind()
    {
        var pool = new BrowserContextPool(Options(contexts: 2));
        await using var lease = await pool.LeaseAsync(LeaseRequest.Any);
        var family = Family(pool);
        family.Should().HaveCountGreaterThan(1);

        await pool.DisposeAsync();

        lease.Lost.IsCancellationRequested.Should().BeTrue();
        lease.Loss.Should().Be(LeaseLoss.PoolClosed);
        await Eventually.HoldsAsync(() => family.All(IsGone), Bounds.Medium, "browser and driver are gone with the pool");
    }

    [Fact]
    public async Task Lease_BrowserKilled_IsLostAndTheNextLeaseWorks()
    {
        await using var pool = new BrowserContextPool(Options(contexts: 2));
        await using var lease = await pool.LeaseAsync(LeaseRequest.Any);

        Signal.Kill(BrowserPid(pool));

        await Eventually.HoldsAsync(() => lease.Lost.IsCancellationRequested, Bounds.Medium, "the holder hears that its browser died");
        lease.Loss.Should().Be(LeaseLoss.BrowserLost);
        await using var next = await pool.LeaseAsync(LeaseRequest.Any).AsTask().WaitAsync(Bounds.Medium);
        (await next.Context.NewPageAsync()).Should().NotBeNull();
    }

    [Fact]
    public async Task Lease_DriverKilled_IsLostAndTheNextLeaseWorks()
    {
        await using var pool = new BrowserContextPool(Options(contexts: 2));
        await using var lease = await pool.LeaseAsync(LeaseRequest.Any);
        var browser = BrowserPid(pool);

        Signal.Kill(DriverOf(pool));

        await Eventually.HoldsAsync(() => lease.Lost.IsCancellationRequested, Bounds.Medium, "the holder hears that its driver died");
        await using var next = await pool.LeaseAsync(LeaseRequest.Any).AsTask().WaitAsync(Bounds.Medium);
        (await next.Context.NewPageAsync()).Should().NotBeNull();
        await Eventually.HoldsAsync(() => IsGone(browser), Bounds.Medium, "a browser without its driver is gone too");
    }

    [Fact]
    public async Task DisposeAsync_BrowserStopped_IsKilledWithinTheBoundAndThePlaceReturns()
    {
        var options = Options(contexts: 1);
        options.CloseTimeout = TimeSpan.FromSeconds(1);
        await using var pool = new BrowserContextPool(options);
        var lease = await pool.LeaseAsync(LeaseRequest.Any);
        var browser = BrowserPid(pool);

        // A stopped browser answers nothing, not even a close, and still counts as connected.
        Signal.Stop(browser);
        await lease.DisposeAsync();

        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 0, Bounds.Medium, "the place comes back although the browser never answers");
        await Eventually.HoldsAsync(() => IsGone(browser), Bounds.Medium, "a browser that does not close is killed");
        await using var next = await pool.LeaseAsync(LeaseRequest.Any).AsTask().WaitAsync(Bounds.Medium);
    }

    [Fact]
    public async Task LeaseAsync_DriverStopped_FindsAnotherBrowserWithinTheBound()
    {
        var options = Options(contexts: 2);
        options.OpenTimeout = TimeSpan.FromSeconds(1);
        options.CloseTimeout = TimeSpan.FromSeconds(1);
        options.BlankContexts = 0;   // so that the second lease must open one
        await using var pool = new BrowserContextPool(options);
        await using var first = await pool.LeaseAsync(LeaseRequest.Any);
        var driver = DriverOf(pool);

        Signal.Stop(driver);
        await using var second = await pool.LeaseAsync(LeaseRequest.Any).AsTask().WaitAsync(Bounds.Medium);

        (await second.Context.NewPageAsync()).Should().NotBeNull();
        first.Loss.Should().Be(LeaseLoss.BrowserLost, "it lived in the cell whose driver was stopped");
        await Eventually.HoldsAsync(() => IsGone(driver), Bounds.Medium, "a driver that does not answer is killed");
    }

    [Fact]
    public async Task Lease_HeldTooLongOnALoopingPage_IsTakenBack()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", "<script>while (true) {}</script>");
        await using var pool = new BrowserContextPool(Options(contexts: 1));
        var lease = await pool.LeaseAsync(new LeaseRequest("hung") { HoldAtMost = TimeSpan.FromSeconds(1) });
        var page = await lease.Context.NewPageAsync();
        _ = page.GotoAsync(site.BaseUri.AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Commit }).ContinueWith(call => _ = call.Exception, TaskScheduler.Default);

        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 0, Bounds.Medium, "the pool takes back what is held too long");

        lease.Loss.Should().Be(LeaseLoss.HeldTooLong);
    }

    [Fact]
    public async Task LeaseAsync_BrowserThatExitsAtOnce_SaysSo()
    {
        using var folder = new TempFolder();
        var fake = folder.Combine("browser");
        await ExecutableFile.WriteAsync(fake, "#!/bin/sh\necho 'no such luck' >&2\nexit 3\n");
        var options = Options(contexts: 1);
        options.Launch.ExecutablePath = fake;
        await using var pool = new BrowserContextPool(options);

        var lease = () => pool.LeaseAsync(LeaseRequest.Any).AsTask();

        (await lease.Should().ThrowAsync<BrowserLaunchException>()).WithMessage($"{fake} did not start*");
        pool.Snapshot().InUse.Should().Be(0);
    }

    [Fact]
    public async Task LeaseAsync_BrowserThatHangs_IsGivenUpAndKilled()
    {
        using var folder = new TempFolder();
        var fake = folder.Combine("browser");
        await ExecutableFile.WriteAsync(fake, "#!/bin/sh\nsleep 97531\n");
        var options = Options(contexts: 1);
        options.Launch.ExecutablePath = fake;
        options.LaunchTimeout = TimeSpan.FromSeconds(2);
        await using var pool = new BrowserContextPool(options);

        var lease = () => pool.LeaseAsync(LeaseRequest.Any).AsTask();

        await lease.Should().ThrowAsync<BrowserLaunchException>();
        pool.Snapshot().InUse.Should().Be(0);
        await Eventually.HoldsAsync(
            () => !ProcessTable.WithArgument(fake).Any(process => !process.IsZombie), Bounds.Medium, "nothing of a browser that hung is left");
    }

    [Fact]
    public async Task CommandLine_OfTheBrowser_HasOneMergedFeatureListWithAllOfPlaywrights()
    {
        await using var pool = new BrowserContextPool(Options(contexts: 1));
        await using var lease = await pool.LeaseAsync(LeaseRequest.Any);

        // Arguments are separated by NUL, which the process table shows as spaces; no feature's name has one.
        var lists = (await File.ReadAllTextAsync($"/proc/{BrowserPid(pool)}/cmdline")).Split('\0')
            .Where(argument => argument.StartsWith("--disable-features=", StringComparison.Ordinal))
            .Select(argument => argument["--disable-features=".Length..].Split(','))
            .ToList();

        lists[^1].Should().Contain("SpareRendererForSitePerProcess", "ours is the last list, the only one that Chromium obeys");
        lists.SelectMany(list => list).Should().BeSubsetOf(lists[^1], "what Playwright switches off must stay off: repeat it in ChromiumSwitches");
    }

    private static ContextPoolOptions Options(int contexts) => new() { MaxContexts = contexts };

    private static int BrowserPid(BrowserContextPool pool) => pool.Snapshot().Cells.Single().BrowserPid!.Value;

    private static int DriverOf(BrowserContextPool pool) =>
        ProcessTable.Find(ProcessTable.Find(BrowserPid(pool))!.ParentPid)! is var parent && parent.CommandLine.Contains("run-driver", StringComparison.Ordinal)
            ? parent.Pid
            : parent.ParentPid;   // Debian's command is a script between the two

    private static List<int> Family(BrowserContextPool pool) =>
        [DriverOf(pool), .. ProcessTable.DescendantsOf(DriverOf(pool)).Select(process => process.Pid)];

    private static bool IsGone(int pid) => ProcessTable.Find(pid) is null or { IsZombie: true };
}
