using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Rendering;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using ContextPool;
using ContextPool.Leasing;
using Microsoft.Extensions.Logging.Abstractions;
using TestKit;

namespace BrowserFarm.Tests.Workers;

public sealed class AttemptRunnerTests : IAsyncLifetime
{
    private static readonly TargetKey A = Some.Target("https://a.example/");

    private readonly ManualTimeProvider _clock = new();
    private readonly TempFolder _temp = new();
    private readonly FakeBrowserLauncher _launcher = new();
    private readonly FakeRenderer _renderer = new();
    private readonly FarmOptions _options = new();
    private readonly InMemoryJobQueue _queue;
    private readonly TargetLimiters _limiters;
    private readonly BrowserContextPool _pool;
    private readonly CrawlFolder _folder;
    private readonly RobotsCache _robots;
    private readonly AttemptRunner _runner;

    public AttemptRunnerTests()
    {
        _queue = new InMemoryJobQueue(_clock);
        _limiters = new TargetLimiters(_options.TargetLimit, _clock);
        _pool = new BrowserContextPool(
            new ContextPoolOptions { MaxContexts = 2 }, _launcher, new FakeMemoryProbe(), _clock, NullLogger<BrowserContextPool>.Instance);
        _folder = CrawlFolder.Create(_temp.Combine("crawl"));
        _robots = new RobotsCache(_clock, ignoreCertificates: false);
        var crawl = Some.Crawl() with { Spec = Some.Spec() with { IgnoreRobots = true } };
        _runner = new AttemptRunner(_pool, _renderer, CrawlPlan.For(crawl, _folder, _robots), _limiters, _options, NullLogger<AttemptRunner>.Instance);
    }

    public async Task InitializeAsync() => await _queue.CreateCrawlAsync(Some.Crawl(), default);

    public async Task DisposeAsync()
    {
        await _pool.DisposeAsync();
        _folder.Dispose();
        _robots.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task RunAsync_PageRendered_SucceedsWithItsLinksAndFiles()
    {
        _renderer.Render = (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Rendered(
            Page() with { Links = [new PageLink("https://a.example/2", ""), new PageLink("https://b.example/", "")], Png = [1, 2, 3] }));

        var outcome = await RunAsync();

        var done = outcome.Should().BeOfType<AttemptOutcome.Succeeded>().Subject;
        done.Discovered.Select(job => job.Url.Value).Should().Equal("https://a.example/2");
        done.Skipped.Select(url => url.Reason).Should().Equal(SkipReason.OtherHost);
        File.Exists(Path.Join(_folder.Path, done.Document.Artifacts!["png"])).Should().BeTrue();
        await NothingHeldAsync();
    }

    [Theory]
    [InlineData(FailureKind.Throttled, "http-429", 30, 30.0)]
    [InlineData(FailureKind.Throttled, "http-429", 31_536_000, 86_400.0)]   // no single header closes a target for a year
    [InlineData(FailureKind.Transient, "http-503", 30, 30.0)]
    [InlineData(FailureKind.Transient, "http-500", 30, 0.0)]
    [InlineData(FailureKind.Permanent, "http-404", null, 0.0)]
    [InlineData(FailureKind.ContextLost, "browser-lost", null, 0.0)]
    public async Task RunAsync_PageFailed_TellsTheLimiterWhatItSaysOfTheTarget(FailureKind kind, string @class, int? retryAfter, double blockedSeconds)
    {
        var failure = new AttemptFailure(kind, @class, "no", retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        _renderer.Render = (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Failed(failure));

        var outcome = await RunAsync();

        outcome.Should().Be(new AttemptOutcome.Failed(failure));
        _limiters.Snapshot(1).Single().BlockedFor.TotalSeconds.Should().Be(blockedSeconds);
        await NothingHeldAsync();
    }

    [Fact]
    public async Task RunAsync_SiteRefusedAnotherSinceThePermit_IsNotAskedAndReturnsUncounted()
    {
        // Two permits, as two workers hold them; the other's answer is a refusal.
        using (var first = _limiters.TryAdmit(A)!)
            first.Report(TargetVerdict.Good);
        using var mine = _limiters.TryAdmit(A)!;
        using (var other = _limiters.TryAdmit(A)!)
            other.Report(TargetVerdict.Throttled, TimeSpan.FromSeconds(30));
        var limit = _limiters.Snapshot(1).Single().Limit;

        var outcome = await _runner.RunAsync(new ClaimedJob(Some.Claimed(), new Claim(1, 1)), mine, default);
        mine.Dispose();

        outcome.Should().Be(new AttemptOutcome.Interrupted());
        _limiters.Snapshot(1).Single().Limit.Should().Be(limit, "nobody refused this one");
        await NothingHeldAsync();
    }

    [Fact]
    public async Task RunAsync_FaultOfOurs_FailsThisPageOnlyAndGivesTheContextBack()
    {
        _renderer.Render = (_, _) => throw new InvalidCastException("a bug");

        var outcome = await RunAsync();

        outcome.Should().BeOfType<AttemptOutcome.Failed>().Which.Failure.Should().Be(
            new AttemptFailure(FailureKind.Permanent, "unexpected", "InvalidCastException: a bug"));
        await NothingHeldAsync();
    }

    [Fact]
    public async Task RunAsync_Abandoned_IsInterruptedAndGivesTheContextBack()
    {
        using var abandon = new CancellationTokenSource();
        var rendering = new TaskCompletionSource();
        _renderer.Render = async (_, stop) =>
        {
            rendering.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, stop);
            throw new InvalidOperationException("not reached");
        };

        var running = RunAsync(abandon.Token);
        await rendering.Task.WaitAsync(Bounds.Short);
        await abandon.CancelAsync();

        (await running.WaitAsync(Bounds.Short)).Should().Be(new AttemptOutcome.Interrupted());
        await NothingHeldAsync();
    }

    [Fact]
    public async Task RunAsync_FirstBrowserDoesNotStart_ConcernsEveryJob()
    {
        _launcher.FailNextLaunches(1);

        await this.Awaiting(test => test.RunAsync()).Should().ThrowAsync<BrowserLaunchException>();
        await NothingHeldAsync();
    }

    [Fact]
    public async Task RunAsync_BrowserThatOnceStarted_MayFailToStartFourTimes()
    {
        await RunAsync();
        await NothingHeldAsync();
        _launcher.Browsers[0].Exit();
        await Eventually.HoldsAsync(() => _pool.Snapshot().Cells.Count == 0, Bounds.Short, "the dead cell is gone");
        _launcher.FailNextLaunches(5);

        for (var i = 0; i < 4; i++)
            (await RunAsync()).Should().BeOfType<AttemptOutcome.Failed>().Which.Failure.Kind.Should().Be(FailureKind.ContextLost);
        await this.Awaiting(test => test.RunAsync()).Should().ThrowAsync<BrowserLaunchException>("the fifth in a row");
        await NothingHeldAsync();
    }

    [Fact]
    public async Task RunAsync_NoContextInTime_IsNotThePagesFault()
    {
        await using var one = await _pool.LeaseAsync(LeaseRequest.Any with { HoldAtMost = TimeSpan.FromDays(1) });
        await using var two = await _pool.LeaseAsync(LeaseRequest.Any with { HoldAtMost = TimeSpan.FromDays(1) });

        var running = RunAsync();
        await Eventually.HoldsAsync(() => _pool.Snapshot().Waiting == 1, Bounds.Short, "the attempt waits for a context");
        _clock.Advance(FarmOptions.LeaseWait);

        (await running.WaitAsync(Bounds.Short)).Should().BeOfType<AttemptOutcome.Failed>().Which.Failure.Kind.Should().Be(FailureKind.ContextLost);
    }

    [Fact]
    public async Task Worker_RunnerThrows_GivesTheJobBackUncountedAndStops()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        _launcher.FailNextLaunches(1);
        var signal = new WorkSignal();
        using var dispatcher = new Dispatcher(_queue, _limiters, signal, _clock);
        var worker = new Worker("worker", dispatcher, _runner, new Settler(_queue, _options, _clock, NullLogger<Settler>.Instance), signal, _options);

        await worker.Awaiting(one => one.RunAsync(default, default).WaitAsync(Bounds.Short)).Should().ThrowAsync<BrowserLaunchException>();

        (await _queue.CountAsync("crawl", default)).Should().Be(new CrawlCounts(1, 0, 0, 0, 0));
        (await _queue.ClaimAsync(A, "worker", TimeSpan.FromMinutes(1), default))!.Job.Attempts.Should().Be(1);
        _limiters.Snapshot(1).Single().InFlight.Should().Be(0);
    }

    [Fact]
    public async Task Worker_NoMore_FinishesTheJobInHand()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1", "https://a.example/2"), default);
        using var noMore = new CancellationTokenSource();
        _renderer.Render = async (_, _) =>
        {
            await noMore.CancelAsync();
            return new RenderOutcome.Rendered(Page());
        };
        var signal = new WorkSignal();
        using var dispatcher = new Dispatcher(_queue, _limiters, signal, _clock);
        var worker = new Worker("worker", dispatcher, _runner, new Settler(_queue, _options, _clock, NullLogger<Settler>.Instance), signal, _options);

        await worker.RunAsync(noMore.Token, default).WaitAsync(Bounds.Short);

        (await _queue.CountAsync("crawl", default)).Should().Be(new CrawlCounts(1, 0, 1, 0, 0));
    }

    [Fact]
    public async Task SweepOnceAsync_ExpiredClaims_ReturnsThemAndSignals()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        await _queue.ClaimAsync(A, "gone", TimeSpan.FromSeconds(1), default);
        var signal = new WorkSignal();
        using var rescuer = new ClaimRescuer(_queue, signal, _clock, NullLogger<ClaimRescuer>.Instance);
        var news = signal.Next;

        await rescuer.SweepOnceAsync(everyClaim: false, default);
        news.IsCompleted.Should().BeFalse("the claim still holds");
        _clock.Advance(TimeSpan.FromSeconds(2));
        await rescuer.SweepOnceAsync(everyClaim: false, default);

        await news.WaitAsync(Bounds.Short);
        (await _queue.CountAsync("crawl", default)).Queued.Should().Be(1);
    }

    private async Task<AttemptOutcome> RunAsync(CancellationToken cancellationToken = default)
    {
        using var admission = _limiters.TryAdmit(A)!;
        return await _runner.RunAsync(new ClaimedJob(Some.Claimed(), new Claim(1, 1)), admission, cancellationToken);
    }

    private async Task NothingHeldAsync()
    {
        await Eventually.HoldsAsync(() => _pool.Snapshot().InUse == 0, Bounds.Short, "the context is given back");
        _limiters.Snapshot(1).Single().InFlight.Should().Be(0);
    }

    private static RenderedPage Page() => new(
        new Uri("https://a.example/1"), 200, "text/html", "A page", "<p>text", "text", [], Settled: true, Truncated: false, Some.Noon,
        new PageTimings(1, 2, 3, 4), Png: null, Pdf: null);

    private sealed class FakeRenderer : IRenderer
    {
        public Func<CanonicalUrl, CancellationToken, Task<RenderOutcome>> Render { get; set; } =
            (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Rendered(Page()));

        public Task<RenderOutcome> RenderAsync(
            ContextLease lease, CanonicalUrl url, PageWish wish, Func<bool> mayAsk, CancellationToken cancellationToken) =>
            mayAsk() ? Render(url, cancellationToken) : Task.FromResult<RenderOutcome>(new RenderOutcome.NotAsked());
    }
}
