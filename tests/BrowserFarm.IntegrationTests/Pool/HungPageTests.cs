using ContextPool;
using ContextPool.Leasing;
using Microsoft.Playwright;
using TestKit;
using static BrowserFarm.IntegrationTests.Pool.PoolUnderTest;

namespace BrowserFarm.IntegrationTests.Pool;

/// <summary>Pages that never answer, and pages that only look like it.</summary>
public sealed class HungPageTests : IAsyncLifetime
{
    private HostileSite _site = null!;

    public static TheoryData<string> Hanging => NamesOf(HostileKind.Hangs);

    public static TheoryData<string> Stalling => NamesOf(HostileKind.Stalls);

    public async Task InitializeAsync() => _site = await HostileSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _site.DisposeAsync();

    [Theory]
    [MemberData(nameof(Hanging))]
    public async Task Lease_PageThatHangs_IsTakenBackAndItsNeighbourLivesOn(string name)
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 2));
        await using var neighbour = await pool.LeaseAsync(new LeaseRequest("neighbour"));
        await using var hung = await pool.LeaseAsync(new LeaseRequest("hung"));

        // Loaded, where it ever is: some hang only the one who reads them.
        var loading = hung.Page.GotoAsync(_site.UriOf(_site.PageNamed(name)).AbsoluteUri, new PageGotoOptions { Timeout = 0, WaitUntil = WaitUntilState.DOMContentLoaded });
        Forget(loading);
        await Task.WhenAny(loading, Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System));
        Forget(hung.Page.EvaluateAsync("document.documentElement.innerText + document.documentElement.outerHTML"));

        await hung.ShouldBeLostAsync(LeaseLoss.PageHung);
        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 1, Bounds.Medium, "the place comes back");
        await neighbour.ShouldWorkAsync();
    }

    [Theory]
    [MemberData(nameof(Stalling))]
    public async Task Lease_PageThatOnlyWaitsForTheNetwork_IsNotTakenForHung(string name)
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 1, options => options.MaxContextAge = TimeSpan.FromHours(1)));
        await using var waiting = await pool.LeaseAsync(new LeaseRequest("waiting") { HoldAtMost = TimeSpan.FromSeconds(10) });

        waiting.Open(_site.UriOf(_site.PageNamed(name)));

        await waiting.ShouldBeLostAsync(LeaseLoss.HeldTooLong);
        await NothingInUseAsync(pool);
    }

    private static TheoryData<string> NamesOf(HostileKind kind)
    {
        var names = new TheoryData<string>();
        foreach (var page in HostileSite.Catalogue.Where(page => page.Kind == kind))
            names.Add(page.Name);
        return names;
    }
}
