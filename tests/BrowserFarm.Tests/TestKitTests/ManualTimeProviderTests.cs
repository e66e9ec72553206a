using TestKit;

namespace BrowserFarm.Tests.TestKitTests;

public sealed class ManualTimeProviderTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 8, 0, 0, TimeSpan.FromHours(2));

    private readonly ManualTimeProvider _clock = new(Start);
    private readonly List<string> _fired = [];

    [Fact]
    public void Advance_Step_MovesBothClocks()
    {
        var before = _clock.GetTimestamp();

        _clock.Advance(TimeSpan.FromSeconds(90));

        _clock.GetUtcNow().Should().Be(Start + TimeSpan.FromSeconds(90));
        _clock.GetUtcNow().Offset.Should().Be(TimeSpan.Zero);
        _clock.GetElapsedTime(before).Should().Be(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public void Advance_Backwards_IsRefused()
    {
        var backwards = () => _clock.Advance(TimeSpan.FromTicks(-1));

        backwards.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Advance_OverSeveralTimers_FiresThemInOrderOfDueTimeAtTheirTime()
    {
        Arm("late", seconds: 3);
        Arm("early", seconds: 1);
        Arm("also early", seconds: 1);
        Arm("never reached", seconds: 5);

        _clock.Advance(TimeSpan.FromSeconds(4));

        _fired.Should().Equal("early at 1", "also early at 1", "late at 3");
        _clock.GetUtcNow().Should().Be(Start + TimeSpan.FromSeconds(4));
        _clock.ArmedTimers.Should().Be(1);
    }

    [Fact]
    public void Advance_OneTickShort_FiresNothing()
    {
        Arm("timer", seconds: 1);

        _clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        var tooEarly = _fired.Count;
        _clock.Advance(TimeSpan.FromTicks(1));

        tooEarly.Should().Be(0);
        _fired.Should().ContainSingle();
    }

    [Fact]
    public void Advance_PeriodicTimer_FiresOncePerPeriod()
    {
        Arm("tick", seconds: 1, periodSeconds: 2);

        _clock.Advance(TimeSpan.FromSeconds(6));

        _fired.Should().Equal("tick at 1", "tick at 3", "tick at 5");
    }

    [Fact]
    public void Advance_TimerArmedByATimer_FiresInTheSameAdvance()
    {
        using var first = _clock.CreateTimer(_ => Arm("second", seconds: 1), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(2));

        _fired.Should().Equal("second at 2");
    }

    [Fact]
    public void CreateTimer_DueAtOnce_FiresWithTheNextAdvance()
    {
        Arm("timer", seconds: 0);
        var onCreation = _fired.Count;

        _clock.Advance(TimeSpan.Zero);

        onCreation.Should().Be(0);
        _fired.Should().Equal("timer at 0");
    }

    [Fact]
    public void Change_ArmedTimer_CountsFromNow()
    {
        var timer = Arm("timer", seconds: 1);
        _clock.Advance(TimeSpan.FromSeconds(0.5));

        var changed = timer.Change(TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        _clock.Advance(TimeSpan.FromSeconds(4));

        changed.Should().BeTrue();
        _fired.Should().Equal("timer at 3.5");
    }

    [Fact]
    public void Change_ToInfinite_DisarmsTheTimer()
    {
        var timer = Arm("timer", seconds: 1);

        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _clock.Advance(TimeSpan.FromDays(1));

        _fired.Should().BeEmpty();
        _clock.ArmedTimers.Should().Be(0);
    }

    [Fact]
    public void Dispose_ArmedTimer_NeverFiresAndCannotBeArmedAgain()
    {
        var timer = Arm("timer", seconds: 1);

        timer.Dispose();
        var changed = timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _clock.Advance(TimeSpan.FromDays(1));

        changed.Should().BeFalse();
        _fired.Should().BeEmpty();
    }

    [Fact]
    public void Dispose_PeriodicTimerFromItsOwnCallback_EndsIt()
    {
        ITimer? timer = null;
        var fired = 0;
        timer = _clock.CreateTimer(_ =>
        {
            fired++;
            timer!.Dispose();
        }, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        _clock.Advance(TimeSpan.FromSeconds(10));

        fired.Should().Be(1);
    }

    [Fact]
    public async Task TaskDelay_ClockAdvanced_Completes()
    {
        var delay = Task.Delay(TimeSpan.FromMinutes(5), _clock, CancellationToken.None);

        _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        var tooEarly = delay.IsCompleted;
        _clock.Advance(TimeSpan.FromTicks(1));

        tooEarly.Should().BeFalse();
        await delay.WaitAsync(Bounds.Short);
    }

    [Fact]
    public async Task PeriodicTimer_ClockAdvanced_Ticks()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), _clock);
        var tick = timer.WaitForNextTickAsync().AsTask();

        _clock.Advance(TimeSpan.FromSeconds(10));

        (await tick.WaitAsync(Bounds.Short)).Should().BeTrue();
    }

    [Fact]
    public async Task CancellationTokenSource_ClockAdvanced_Cancels()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), _clock);

        _clock.Advance(TimeSpan.FromSeconds(10));

        await Eventually.HoldsAsync(() => deadline.IsCancellationRequested, Bounds.Short, "the deadline passed");
    }

    [Fact]
    public async Task Advance_FromSeveralThreads_AddsUpAndFiresEveryTimerOnce()
    {
        const int Threads = 8, Steps = 200;
        var fired = 0;
        for (var second = 1; second <= Threads * Steps; second++)
            _clock.CreateTimer(_ => Interlocked.Increment(ref fired), null, TimeSpan.FromSeconds(second), Timeout.InfiniteTimeSpan);

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var step = 0; step < Steps; step++)
                _clock.Advance(TimeSpan.FromSeconds(1));
        })));

        _clock.GetUtcNow().Should().Be(Start + TimeSpan.FromSeconds(Threads * Steps));
        fired.Should().Be(Threads * Steps);
    }

    private ITimer Arm(string name, double seconds, double? periodSeconds = null) => _clock.CreateTimer(
        _ => _fired.Add($"{name} at {(_clock.GetUtcNow() - Start).TotalSeconds}"), null, TimeSpan.FromSeconds(seconds),
        periodSeconds is { } period ? TimeSpan.FromSeconds(period) : Timeout.InfiniteTimeSpan);
}
