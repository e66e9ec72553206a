using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Tests.Queueing;
using BrowserFarm.Workers;
using TestKit;

namespace BrowserFarm.Tests.Workers;

public sealed class ClaimKeeperTests : IAsyncLifetime
{
    private const int NotRenewed = 2009;
    private const int Fenced = 2105;

    private readonly ManualTimeProvider _clock = new();
    private readonly FarmOptions _options = new();
    private readonly RecordingLogger<ClaimKeeper> _logger = new();
    private readonly InMemoryJobQueue _queue;
    private readonly ClaimKeeper _keeper;

    public ClaimKeeperTests()
    {
        _queue = new InMemoryJobQueue(_clock);
        _keeper = new ClaimKeeper(_queue, _options, _clock, _logger);
    }

    public async Task InitializeAsync()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1", "https://a.example/2"), default);
    }

    public Task DisposeAsync()
    {
        _keeper.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task RenewOnceAsync_AsOftenAsItShould_KeepsTheClaimForAsLongAsItIsHeld()
    {
        using var held = _keeper.Hold(await ClaimAsync(), _clock.GetTimestamp(), default);

        for (var passed = TimeSpan.Zero; passed < 10 * _options.ClaimFor; passed += _options.RenewEvery)
        {
            _clock.Advance(_options.RenewEvery);
            await _keeper.RenewOnceAsync(default);
            (await _queue.RescueAsync(everyClaim: false, default)).Should().Be(0);
        }

        held.Token.IsCancellationRequested.Should().BeFalse();
        held.Release().Should().BeTrue();
    }

    [Fact]
    public async Task ExecuteAsync_Started_RenewsByItself()
    {
        using var held = _keeper.Hold(await ClaimAsync(), _clock.GetTimestamp(), default);
        await _queue.RescueAsync(everyClaim: true, default);
        await _keeper.StartAsync(default);
        await Eventually.HoldsAsync(() => _clock.ArmedTimers == 2, Bounds.Short, "the fence and the loop wait");

        _clock.Advance(_options.RenewEvery);

        await Eventually.HoldsAsync(() => held.IsFenced, Bounds.Short, "the queue said that the claim is lost, long before its time was up");
        await _keeper.StopAsync(default);
    }

    [Fact]
    public async Task Hold_NotRenewed_IsFencedBeforeTheClaimRunsOut()
    {
        using var held = _keeper.Hold(await ClaimAsync(), _clock.GetTimestamp(), default);

        _clock.Advance(_options.FenceAfter - TimeSpan.FromMilliseconds(1));
        held.Token.IsCancellationRequested.Should().BeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        held.Token.IsCancellationRequested.Should().BeTrue();
        (await _queue.RescueAsync(everyClaim: false, default)).Should().Be(0, "nobody else can have it yet");
        held.Release().Should().BeFalse();
        _logger.WithId(Fenced).Should().ContainSingle();
    }

    [Fact]
    public async Task Hold_ClaimedLongAgo_IsFencedAtOnce()
    {
        var askedAt = _clock.GetTimestamp();
        var claim = await ClaimAsync();
        _clock.Advance(_options.FenceAfter);

        using var held = _keeper.Hold(claim, askedAt, default);

        held.Token.IsCancellationRequested.Should().BeTrue();
        held.Release().Should().BeFalse();
    }

    [Fact]
    public async Task RenewOnceAsync_FencedByTheClock_IsNotRenewed()
    {
        using var held = _keeper.Hold(await ClaimAsync(), _clock.GetTimestamp(), default);
        _clock.Advance(_options.FenceAfter);

        await _keeper.RenewOnceAsync(default);

        held.IsFenced.Should().BeTrue();
        _clock.Advance(_options.ClaimFor - _options.FenceAfter + TimeSpan.FromMilliseconds(1));
        (await _queue.RescueAsync(everyClaim: false, default)).Should().Be(1, "it was not kept from the rescuer");
    }

    [Fact]
    public async Task RenewOnceAsync_TakenByAnother_FencesThatOneAtOnce()
    {
        using var taken = _keeper.Hold(await ClaimAsync(), _clock.GetTimestamp(), default);
        await _queue.RescueAsync(everyClaim: true, default);
        using var ours = _keeper.Hold(await ClaimAsync(), _clock.GetTimestamp(), default);

        await _keeper.RenewOnceAsync(default);
        _clock.Advance(TimeSpan.Zero);

        taken.Token.IsCancellationRequested.Should().BeTrue();
        taken.Release().Should().BeFalse();
        ours.Release().Should().BeTrue();
    }

    [Fact]
    public async Task RenewOnceAsync_SettledMeanwhile_FencesNothing()
    {
        var claim = await ClaimAsync();
        using var held = _keeper.Hold(claim, _clock.GetTimestamp(), default);
        held.Release().Should().BeTrue();
        (await _queue.SettleAsync(claim, Some.Ack(), default)).Should().BeTrue();

        await _keeper.RenewOnceAsync(default);

        held.IsFenced.Should().BeFalse();
        _logger.Messages.Should().BeEmpty();
    }

    [Fact]
    public async Task RenewOnceAsync_StorageFails_SaysSoAndFencesWhenTheTimeIsUp()
    {
        using var folder = new TempFolder();
        var closed = SqliteJobQueue.Open(folder.Combine("closed.db"), _clock);
        await closed.DisposeAsync();
        using var keeper = new ClaimKeeper(closed, _options, _clock, _logger);
        using var held = keeper.Hold(new Claim(1, 1), _clock.GetTimestamp(), default);
        _clock.Advance(_options.RenewEvery);

        await keeper.RenewOnceAsync(default);

        _logger.WithId(NotRenewed).Should().ContainSingle();
        held.Token.IsCancellationRequested.Should().BeFalse("it holds for a while yet");
        _clock.Advance(_options.FenceAfter - _options.RenewEvery);
        held.Token.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task RenewOnceAsync_DiskFull_HoldsOnForAsLongAsItIs()
    {
        var (full, control) = RefusingQueue.Before(_queue);
        using var keeper = new ClaimKeeper(full, _options, _clock, _logger);
        using var held = keeper.Hold(await ClaimAsync(), _clock.GetTimestamp(), default);
        control.Refusal = RefusingQueue.Full;

        for (var passed = TimeSpan.Zero; passed < 4 * _options.ClaimFor; passed += _options.RenewEvery)
        {
            _clock.Advance(_options.RenewEvery);
            await keeper.RenewOnceAsync(default);
        }

        held.IsFenced.Should().BeFalse("nobody can take a claim where nobody can write");
        control.Refusal = null;
        await keeper.RenewOnceAsync(default);
        held.Release().Should().BeTrue();
    }

    [Fact]
    public async Task Hold_Abandoned_EndsWithoutBeingFenced()
    {
        using var abandon = new CancellationTokenSource();
        using var held = _keeper.Hold(await ClaimAsync(), _clock.GetTimestamp(), abandon.Token);

        await abandon.CancelAsync();

        held.Token.IsCancellationRequested.Should().BeTrue();
        held.Release().Should().BeTrue("the claim is ours, so what we give back counts");
    }

    private async Task<Claim> ClaimAsync() =>
        (await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new FakeGate(_clock), "worker", _options.ClaimFor, default))!.Claimed.Claim;
}
