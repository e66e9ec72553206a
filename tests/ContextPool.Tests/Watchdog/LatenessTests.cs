using ContextPool.Watchdog;
using TestKit;

namespace ContextPool.Tests.Watchdog;

public sealed class LatenessTests
{
    [Theory]
    [InlineData(0.5, 0)]    // early
    [InlineData(1, 0)]      // on time
    [InlineData(3, 0)]      // 2 s late
    [InlineData(6, 0)]      // 5 s late: just tolerated
    [InlineData(6.001, 5.001)]
    [InlineData(61, 60)]
    public void Tick_AfterSoLong_TellsWhatIsBeyondTheTolerance(double secondsSinceTheLast, double late)
    {
        var clock = new ManualTimeProvider();
        clock.Advance(TimeSpan.FromSeconds(77));
        var lateness = new Lateness(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), clock);

        clock.Advance(TimeSpan.FromSeconds(secondsSinceTheLast));

        lateness.Tick().Should().Be(TimeSpan.FromSeconds(late));
    }

    [Fact]
    public void Tick_OnTimeAfterALateOne_IsNotLateAgain()
    {
        var clock = new ManualTimeProvider();
        var lateness = new Lateness(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), clock);
        clock.Advance(TimeSpan.FromSeconds(31));
        lateness.Tick().Should().Be(TimeSpan.FromSeconds(30));

        clock.Advance(TimeSpan.FromSeconds(1));

        lateness.Tick().Should().Be(TimeSpan.Zero);
    }
}
