using System.Reflection;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using TestKit;

namespace BrowserFarm.Tests.Scheduling;

public sealed class DispatcherTests : IDisposable
{
    private static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly WorkSignal _signal = new();
    private readonly InMemoryJobQueue _queue;
    private readonly TargetLimiters _limiters;
    private readonly Dispatcher _dispatcher;

    public DispatcherTests()
    {
        _queue = new InMemoryJobQueue(_clock);
        _limiters = new TargetLimiters(new TargetLimitOptions { Start = 2, Max = 2 }, _clock);
        _limiters.Released += _signal.Raise;
        _dispatcher = new Dispatcher(_queue, Engine.Browser, _limiters, LaneShare.Of(new LaneShareOptions()), _signal, _clock);
    }

    public void Dispose() => _dispatcher.Dispose();

    [Fact]
    public async Task NextAsync_JobsOfSeveralTargets_TakesTurns()
    {
        await SubmitAsync("https://a.example/1", "https://a.example/2", "https://a.example/3", "https://b.example/1", "https://b.example/2");

        var order = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            var next = await NextAsync().WaitAsync(Bounds.Short);
            order.Add(next.Claimed.Job.Url.Value);
            next.Admission.Dispose();
            await _queue.SettleAsync(next.Claimed.Claim, Some.Ack(), default);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        order.Should().Equal("https://a.example/1", "https://b.example/1", "https://a.example/2", "https://b.example/2", "https://a.example/3");
    }

    [Fact]
    public async Task NextAsync_TargetAtItsLimit_WaitsUntilARequestEnds()
    {
        await SubmitAsync("https://a.example/1", "https://a.example/2", "https://a.example/3");
        _limiters.TryAdmit(Some.Target("https://a.example/"))!.Report(TargetVerdict.Good);   // known, so that two may run at once
        var first = await NextAsync();
        await NextAsync();

        var third = NextAsync();
        third.IsCompleted.Should().BeFalse();
        first.Admission.Report(TargetVerdict.Good);
        await _queue.SettleAsync(first.Claimed.Claim, Some.Ack(), default);
        _signal.Raise();

        (await third.WaitAsync(Bounds.Short)).Claimed.Job.Url.Value.Should().Be("https://a.example/3");
        (await _queue.CountAsync("crawl", default)).Should().Be(new CrawlCounts(0, 2, 1, 0, 0));
    }

    [Fact]
    public async Task NextAsync_TargetDoneWhilePagesAreStillRendered_ClaimsTheNextAtOnce()
    {
        await SubmitAsync("https://a.example/1", "https://a.example/2", "https://a.example/3", "https://a.example/4");
        _limiters.TryAdmit(Some.Target("https://a.example/"))!.Report(TargetVerdict.Good);   // known, so that two may run at once
        var first = await NextAsync();
        var second = await NextAsync();
        var third = NextAsync();
        third.IsCompleted.Should().BeFalse();

        first.Admission.Served(TimeSpan.Zero);

        await third.WaitAsync(Bounds.Short);
        var fourth = NextAsync();
        fourth.IsCompleted.Should().BeFalse("two are in flight again");
        second.Admission.Served(TimeSpan.Zero);
        await fourth.WaitAsync(Bounds.Short);
        (await _queue.CountAsync("crawl", default)).Running.Should().Be(4, "nothing was settled");
    }

    [Fact]
    public async Task NextAsync_AllLanesFull_SharesByWeight()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        await _queue.SubmitAsync(
            "crawl",
            [.. from lane in Enum.GetValues<Lane>() from page in Enumerable.Range(0, 30) select Some.Job($"https://{lane}{page}.example/") with { Lane = lane }],
            default);

        var lanes = new List<Lane>();
        for (var i = 0; i < 30; i++)
        {
            var next = await NextAsync().WaitAsync(Bounds.Short);
            lanes.Add(next.Claimed.Job.Lane);
            next.Admission.Dispose();
        }

        lanes.CountBy(lane => lane).Should().BeEquivalentTo(new Dictionary<Lane, int> { [Lane.Urgent] = 18, [Lane.Normal] = 9, [Lane.Background] = 3 });
    }

    [Fact]
    public async Task NextAsync_OnlyOneLaneHasJobs_GetsEveryTurn()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        await _queue.SubmitAsync(
            "crawl", [.. Enumerable.Range(0, 30).Select(page => Some.Job($"https://t{page}.example/") with { Lane = Lane.Background })], default);

        for (var i = 0; i < 30; i++)
            (await NextAsync().WaitAsync(Bounds.Short)).Claimed.Job.Lane.Should().Be(Lane.Background);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(600)]
    public async Task NextAsync_ManyBlockedTargets_NeverStandBeforeAnOpenOne(int blocked)
    {
        await SubmitAsync([.. Enumerable.Range(0, blocked).Select(number => $"https://blocked{number:000}.example/"), "https://zopen.example/"]);
        for (var i = 0; i < blocked; i++)
            _limiters.TryAdmit(Some.Target($"https://blocked{i:000}.example/"))!.Report(TargetVerdict.Throttled, TimeSpan.FromHours(1));

        var next = await NextAsync().WaitAsync(Bounds.Short);

        next.Claimed.Job.Url.Value.Should().Be("https://zopen.example/");
    }

    [Fact]
    public async Task NextAsync_EverythingBlocked_ClaimsNothingUntilTheBlockEnds()
    {
        await SubmitAsync("https://a.example/1");
        _limiters.TryAdmit(Some.Target("https://a.example/"))!.Report(TargetVerdict.Throttled, TimeSpan.FromSeconds(30));

        var next = NextAsync();
        for (var second = 0; second < 29; second++)
            await AdvanceAsync(TimeSpan.FromSeconds(1));
        next.IsCompleted.Should().BeFalse();
        (await _queue.CountAsync("crawl", default)).Running.Should().Be(0);
        await AdvanceAsync(TimeSpan.FromSeconds(1));

        (await next.WaitAsync(Bounds.Short)).Claimed.Job.Id.Should().Be(1);
    }

    [Fact]
    public async Task NextAsync_JobDueLater_ComesAtItsTimeAndNotBefore()
    {
        await SubmitAsync("https://a.example/1");
        var first = await NextAsync();
        first.Admission.Dispose();
        await _queue.SettleAsync(first.Claimed.Claim, new Settlement.Retry(Some.Failure(), _clock.GetUtcNow() + TimeSpan.FromMilliseconds(300)), default);

        var next = NextAsync();
        await AdvanceAsync(TimeSpan.FromMilliseconds(299));
        next.IsCompleted.Should().BeFalse();
        await AdvanceAsync(TimeSpan.FromMilliseconds(1));

        (await next.WaitAsync(Bounds.Short)).Claimed.Job.Attempts.Should().Be(2);
    }

    [Fact]
    public async Task NextAsync_JobFallsDueDuringTheLook_IsNotWaitedForAnotherSecond()
    {
        await SubmitAsync("https://a.example/1");
        var first = await NextAsync();
        first.Admission.Dispose();
        await _queue.SettleAsync(first.Claimed.Claim, new Settlement.Retry(Some.Failure(), _clock.GetUtcNow() + TimeSpan.FromMilliseconds(5)), default);
        var looks = 0;
        var slow = SlowQueue.Before(_queue, () =>
        {
            if (looks++ == 0)
                _clock.Advance(TimeSpan.FromMilliseconds(5));
        });
        using var dispatcher = new Dispatcher(slow, Engine.Browser, _limiters, LaneShare.Of(new LaneShareOptions()), _signal, _clock);

        var next = await dispatcher.NextAsync("worker", ClaimFor, default).WaitAsync(Bounds.Short);

        next.Claimed.Job.Id.Should().Be(1);
    }

    [Fact]
    public async Task NextAsync_JobSubmittedWhileWaiting_IsTakenAtTheSignal()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        var next = NextAsync();
        next.IsCompleted.Should().BeFalse();

        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        _signal.Raise();

        (await next.WaitAsync(Bounds.Short)).Claimed.Job.Id.Should().Be(1);
    }

    [Fact]
    public async Task NextAsync_SignalForgotten_LooksAgainWithinASecond()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        var next = NextAsync();
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);

        await AdvanceAsync(TimeSpan.FromSeconds(1));

        await next.WaitAsync(Bounds.Short);
    }

    [Fact]
    public async Task NextAsync_CancelledWhileWaiting_ClaimsNothingAndLetsTheNextLook()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        using var cancelled = new CancellationTokenSource();
        var looking = _dispatcher.NextAsync("looking", ClaimFor, cancelled.Token);
        var behind = _dispatcher.NextAsync("behind", ClaimFor, cancelled.Token);
        var patient = NextAsync();

        await cancelled.CancelAsync();
        await looking.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
        await behind.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        _signal.Raise();

        await patient.WaitAsync(Bounds.Short);
        (await _queue.CountAsync("crawl", default)).Running.Should().Be(1);
        _limiters.Snapshot(10).Sum(target => target.InFlight).Should().Be(1);
    }

    [Fact]
    public async Task NextAsync_CancelledBeforehand_ClaimsNothing()
    {
        await SubmitAsync("https://a.example/1");

        var next = () => _dispatcher.NextAsync("worker", ClaimFor, new CancellationToken(canceled: true));

        await next.Should().ThrowAsync<OperationCanceledException>();
        (await _queue.CountAsync("crawl", default)).Running.Should().Be(0);
    }

    [Fact]
    public async Task NextAsync_ClaimFails_LetsTheNextLook()
    {
        await SubmitAsync("https://a.example/1");
        using var dispatcher = new Dispatcher(SlowQueue.Before(_queue, () => { }, claimFails: true), Engine.Browser, _limiters, LaneShare.Of(new LaneShareOptions()), _signal, _clock);

        var next = () => dispatcher.NextAsync("worker", ClaimFor, default);

        await next.Should().ThrowAsync<QueueStorageException>();
        _limiters.Snapshot(10).Sum(target => target.InFlight).Should().Be(0);
        (await NextAsync()).Claimed.Job.Id.Should().Be(1, "the failure did not keep the others from looking");
    }

    [Fact]
    public async Task NextAsync_ManyWorkersAtOnce_GivesEachJobToOne()
    {
        await SubmitAsync([.. Enumerable.Range(0, 60).Select(number => $"https://t{number}.example/")]);

        var taken = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Task.Run(NextAsync))).WaitAsync(Bounds.Short);

        taken.Select(next => next.Claimed.Job.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Raise_BeforeTheWait_IsNotForgotten()
    {
        var next = _signal.Next;
        _signal.Raise();
        _signal.Raise();

        await next.WaitAsync(Bounds.Short);
        _signal.Next.IsCompleted.Should().BeFalse("the next wait is for the next signal");
    }

    private Task<DispatchedJob> NextAsync() => _dispatcher.NextAsync("worker", ClaimFor, default);

    private async Task SubmitAsync(params string[] urls)
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        await _queue.SubmitAsync("crawl", Some.Jobs(urls), default);
    }

    /// <summary>Advances once the dispatcher has come to rest.</summary>
    private async Task AdvanceAsync(TimeSpan step)
    {
        await Eventually.HoldsAsync(() => _clock.ArmedTimers > 0, Bounds.Short, "the dispatcher waits");
        _clock.Advance(step);
    }

    /// <summary>A queue in which something happens while it answers.</summary>
    public class SlowQueue : DispatchProxy
    {
        private IJobQueue _queue = null!;
        private Action _afterLook = null!;
        private bool _claimFails;

        public static IJobQueue Before(IJobQueue queue, Action afterLook, bool claimFails = false)
        {
            var proxy = Create<IJobQueue, SlowQueue>();
            var slow = (SlowQueue)proxy;
            (slow._queue, slow._afterLook, slow._claimFails) = (queue, afterLook, claimFails);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IJobQueue.ClaimNextAsync) ? ClaimAsync(targetMethod, args) : targetMethod.Invoke(_queue, args);

        private async Task<AdmittedJob?> ClaimAsync(MethodInfo claim, object?[]? args)
        {
            if (_claimFails)
                throw new QueueStorageException("disk full");

            var claimed = await (Task<AdmittedJob?>)claim.Invoke(_queue, args)!;
            _afterLook();
            return claimed;
        }
    }
}
