using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Fields;
using BrowserFarm.Rendering.Http;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Tests.Crawling;
using BrowserFarm.Tests.Queueing;
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
    private readonly WorkSignal _signal = new();
    private readonly InMemoryJobQueue _queue;
    private readonly TargetLimiters _limiters;
    private readonly BrowserContextPool _pool;
    private readonly CrawlFolder _folder;
    private readonly RobotsCache _robots;
    private readonly Sitemaps _sitemaps;
    private readonly FakeWeb _web = new();
    private readonly HttpRenderer _http;
    private readonly StorageWait _storage;
    private readonly DiscoveryGate _discovery = new();
    private readonly AttemptRunner _runner;

    public AttemptRunnerTests()
    {
        _queue = new InMemoryJobQueue(_clock);
        _limiters = new TargetLimiters(_options.TargetLimit, _clock);
        _pool = new BrowserContextPool(
            new ContextPoolOptions { MaxContexts = 2 }, _launcher, new FakeMemoryProbe(), _clock, NullLogger<BrowserContextPool>.Instance);
        _folder = CrawlFolder.Create(_temp.Combine("crawl"));
        _robots = new RobotsCache(_clock, new NetworkAccess());
        _sitemaps = new Sitemaps(_robots, new SitemapLimits(), _clock, new NetworkAccess());
        _http = new HttpRenderer(new HttpRenderOptions(), new RenderOptions(), _clock, _web);
        _storage = new StorageWait(_clock, NullLogger<StorageWait>.Instance);
        _runner = RunnerFor(Some.Spec());
    }

    public async Task InitializeAsync() => await _queue.CreateCrawlAsync(Some.Crawl(), default);

    public async Task DisposeAsync()
    {
        await _pool.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
        _sitemaps.Dispose();
        _robots.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task RunAsync_RequiredFieldIsMissing_FailsAndKeepsNoFiles()
    {
        _renderer.Render = (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Rendered(
            Page() with { Fields = [FieldMatches.None], Files = new Dictionary<PageFormat, byte[]> { [PageFormat.Png] = [1, 2, 3] } }));
        var runner = RunnerFor(Some.Spec() with { Page = new PageWish([PageFormat.Png], [new FieldSpec("price", ".price", null, false) { Required = true }]) });

        var outcome = await RunAsync(runner, Some.Claimed());

        outcome.Should().BeOfType<AttemptOutcome.Failed>().Which.Failure.Class.Should().Be("field-missing");
        Directory.Exists(Path.Join(_folder.Path, "artifacts")).Should().BeFalse();
    }

    [Fact]
    public async Task RunAsync_PageRendered_SucceedsWithItsLinksAndFiles()
    {
        _renderer.Render = (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Rendered(
            Page() with { Links = [new PageLink("https://a.example/2", ""), new PageLink("https://b.example/", "")], Files = new Dictionary<PageFormat, byte[]> { [PageFormat.Png] = [1, 2, 3] } }));

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
    public async Task RunAsync_TargetDoneBeforeThePage_GivesThePermitBackWhileItRenders()
    {
        _renderer.ServedAfter = TimeSpan.FromMilliseconds(20);
        int? whileRendering = null;
        _renderer.Render = (_, _) =>
        {
            whileRendering = _limiters.Find(A)!.InFlight;
            return Task.FromResult<RenderOutcome>(new RenderOutcome.Rendered(Page()));
        };

        var outcome = await RunAsync();

        outcome.Should().BeOfType<AttemptOutcome.Succeeded>();
        whileRendering.Should().Be(0);
        await NothingHeldAsync();
    }

    [Theory]
    [InlineData(FailureKind.Throttled, "http-429", 30.0)]
    [InlineData(FailureKind.Transient, "selector-missing", 0.0)]
    [InlineData(FailureKind.BrowserLost, "browser-lost", 0.0)]
    public async Task RunAsync_PageFailedAfterItsTargetWasDone_OnlyARefusalIsStillHeard(FailureKind kind, string @class, double blockedSeconds)
    {
        _renderer.ServedAfter = TimeSpan.FromMilliseconds(20);
        _renderer.Render = (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Failed(new AttemptFailure(kind, @class, "no", TimeSpan.FromSeconds(30))));

        await RunAsync();

        _limiters.Find(A)!.BlockedFor.TotalSeconds.Should().Be(blockedSeconds);
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

        var outcome = await _runner.RunAsync(new ClaimedJob(Some.Claimed(), new Claim(1, 1)), mine, Stream.Null, default);
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
    public async Task RunAsync_PageAsksForProofOfAPerson_WaitsItselfAndSlowsItsSiteWithoutClosingIt()
    {
        var failure = new AttemptFailure(FailureKind.Transient, "challenge", "prove it", TimeSpan.FromMinutes(15));
        _renderer.Render = (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Failed(failure));

        var outcome = await RunAsync();

        outcome.Should().Be(new AttemptOutcome.Failed(failure), "the job is due again when the failure says");
        _limiters.Snapshot(1).Single().BlockedFor.Should().BePositive("it is a refusal").And.BeLessThan(TimeSpan.FromSeconds(2), "its other pages may be open to us");
        await NothingHeldAsync();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 2)]
    public async Task RunAsync_JobThatLostItsBrowserBefore_RunsAloneFromTheThirdTimeOn(int lost, int browsers)
    {
        await using var neighbour = await _pool.LeaseAsync(LeaseRequest.Any with { HoldAtMost = TimeSpan.FromDays(1) });
        using var admission = _limiters.TryAdmit(A)!;

        var outcome = await _runner.RunAsync(new ClaimedJob(Some.Claimed(refunds: lost), new Claim(1, 1)), admission, Stream.Null, default);

        outcome.Should().BeOfType<AttemptOutcome.Succeeded>();
        _launcher.Launches.Should().Be(browsers);
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
        using var dispatcher = CreateDispatcher();
        using var claims = CreateClaimKeeper();
        var worker = CreateWorker(dispatcher, claims);

        await worker.Awaiting(one => one.RunAsync(default, default).WaitAsync(Bounds.Short)).Should().ThrowAsync<BrowserLaunchException>();

        (await _queue.CountAsync("crawl", default)).Should().Be(new CrawlCounts(1, 0, 0, 0, 0));
        (await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new FakeGate(_clock), "worker", TimeSpan.FromMinutes(1), default))!.Claimed.Job.Attempts.Should().Be(1);
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
        using var dispatcher = CreateDispatcher();
        using var claims = CreateClaimKeeper();
        var worker = CreateWorker(dispatcher, claims);

        await worker.RunAsync(noMore.Token, default).WaitAsync(Bounds.Short);

        (await _queue.CountAsync("crawl", default)).Should().Be(new CrawlCounts(1, 0, 1, 0, 0));
    }

    [Fact]
    public async Task SweepOnceAsync_ExpiredClaims_ReturnsThemAndSignals()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new FakeGate(_clock), "gone", TimeSpan.FromSeconds(1), default);
        var signal = new WorkSignal();
        using var rescuer = new ClaimRescuer(_queue, _storage, signal, _options, _clock, NullLogger<ClaimRescuer>.Instance);
        var news = signal.Next;

        await rescuer.SweepOnceAsync(everyClaim: false, default);
        news.IsCompleted.Should().BeFalse("the claim still holds");
        _clock.Advance(TimeSpan.FromSeconds(2));
        await rescuer.SweepOnceAsync(everyClaim: false, default);

        await news.WaitAsync(Bounds.Short);
        (await _queue.CountAsync("crawl", default)).Queued.Should().Be(1);
    }

    [Fact]
    public async Task Worker_DiskFullWhenItSettles_WaitsAndStoresWhatItHasDone()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        using var noMore = new CancellationTokenSource();
        var (queue, control) = RefusingQueue.Before(_queue);
        _renderer.Render = async (_, _) =>
        {
            await noMore.CancelAsync();   // a stop lets it finish, also that
            control.Refusal = RefusingQueue.Full;
            return new RenderOutcome.Rendered(Page());
        };
        using var dispatcher = new Dispatcher(queue, Engine.Browser, _limiters, LaneShare.Of(new LaneShareOptions()), _signal, _clock);
        using var claims = new ClaimKeeper(queue, _options, _clock, NullLogger<ClaimKeeper>.Instance);
        var slots = new WorkerSlots(1);
        var running = CreateWorker(dispatcher, claims, queue, slots).RunAsync(noMore.Token, default);
        await Eventually.HoldsAsync(() => control.Refused == 1 && _storage.Trouble is not null, Bounds.Short, "it waits for room");
        slots.Taken.Should().Be(0, "somebody else's page may be opened while this one is recorded");

        control.Refusal = null;
        _clock.Advance(TimeSpan.FromSeconds(1));

        await running.WaitAsync(Bounds.Short);
        (await _queue.CountAsync("crawl", default)).Succeeded.Should().Be(1);
    }

    [Fact]
    public async Task Worker_ClaimRunsOutWhileItRenders_EndsTheAttemptAndGivesTheJobBack()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        using var noMore = new CancellationTokenSource();
        _renderer.Render = async (_, end) =>
        {
            await noMore.CancelAsync();
            _clock.Advance(_options.FenceAfter);
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, end).WaitAsync(Bounds.Short, CancellationToken.None);
            throw new InvalidOperationException("not reached");
        };
        using var dispatcher = CreateDispatcher();
        using var claims = CreateClaimKeeper();

        await CreateWorker(dispatcher, claims).RunAsync(noMore.Token, default).WaitAsync(Bounds.Short);

        (await _queue.CountAsync("crawl", default)).Should().Be(new CrawlCounts(1, 0, 0, 0, 0));
        (await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new FakeGate(_clock), "worker", TimeSpan.FromMinutes(1), default))!.Claimed.Job.Attempts.Should().Be(1, "it was not the page's fault");
        await NothingHeldAsync();
    }

    [Fact]
    public async Task Worker_ReadAfterItsClaimRanOutAndWasTaken_StoresNothingAndLeavesTheHeirAlone()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        using var noMore = new CancellationTokenSource();
        ClaimedJob? heir = null;
        // As after a stop of the whole program: everybody is late, and the rescuer comes first.
        _renderer.Render = async (_, _) =>
        {
            await noMore.CancelAsync();
            _clock.Advance(_options.ClaimFor + TimeSpan.FromSeconds(1));
            (await _queue.RescueAsync(everyClaim: false, default)).Should().Be(1);
            _clock.Advance(TimeSpan.FromSeconds(1));
            heir = (await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new FakeGate(_clock), "heir", TimeSpan.FromMinutes(1), default))!.Claimed;
            return new RenderOutcome.Rendered(Page());
        };
        using var dispatcher = CreateDispatcher();
        using var claims = CreateClaimKeeper();

        await CreateWorker(dispatcher, claims).RunAsync(noMore.Token, default).WaitAsync(Bounds.Short);

        (await _queue.CountAsync("crawl", default)).Should().Be(new CrawlCounts(0, 1, 0, 0, 0), "the heir runs it");
        (await _queue.ReadResultsAsync("crawl", 0, 10, default)).Should().BeEmpty();
        (await _queue.SettleAsync(heir!.Claim, Some.Ack(), default)).Should().BeTrue();
    }

    [Fact]
    public async Task RunAsync_JobOfTheHttpEngine_IsReadWithoutALease()
    {
        _web.Map("https://a.example/1", "<title>Plain</title><a href='/2'>two</a>");

        var outcome = await RunAsync(Some.Claimed() with { Engine = Engine.Http });

        var done = outcome.Should().BeOfType<AttemptOutcome.Succeeded>().Subject;
        done.Document.Title.Should().Be("Plain");
        done.Discovered.Select(job => job.Url.Value).Should().Equal("https://a.example/2");
        _launcher.Launches.Should().Be(0, "no browser was started");
    }

    [Fact]
    public async Task RunAsync_AutoAndThePageIsAnEmptyShell_GoesToABrowserWithoutALease()
    {
        _web.Map("https://a.example/1", "<div id=root></div><script src=/app.js></script>");

        var outcome = await RunAsync(RunnerFor(Some.Spec() with { Engine = EngineChoice.Auto }), Some.Claimed() with { Engine = Engine.Http });

        outcome.Should().BeOfType<AttemptOutcome.NeedsBrowser>().Which.Reason.Should().Contain("root of its application is empty");
        _launcher.Launches.Should().Be(0);
        await NothingHeldAsync();
    }

    [Fact]
    public async Task RunAsync_AutoAndThePageIsWhole_SaysSo()
    {
        _web.Map("https://a.example/1", "<p>all there is</p>");

        var outcome = await RunAsync(RunnerFor(Some.Spec() with { Engine = EngineChoice.Auto }), Some.Claimed() with { Engine = Engine.Http });

        outcome.Should().BeOfType<AttemptOutcome.Succeeded>().Which.Document.EngineReason.Should().Be("The server sends it whole.");
    }

    [Fact]
    public async Task RunAsync_AutoAndARequiredFieldIsMissing_GoesToABrowserAndFailsOnlyThere()
    {
        _web.Map("https://a.example/1", "<p>no price yet</p>");
        var runner = RunnerFor(Some.Spec() with { Engine = EngineChoice.Auto, Page = new PageWish([], [new FieldSpec("price", ".price", null, false) { Required = true }]) });
        _renderer.Render = (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Rendered(Page() with { Fields = [FieldMatches.None] }));

        var tried = await RunAsync(runner, Some.Claimed() with { Engine = Engine.Http });
        var rendered = await RunAsync(runner, Some.Claimed());

        tried.Should().BeOfType<AttemptOutcome.NeedsBrowser>().Which.Reason.Should().Contain("required field");
        rendered.Should().BeOfType<AttemptOutcome.Failed>().Which.Failure.Class.Should().Be("field-missing");
    }

    [Fact]
    public async Task RunAsync_AutoAndPagesLikeItNeededABrowser_DoesNotAskTheSiteFirst()
    {
        var runner = RunnerFor(Some.Spec() with { Engine = EngineChoice.Auto });
        for (var i = 0; i < 12; i++)
        {
            _web.Map($"https://a.example/{i}", "<div id=root></div><script src=/app.js></script>");
            await RunAsync(runner, Some.Claimed(url: $"https://a.example/{i}") with { Engine = Engine.Http });
        }

        var asked = _web.Asked.Count;
        var turned = await RunAsync(runner, Some.Claimed(url: "https://a.example/1000") with { Engine = Engine.Http });
        var rendered = await RunAsync(runner, Some.Claimed(url: "https://a.example/1000") with { Id = 1000 });

        turned.Should().BeOfType<AttemptOutcome.NeedsBrowser>();
        _web.Asked.Should().HaveCount(asked);
        rendered.Should().BeOfType<AttemptOutcome.Succeeded>().Which.Document.EngineReason.Should().Be("Pages like it needed a browser.");
    }

    [Fact]
    public async Task RunAsync_DiscoveryPauses_MarksWhatItFindsAsWaitingOutside()
    {
        _discovery.State = DiscoveryState.Open with { Whole = DiscoveryPause.QueueFull };
        _renderer.Render = (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Rendered(Page() with { Links = [new PageLink("https://a.example/2", "")] }));

        var done = (await RunAsync()).Should().BeOfType<AttemptOutcome.Succeeded>().Subject;

        done.Discovered.Should().ContainSingle().Which.IsDeferred.Should().BeTrue();
    }

    [Fact]
    public async Task RunAsync_PageIsRead_GivesTheSlotBackBeforeAnythingIsStored()
    {
        string[]? storedBefore = null;
        var slot = new OnDispose(() => storedBefore ??= Stored());
        _renderer.Render = (_, _) =>
        {
            storedBefore.Should().BeNull("it is still rendered");
            return Task.FromResult<RenderOutcome>(new RenderOutcome.Rendered(Page() with { Files = new Dictionary<PageFormat, byte[]> { [PageFormat.Png] = [1, 2, 3] } }));
        };
        using var admission = _limiters.TryAdmit(A)!;

        await RunnerFor(Some.Spec() with { Page = new PageWish([PageFormat.Png], []) }).RunAsync(new ClaimedJob(Some.Claimed(), new Claim(1, 1)), admission, slot, CancellationToken.None);

        storedBefore.Should().BeEmpty();
        Stored().Should().ContainSingle();

        string[] Stored() => Directory.GetFiles(_folder.Path, "*.png", SearchOption.AllDirectories);
    }

    [Fact]
    public async Task RunAsync_FailureWithEvidence_KeepsThePictureUnderJobAndEpoch()
    {
        _renderer.Render = (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Failed(
            Some.Failure(FailureKind.Permanent), new PageEvidence("https://a.example/1#end", [0xFF, 0xD8, 0xFF], ["error: no"])));

        var failure = (await RunAsync()).Should().BeOfType<AttemptOutcome.Failed>().Subject.Failure;

        failure.Evidence!.Url.Should().Be("https://a.example/1#end");
        failure.Evidence.Console.Should().Equal("error: no");
        File.ReadAllBytes(Path.Join(_folder.Path, failure.Evidence.Screenshot)).Should().Equal(0xFF, 0xD8, 0xFF);
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, true, false)]
    [InlineData(4, true, true)]
    public async Task RunAsync_TriesOfAJob_TellTheRendererHowItStands(int attempts, bool wasTried, bool isFinal)
    {
        RenderRequest? asked = null;
        _renderer.Render = (request, _) =>
        {
            asked = request;
            return Task.FromResult<RenderOutcome>(new RenderOutcome.Failed(Some.Failure()));
        };

        await RunAsync(Some.Claimed(attempts));

        asked!.WasTried.Should().Be(wasTried);
        asked.IsFinal(Some.Failure()).Should().Be(isFinal);
        asked.IsFinal(Some.Failure(FailureKind.Permanent)).Should().BeTrue();
    }

    private Dispatcher CreateDispatcher() => new(_queue, Engine.Browser, _limiters, LaneShare.Of(new LaneShareOptions()), _signal, _clock);

    private ClaimKeeper CreateClaimKeeper() => new(_queue, _options, _clock, NullLogger<ClaimKeeper>.Instance);

    private Worker CreateWorker(Dispatcher dispatcher, ClaimKeeper claims, IJobQueue? queue = null, WorkerSlots? slots = null) => new(
        "worker", Engine.Browser, slots ?? new WorkerSlots(1), dispatcher, claims, new RunningJobs(_clock), _runner, new Settler(queue ?? _queue, _storage, _options, _clock, NullLogger<Settler>.Instance), _storage, _signal, new AttemptLog(_clock), _options,
        _clock);

    private AttemptRunner RunnerFor(CrawlSpec spec)
    {
        var crawl = Some.Crawl() with { Spec = spec with { IgnoreRobots = true } };
        return new AttemptRunner(_pool, _renderer, _http, new OnePlan(CrawlPlan.For(crawl, _folder, _robots, _sitemaps), _options), _storage, _limiters, _discovery, _options, _clock, NullLogger<AttemptRunner>.Instance);
    }

    private async Task<AttemptOutcome> RunAsync(AttemptRunner runner, Job job)
    {
        using var admission = _limiters.TryAdmit(A)!;
        return await runner.RunAsync(new ClaimedJob(job, new Claim(1, 1)), admission, Stream.Null, CancellationToken.None);
    }

    private Task<AttemptOutcome> RunAsync(CancellationToken cancellationToken = default) => RunAsync(Some.Claimed(), cancellationToken);

    private async Task<AttemptOutcome> RunAsync(Job job, CancellationToken cancellationToken = default)
    {
        using var admission = _limiters.TryAdmit(A)!;
        return await _runner.RunAsync(new ClaimedJob(job, new Claim(1, 1)), admission, Stream.Null, cancellationToken);
    }

    private async Task NothingHeldAsync()
    {
        await Eventually.HoldsAsync(() => _pool.Snapshot().InUse == 0, Bounds.Short, "the context is given back");
        _limiters.Snapshot(1).Single().InFlight.Should().Be(0);
    }

    private static RenderedPage Page() => new(
        new Uri("https://a.example/1"), 200, "text/html", "A page", "<p>text", "text", [], Settled: true, Truncated: false, Some.Noon,
        new PageTimings(1, 2, 3, 4));

    private sealed class OnDispose(Action action) : IDisposable
    {
        public void Dispose() => action();
    }

    private sealed class FakeRenderer : IRenderer
    {
        public Func<RenderRequest, CancellationToken, Task<RenderOutcome>> Render { get; set; } =
            (_, _) => Task.FromResult<RenderOutcome>(new RenderOutcome.Rendered(Page()));

        /// <summary>The target is done before the page is, with this time to the first byte; null for not before.</summary>
        public TimeSpan? ServedAfter { get; set; }

        public Task<RenderOutcome> RenderAsync(
            ContextLease lease, RenderRequest request, CancellationToken cancellationToken)
        {
            if (!request.Turn.MayAsk())
                return Task.FromResult<RenderOutcome>(new RenderOutcome.NotAsked());

            if (ServedAfter is { } firstByte)
                request.Turn.Served(firstByte);
            return Render(request, cancellationToken);
        }
    }
}
