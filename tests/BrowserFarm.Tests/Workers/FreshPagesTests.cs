using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Http;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using ContextPool;
using ContextPool.Leasing;
using Microsoft.Extensions.Logging.Abstractions;
using TestKit;

namespace BrowserFarm.Tests.Workers;

/// <summary>An attempt at a page that an earlier run read recently enough.</summary>
public sealed class FreshPagesTests : IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly TempFolder _temp = new();
    private readonly FakeBrowserLauncher _launcher = new();
    private readonly FarmOptions _options = new();
    private readonly InMemoryJobQueue _queue;
    private readonly TargetLimiters _limiters;
    private readonly BrowserContextPool _pool;
    private readonly CrawlFolder _folder;
    private readonly RobotsCache _robots;
    private readonly Sitemaps _sitemaps;

    public FreshPagesTests()
    {
        _queue = new InMemoryJobQueue(_clock);
        _limiters = new TargetLimiters(_options.TargetLimit, _clock);
        _pool = new BrowserContextPool(new ContextPoolOptions { MaxContexts = 2 }, _launcher, new FakeMemoryProbe(), _clock, NullLogger<BrowserContextPool>.Instance);
        _folder = CrawlFolder.Create(_temp.Combine("crawl"));
        _robots = new RobotsCache(_clock, new NetworkAccess());
        _sitemaps = new Sitemaps(_robots, new SitemapLimits(), _clock, new NetworkAccess());
    }

    public async Task InitializeAsync()
    {
        var spec = Some.Spec() with { IgnoreRobots = true, Recurrence = new Recurrence("0 * * * *", "UTC", Hour) };
        await _queue.CreateRecurringAsync(new Crawl("shop", spec, Some.Noon), Some.Jobs("https://a.example/"), _clock.GetUtcNow(), default);
    }

    public async Task DisposeAsync()
    {
        await _pool.DisposeAsync();
        _folder.Dispose();
        _sitemaps.Dispose();
        _robots.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task RunAsync_FreshPage_IsTakenAgainWithItsLinksAndNothingIsAsked()
    {
        var fetched = _clock.GetUtcNow();
        await RunOnceAsync(Some.Page("https://a.example/") with
        {
            FetchedAt = fetched,
            Links = [new PageLink("https://a.example/next", ""), new PageLink("https://b.example/", "")],
            Artifacts = new Dictionary<string, string> { ["png"] = "artifacts/1/1/page.png" },
        });
        var run = await BeginAsync();
        var job = await ClaimAsync();

        var outcome = await RunAsync(run, job);

        var done = outcome.Should().BeOfType<AttemptOutcome.Succeeded>().Subject;
        done.Document.Should().BeEquivalentTo(new { Reused = true, FetchedAt = fetched, Attempt = 1, Artifacts = new Dictionary<string, string> { ["png"] = "artifacts/1/1/page.png" } });
        done.Discovered.Select(next => next.Url.Value).Should().Equal("https://a.example/next");
        done.Skipped.Select(url => url.Reason).Should().Equal(SkipReason.OtherHost);
        _launcher.Launches.Should().Be(0, "no browser is needed for it");
        _limiters.Find(Some.Target("https://a.example/")).Should().BeNull("its site was given no request to bear");
    }

    [Fact]
    public async Task FindAsync_PermitOfTheSite_IsAskedForEvenIfAFreshOneIsThere()
    {
        await RunOnceAsync(Some.Page("https://a.example/") with { FetchedAt = _clock.GetUtcNow() });
        await BeginAsync();
        var job = await ClaimAsync();

        (await new FreshPages(_queue).FindAsync(job.Claimed.Job, Some.Target("https://a.example/"), default)).Should().BeNull();
    }

    [Fact]
    public async Task FindAsync_PromisedPageIsNotThere_IsDamage()
    {
        var find = () => new FreshPages(_queue).FindAsync(Some.Claimed(), TargetKey.Stored, default);

        (await find.Should().ThrowAsync<QueueStorageException>()).Which.IsDamaged.Should().BeTrue();
    }

    private async Task<CrawlRun> BeginAsync()
    {
        var due = (await _queue.FindRecurringAsync("shop", default))!.NextRunAt;
        return (await _queue.BeginRunAsync("shop", due, due + Hour, default))!;
    }

    private async Task<AdmittedJob> ClaimAsync() => (await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new LimiterGate(_limiters), "worker", Hour, default))!;

    /// <summary>A run that reads one page, an hour before now.</summary>
    private async Task RunOnceAsync(PageDocument page)
    {
        var run = await BeginAsync();
        var claimed = (await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new Queueing.FakeGate(_clock), "worker", Hour, default))!.Claimed;
        await _queue.SettleAsync(claimed.Claim, new Settlement.Ack(page, [], []), default);
        await _queue.EndRunAsync(run.CrawlId, default);
        _clock.Advance(Hour);
    }

    private async Task<AttemptOutcome> RunAsync(CrawlRun run, AdmittedJob job)
    {
        var crawl = await _queue.FindCrawlAsync(run.CrawlId, default);
        var plan = CrawlPlan.For(crawl!, _folder, _robots, _sitemaps, new FreshPages(_queue));
        using var http = new HttpRenderer(new HttpRenderOptions(), new RenderOptions(), _clock);
        var runner = new AttemptRunner(_pool, new NoRenderer(), http, new OnePlan(plan, _options), new StorageWait(_clock, NullLogger<StorageWait>.Instance), _limiters, new DiscoveryGate(), _options, _clock, NullLogger<AttemptRunner>.Instance);
        using var admission = (Admission)job.Permit;
        return await runner.RunAsync(job.Claimed, admission, Stream.Null, default);
    }

    private sealed class NoRenderer : IRenderer
    {
        public Task<RenderOutcome> RenderAsync(ContextLease lease, RenderRequest request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("nothing is to be rendered");
    }
}
