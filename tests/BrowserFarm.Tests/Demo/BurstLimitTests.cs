using BrowserFarm.Demo;
using TestKit;

namespace BrowserFarm.Tests.Demo;

public sealed class BurstLimitTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void TryTake_FullBucket_LetsTheBurstPassAndRefusesTheNext()
    {
        var limit = new BurstLimit(burst: 3, perSecond: 2, _clock);

        var taken = Enumerable.Range(0, 4).Select(_ => limit.TryTake(out var _)).ToArray();

        taken.Should().Equal(true, true, true, false);
    }

    [Theory]
    [InlineData(0, 500)]
    [InlineData(200, 300)]
    [InlineData(499, 1)]
    public void TryTake_EmptyBucket_SaysHowLongUntilTheNextToken(int sinceEmptiedMilliseconds, int expectedMilliseconds)
    {
        var limit = EmptiedLimit(burst: 1, perSecond: 2);
        _clock.Advance(TimeSpan.FromMilliseconds(sinceEmptiedMilliseconds));

        var taken = limit.TryTake(out var wait);

        taken.Should().BeFalse();
        wait.Should().BeCloseTo(TimeSpan.FromMilliseconds(expectedMilliseconds), TimeSpan.FromMicroseconds(1));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 123.4567)]
    [InlineData(0.7, 0.0001)]
    [InlineData(0.1, 7777.7777)]
    public void TryTake_AfterTheAnnouncedWait_Succeeds(double perSecond, double sinceEmptiedMilliseconds)
    {
        var limit = EmptiedLimit(burst: 2, perSecond);
        _clock.Advance(TimeSpan.FromMilliseconds(sinceEmptiedMilliseconds));
        limit.TryTake(out var announced);

        _clock.Advance(announced);

        limit.TryTake(out var wait).Should().BeTrue("the caller waited as it was told");
        wait.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void TryTake_AfterALongPause_LetsNoMoreThanTheBurstPass()
    {
        var limit = EmptiedLimit(burst: 2, perSecond: 2);
        _clock.Advance(TimeSpan.FromHours(1));

        var taken = Enumerable.Range(0, 3).Select(_ => limit.TryTake(out var _)).ToArray();

        taken.Should().Equal(true, true, false);
    }

    [Fact]
    public void TryTake_AskedOverAndOver_DoesNotPushTheNextTokenAway()
    {
        var limit = EmptiedLimit(burst: 1, perSecond: 2);

        var refusals = 0;
        while (!limit.TryTake(out _))
        {
            refusals++;
            _clock.Advance(TimeSpan.FromMilliseconds(50));
        }

        refusals.Should().BeInRange(10, 11, "half a second is ten steps of 50 ms, give or take rounding");
    }

    private BurstLimit EmptiedLimit(int burst, double perSecond)
    {
        var limit = new BurstLimit(burst, perSecond, _clock);
        while (limit.TryTake(out _))
        {
        }

        return limit;
    }
}
