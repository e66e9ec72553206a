using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Workers;
using Microsoft.Extensions.Logging.Abstractions;
using TestKit;

namespace BrowserFarm.Tests.Workers;

public sealed class LimitKeeperTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryJobQueue _queue;

    public LimitKeeperTests() => _queue = new InMemoryJobQueue(_clock);

    [Fact]
    public async Task StartAsync_AfterAStop_KnowsTargetsAgain()
    {
        var target = Some.Target("https://a.example/");
        var (limiters, keeper) = Create();
        await keeper.StartAsync(default);
        limiters.TryAdmit(target)!.Report(TargetVerdict.Throttled, TimeSpan.FromHours(1));
        await keeper.StopAsync(default);
        _clock.Advance(TimeSpan.FromMinutes(10));

        var (again, next) = Create();
        await next.StartAsync(default);

        again.Find(target)!.BlockedFor.Should().Be(TimeSpan.FromMinutes(50));
        await next.StopAsync(default);
    }

    [Fact]
    public async Task ExecuteAsync_EveryFiveSeconds_SavesWhatChanged()
    {
        var (limiters, keeper) = Create();
        await keeper.StartAsync(default);
        limiters.TryAdmit(Some.Target("https://a.example/"))!.Report(TargetVerdict.Good);

        await Eventually.HoldsAsync(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(5));
                return (await _queue.ReadTargetNotesAsync(10, default)).Count == 1;
            },
            Bounds.Short,
            "a program that is killed has lost no more than five seconds of it");
        await keeper.StopAsync(default);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"target\":null,\"limit\":1}")]
    [InlineData("[1,2]")]
    [InlineData("{\"target\":{\"value\":\"https://a.example\"},\"limit\":\"much\"}")]
    public async Task StartAsync_NoteThatIsNotOurs_IsPassedOver(string text)
    {
        await _queue.SaveTargetNotesAsync([new TargetNote(Some.Target("https://a.example/"), _clock.GetUtcNow(), text)], default);
        var (limiters, keeper) = Create();

        await keeper.StartAsync(default);

        limiters.Snapshot(10).Should().BeEmpty();
        await keeper.StopAsync(default);
    }

    private (TargetLimiters Limiters, LimitKeeper Keeper) Create()
    {
        var limiters = new TargetLimiters(new TargetLimitOptions(), _clock);
        return (limiters, new LimitKeeper(_queue, limiters, _clock, NullLogger<LimitKeeper>.Instance));
    }
}
