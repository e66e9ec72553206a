using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Tests.Crawling;
using BrowserFarm.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using TestKit;

namespace BrowserFarm.Tests.Workers;

public sealed class SitemapSeederTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new();
    private readonly TempFolder _temp = new();
    private readonly FakeWeb _web = new();
    private readonly WorkSignal _signal = new();
    private readonly RecordingLogger<SitemapSeeder> _log = new();
    private readonly InMemoryJobQueue _queue;
    private readonly CrawlFolder _folder;
    private readonly RobotsCache _robots;
    private readonly Sitemaps _sitemaps;

    public SitemapSeederTests()
    {
        _queue = new InMemoryJobQueue(_clock);
        _folder = CrawlFolder.Create(_temp.Combine("crawl"));
        _robots = new RobotsCache(_clock, _web);
        _sitemaps = new Sitemaps(_robots, new SitemapLimits { RetryPause = TimeSpan.Zero }, _clock, _web);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _sitemaps.Dispose();
        _robots.Dispose();
        _folder.Dispose();
        _temp.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task SeedOnceAsync_Sitemap_SubmitsItsPagesAndRecordsTheOthers()
    {
        _web.Map("https://a.example/robots.txt", "User-agent: *\nDisallow: /private")
            .Map("https://a.example/sitemap.xml", "https://a.example/1\nhttps://a.example/private/2\nhttps://b.example/3\nhttps://a.example/4\n");
        using var seeder = await CreateAsync();
        var news = _signal.Next;

        await seeder.SeedOnceAsync(default);

        (await _queue.CountAsync("crawl", default)).Queued.Should().Be(2);
        (await _queue.CountSkippedAsync("crawl", default)).Should().BeEquivalentTo(new Dictionary<SkipReason, long> { [SkipReason.Robots] = 1, [SkipReason.OtherHost] = 1 });
        seeder.Snapshot().Should().BeEquivalentTo(new SitemapProgress(IsDone: true, Files: 1, Addresses: 4, [], 0));
        news.IsCompleted.Should().BeTrue("the workers are told");
    }

    [Fact]
    public async Task SeedOnceAsync_CrawlWithoutSitemaps_AsksNobodyAndIsDone()
    {
        using var seeder = await CreateAsync(spec => spec with { Sitemaps = false });

        seeder.Snapshot().IsDone.Should().BeTrue();
        await seeder.SeedOnceAsync(default);

        _web.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task SeedOnceAsync_ReadBefore_IsDoneAtOnce()
    {
        _web.Map("https://a.example/sitemap.xml", "https://a.example/1");
        using (var first = await CreateAsync())
            await first.SeedOnceAsync(default);

        using var second = await CreateAsync(begin: false);

        second.Snapshot().IsDone.Should().BeTrue();
    }

    [Fact]
    public async Task SeedOnceAsync_StoppedInBetween_IsNotDoneAndReadsAgainNextTime()
    {
        _web.Map("https://a.example/sitemap.xml", "https://a.example/1");
        var closed = new TaskCompletionSource();
        _web.Gate = closed.Task;
        using (var stop = new CancellationTokenSource())
        using (var first = await CreateAsync())
        {
            var seeding = first.SeedOnceAsync(stop.Token);
            await stop.CancelAsync();
            await seeding.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
            first.Snapshot().IsDone.Should().BeFalse();
        }

        closed.SetResult();
        using var second = await CreateAsync(begin: false);
        await second.SeedOnceAsync(default);

        (await _queue.CountAsync("crawl", default)).Queued.Should().Be(1);
    }

    [Fact]
    public async Task SeedOnceAsync_BudgetUsed_ReadsNoFurther()
    {
        _web.Map("https://a.example/robots.txt", "Sitemap: https://a.example/1.txt\nSitemap: https://a.example/2.txt")
            .Map("https://a.example/1.txt", string.Concat(Enumerable.Range(0, 3000).Select(page => $"https://a.example/{page}\n")))
            .Map("https://a.example/2.txt", "https://a.example/x");
        using var seeder = await CreateAsync(spec => spec with { MaxPages = 500 });

        await seeder.SeedOnceAsync(default);

        (await _queue.CountAsync("crawl", default)).Queued.Should().Be(500);
        (await _queue.CountSkippedAsync("crawl", default)).Should().Equal(new Dictionary<SkipReason, long> { [SkipReason.MaxPages] = 500 });
        _web.Asked.Should().NotContain("https://a.example/2.txt");
        seeder.Snapshot().IsDone.Should().BeTrue();
        _log.WithId(2008).Should().ContainSingle();
    }

    [Fact]
    public async Task SeedOnceAsync_SitemapThatFails_IsToldAndEndsNothing()
    {
        _web.Map("https://a.example/sitemap.xml", "<html/>");
        using var seeder = await CreateAsync();

        await seeder.SeedOnceAsync(default);

        seeder.Snapshot().Should().BeEquivalentTo(new { IsDone = true, Files = 0, ProblemCount = 1 });
        _log.WithId(2007).Should().ContainSingle().Which.Text.Should().Contain("its first element is html");
    }

    [Fact]
    public async Task CrawlKeeper_AllJobsDoneButNotTheSitemaps_KeepsTheFarmRunning()
    {
        _web.Map("https://a.example/sitemap.xml", "");
        var closed = new TaskCompletionSource();
        _web.Gate = closed.Task;
        using var seeder = await CreateAsync();
        using var lifetime = new Lifetime();
        using var delivery = new DeliveryKeeper(Plan(spec => spec), new FarmOptions(), _clock, NullLogger<DeliveryKeeper>.Instance);
        using var keeper = new CrawlKeeper(Plan(spec => spec), _queue, new StorageWait(_clock, NullLogger<StorageWait>.Instance), seeder, delivery, lifetime, _clock);
        var seeding = seeder.SeedOnceAsync(default);

        await keeper.StartAsync(default);
        _clock.Advance(TimeSpan.FromSeconds(1));
        lifetime.ApplicationStopping.IsCancellationRequested.Should().BeFalse();

        closed.SetResult();
        await seeding.WaitAsync(Bounds.Short);
        await Eventually.HoldsAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return lifetime.ApplicationStopping.IsCancellationRequested;
            },
            Bounds.Short, "the crawl is finished");
        await keeper.StopAsync(default);
    }

    private async Task<SitemapSeeder> CreateAsync(Func<CrawlSpec, CrawlSpec>? change = null, bool begin = true)
    {
        var plan = Plan(change ?? (spec => spec));
        if (begin)
            await _queue.CreateCrawlAsync(plan.Crawl, default);
        return new SitemapSeeder(plan, _queue, new StorageWait(_clock, NullLogger<StorageWait>.Instance), _signal, _clock, _log);
    }

    private CrawlPlan Plan(Func<CrawlSpec, CrawlSpec> change)
    {
        var crawl = Some.Crawl();
        return CrawlPlan.For(crawl with { Spec = change(crawl.Spec with { Sitemaps = true }) }, _folder, _robots, _sitemaps);
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
