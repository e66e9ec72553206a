using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Tests.Queueing;
using BrowserFarm.Workers;
using TestKit;

namespace BrowserFarm.Tests.Workers;

public sealed class DiscoveryKeeperTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryJobQueue _queue;
    private readonly TargetLimiters _limiters;
    private readonly AttemptLog _attempts;
    private readonly DiscoveryGate _gate = new();
    private readonly WorkSignal _signal = new();
    private readonly RecordingLogger<DiscoveryKeeper> _log = new();

    public DiscoveryKeeperTests()
    {
        _queue = new InMemoryJobQueue(_clock);
        _limiters = new TargetLimiters(new TargetLimitOptions(), _clock);
        _attempts = new AttemptLog(_clock);
    }

    public Task InitializeAsync() => _queue.CreateCrawlAsync(Some.Crawl(maxPages: 100_000), default);

    public async Task DisposeAsync() => await _queue.DisposeAsync();

    [Fact]
    public async Task LookOnceAsync_QueueFillsAndEmpties_PausesAndThenTakesUpWhatWaited()
    {
        using var keeper = Keeper(pauseAt: 10);
        await SubmitAsync(10);
        await keeper.LookOnceAsync(default);
        _gate.Snapshot().Pause.Should().Be(DiscoveryPause.QueueFull);
        await _queue.SubmitAsync("crawl", _gate.Pass([Some.Job("https://b.example/later")]), default);

        await keeper.LookOnceAsync(default);
        _gate.Snapshot().Deferred.Should().Be(1);
        (await _queue.CountAsync("crawl", default)).Deferred.Should().Be(1);
        await EndAsync(3);
        var news = _signal.Next;
        await keeper.LookOnceAsync(default);

        _gate.Snapshot().Should().BeEquivalentTo(new DiscoverySnapshot(DiscoveryPause.None, [], Deferred: 0));
        (await _queue.CountAsync("crawl", default)).Should().Be(new CrawlCounts(Queued: 8, 0, Succeeded: 3, 0, 0));
        news.IsCompleted.Should().BeTrue("somebody may be waiting for work");
        _log.WithId(2010).Should().ContainSingle();
        _log.WithId(2011).Should().ContainSingle();
    }

    [Fact]
    public async Task LookOnceAsync_MostAttemptsAreToBeMadeAgain_PausesUntilTheyAreNot()
    {
        using var keeper = Keeper(pauseAt: 1000);
        for (var i = 0; i < 20; i++)
            End(isToRepeat: i % 2 == 0);

        await keeper.LookOnceAsync(default);
        _gate.Snapshot().Pause.Should().Be(DiscoveryPause.Retries);
        for (var i = 0; i < 20; i++)
            End(isToRepeat: false);
        await keeper.LookOnceAsync(default);

        _gate.Snapshot().Pause.Should().Be(DiscoveryPause.None);
    }

    [Fact]
    public async Task LookOnceAsync_LongLineOfATargetThatBearsNoMore_PausesThatTarget()
    {
        using var keeper = Keeper(pauseAt: 4000);
        await SubmitAsync(1500);
        await keeper.LookOnceAsync(default);
        _gate.Snapshot().Targets.Should().BeEmpty("it may be asked");

        using var only = _limiters.TryAdmit(Some.Target("https://a.example/"));
        await keeper.LookOnceAsync(default);

        _gate.Snapshot().Targets.Should().Equal("https://a.example");
        _gate.Snapshot().Pause.Should().Be(DiscoveryPause.None);
    }

    private DiscoveryKeeper Keeper(long pauseAt) =>
        new(_queue, _limiters, _attempts, _gate, _signal, new FarmOptions { Discovery = new DiscoveryOptions { PauseAt = pauseAt } }, _clock, _log);

    private async Task SubmitAsync(int pages) => await _queue.SubmitAsync("crawl", [.. Enumerable.Range(0, pages).Select(page => Some.Job($"https://a.example/{page}"))], default);

    private async Task EndAsync(int pages)
    {
        for (var i = 0; i < pages; i++)
        {
            var claimed = await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new FakeGate(_clock), "worker", TimeSpan.FromMinutes(1), default);
            await _queue.SettleAsync(claimed!.Claimed.Claim, Some.Ack(), default);
        }
    }

    private void End(bool isToRepeat)
    {
        _attempts.Begin(Engine.Browser);
        _attempts.End(Engine.Browser, TimeSpan.Zero, isTrouble: false, isToRepeat);
    }
}
