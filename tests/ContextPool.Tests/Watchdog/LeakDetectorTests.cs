using ContextPool.Leasing;
using ContextPool.Watchdog;
using Microsoft.Extensions.Logging;

namespace ContextPool.Tests.Watchdog;

public sealed class LeakDetectorTests : PoolTest
{
    [Fact]
    public async Task Sweep_HolderNeverLetsGo_IsSaidOnceAtTwiceItsBound()
    {
        var pool = CreatePool();
        var leaked = await LeaseAsync(pool, new LeaseRequest("job 4711") { HoldAtMost = TimeSpan.FromSeconds(10) });
        Clock.Advance(TimeSpan.FromSeconds(10));
        leaked.Loss.Should().Be(LeaseLoss.HeldTooLong);

        Clock.Advance(TimeSpan.FromSeconds(10));
        Log.WithId(1105).Should().BeEmpty("twice its bound is not over");
        Clock.Advance(TimeSpan.FromSeconds(1));

        var said = Log.WithId(1105).Should().ContainSingle().Which;
        said.Level.Should().Be(LogLevel.Error);
        said.Text.Should().ContainAll("job 4711", "21 s", "HeldTooLong");
        Clock.Advance(TimeSpan.FromMinutes(5));
        Log.WithId(1105).Should().ContainSingle("it is said once");
        await leaked.DisposeAsync();
    }

    [Fact]
    public async Task Sweep_HolderLetsGoInBetween_IsNoLeak()
    {
        var pool = CreatePool();
        var late = await LeaseAsync(pool, new LeaseRequest("late") { HoldAtMost = TimeSpan.FromSeconds(10) });
        Clock.Advance(TimeSpan.FromSeconds(19));
        late.Loss.Should().Be(LeaseLoss.HeldTooLong);

        await late.DisposeAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));

        Log.WithId(1105).Should().BeEmpty();
    }

    [Fact]
    public async Task Sweep_LeaseLostForAnotherReason_IsALeakOnlyAfterTwiceItsBound()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, new LeaseRequest("deaf") { HoldAtMost = TimeSpan.FromSeconds(30) });

        Fake(lease).Crash();
        Clock.Advance(TimeSpan.FromSeconds(60));
        Log.WithId(1105).Should().BeEmpty();
        Clock.Advance(TimeSpan.FromSeconds(1));

        Log.WithId(1105).Should().ContainSingle().Which.Text.Should().Contain("PageCrashed");
    }

    [Fact]
    public async Task Sweep_LeaseWhoseTimerNeverCame_IsTakenBack()
    {
        var parts = CreateParts();
        var detector = new LeakDetector(parts.Places, Clock, parts.Metrics, Log);
        var (_, context, _) = await parts.OpenAsync();
        var lease = await parts.LendAsync(context, new LeaseRequest("forgotten") { HoldAtMost = TimeSpan.FromSeconds(10) });

        Clock.Advance(TimeSpan.FromSeconds(20));
        detector.Sweep();
        lease.Loss.Should().Be(LeaseLoss.None);
        Clock.Advance(TimeSpan.FromSeconds(1));
        detector.Sweep();

        lease.Loss.Should().Be(LeaseLoss.HeldTooLong);
    }
}
