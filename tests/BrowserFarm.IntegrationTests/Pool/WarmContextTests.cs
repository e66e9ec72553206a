using ContextPool;
using ContextPool.Leasing;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using TestKit;
using static BrowserFarm.IntegrationTests.Pool.PoolUnderTest;

namespace BrowserFarm.IntegrationTests.Pool;

/// <summary>What passes from one lease to the next of the same key, and that nothing passes to another key: seen by a real site in a real browser.</summary>
public sealed class WarmContextTests : IAsyncLifetime
{
    private static readonly ContextKey Mine = new("me", "site");

    private TestSite _site = null!;

    /// <summary>Everything that is not the same visitor.</summary>
    public static TheoryData<string?, string?> Others => new() { { "you", "site" }, { "me", "other site" }, { null, null } };

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _site.MapHtml("/", "<p>here</p>");
    }

    public async Task DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task LeaseAsync_SameKey_GetsTheSameTabCleanAndStillLoggedIn()
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 2));
        IBrowserContext context;
        await using (var first = await pool.LeaseAsync(new LeaseRequest("first") { Key = Mine }))
        {
            context = first.Context;
            await VisitAsync(first);
            await first.Page.EvaluateAsync("document.cookie = 'session=1; max-age=1000'; window.leftOver = 1; setInterval(() => {}, 10)");
            Forget(first.Context.NewPageAsync());
        }

        await using var second = await pool.LeaseAsync(new LeaseRequest("second") { Key = Mine });

        second.Context.Should().BeSameAs(context);
        second.Context.Pages.Should().Equal([second.Page], "other tabs are closed");
        second.Page.Url.Should().Be("about:blank");
        await VisitAsync(second);
        (await second.Page.EvaluateAsync<string>("document.cookie")).Should().Be("session=1");
        (await second.Page.EvaluateAsync<bool>("'leftOver' in window")).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task LeaseAsync_OtherKey_SeesNoCookie(string? owner, string? target) => await NothingPassesAsync(
        owner, target, "document.cookie = 'seen=1; max-age=1000'", "document.cookie.includes('seen')");

    [Theory]
    [MemberData(nameof(Others))]
    public async Task LeaseAsync_OtherKey_SeesNoLocalStorage(string? owner, string? target) => await NothingPassesAsync(
        owner, target, "localStorage.setItem('seen', '1')", "localStorage.getItem('seen') !== null");

    [Theory]
    [MemberData(nameof(Others))]
    public async Task LeaseAsync_OtherKey_SeesNoIndexedDatabase(string? owner, string? target) => await NothingPassesAsync(
        owner, target,
        "new Promise((done, fail) => { const open = indexedDB.open('seen'); open.onsuccess = () => done(); open.onerror = fail; })",
        "indexedDB.databases().then(all => all.some(database => database.name === 'seen'))");

    [Theory]
    [MemberData(nameof(Others))]
    public async Task LeaseAsync_OtherKey_SeesNoCacheStorage(string? owner, string? target) => await NothingPassesAsync(
        owner, target, "caches.open('seen').then(() => {})", "caches.has('seen')");

    [Theory]
    [MemberData(nameof(Others))]
    public async Task LeaseAsync_OtherKey_SharesNoHttpCache(string? owner, string? target)
    {
        _site.Map("/cached.js", context =>
        {
            context.Response.Headers.CacheControl = "max-age=1000";
            context.Response.ContentType = "text/javascript";
            return context.Response.WriteAsync("window.loaded = 1");
        });
        _site.MapHtml("/with-cache", "<script src=/cached.js></script>");
        await using var pool = new BrowserContextPool(Impatient(contexts: 3));
        for (var visit = 0; visit < 2; visit++)
        {
            await using var mine = await pool.LeaseAsync(new LeaseRequest("mine") { Key = Mine });
            await mine.Page.GotoAsync(_site.UriOf("/with-cache").AbsoluteUri);
        }

        _site.VisitsTo("/cached.js").Should().Be(1, "the same key keeps its cache");
        await using var other = await pool.LeaseAsync(new LeaseRequest("other") { Key = KeyOf(owner, target) });
        await other.Page.GotoAsync(_site.UriOf("/with-cache").AbsoluteUri);

        _site.VisitsTo("/cached.js").Should().Be(2);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task LeaseAsync_OtherKey_HasNoPermission(string? owner, string? target)
    {
        const string state = "navigator.permissions.query({ name: 'geolocation' }).then(permission => permission.state)";
        await using var pool = new BrowserContextPool(Impatient(contexts: 3));
        await using (var mine = await pool.LeaseAsync(new LeaseRequest("mine") { Key = Mine }))
        {
            await mine.Context.GrantPermissionsAsync(["geolocation"]);
            await VisitAsync(mine);
            (await mine.Page.EvaluateAsync<string>(state)).Should().Be("granted");
        }

        await using var other = await pool.LeaseAsync(new LeaseRequest("other") { Key = KeyOf(owner, target) });
        await VisitAsync(other);

        (await other.Page.EvaluateAsync<string>(state)).Should().NotBe("granted");
    }

    [Fact]
    public async Task Lease_ServiceWorker_CannotBeRegisteredAtAll()
    {
        _site.MapText("/worker.js", "self.addEventListener('fetch', () => {})", "text/javascript");
        await using var pool = new BrowserContextPool(Impatient(contexts: 1));
        await using var lease = await pool.LeaseAsync(new LeaseRequest("mine") { Key = Mine });
        await VisitAsync(lease);

        var count = await lease.Page.EvaluateAsync<int>("""
            async () => {
                try { await Promise.race([navigator.serviceWorker.register('/worker.js'), new Promise(done => setTimeout(done, 1000))]); } catch { }
                return (await navigator.serviceWorker.getRegistrations()).length;
            }
            """);

        count.Should().Be(0, "a service worker would outlive its page and answer for the next one");
    }

    private async Task NothingPassesAsync(string? owner, string? target, string leave, string isThere)
    {
        await using var pool = new BrowserContextPool(Impatient(contexts: 3));
        await using (var mine = await pool.LeaseAsync(new LeaseRequest("mine") { Key = Mine }))
        {
            await VisitAsync(mine);
            await mine.Page.EvaluateAsync($"async () => {{ await ({leave}) }}");
            (await mine.Page.EvaluateAsync<bool>(isThere)).Should().BeTrue();
        }

        await using (var other = await pool.LeaseAsync(new LeaseRequest("other") { Key = KeyOf(owner, target) }))
        {
            await VisitAsync(other);
            (await other.Page.EvaluateAsync<bool>(isThere)).Should().BeFalse();
        }

        await using var again = await pool.LeaseAsync(new LeaseRequest("mine again") { Key = Mine });
        await VisitAsync(again);
        (await again.Page.EvaluateAsync<bool>(isThere)).Should().BeTrue("it was there to be seen all the time");
    }

    private Task<IResponse?> VisitAsync(ContextLease lease) => lease.Page.GotoAsync(_site.BaseUri.AbsoluteUri);

    private static ContextKey? KeyOf(string? owner, string? target) => owner is null || target is null ? null : new ContextKey(owner, target);
}
