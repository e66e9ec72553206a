using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

public sealed class LineClockTests
{
    [Theory]
    [InlineData(1000, 1000, WaitCause.Spacing, 0, 1500, 0, 0, 500)]      // open: its turn has not come
    [InlineData(1000, 1200, WaitCause.Spacing, 0, 1500, 0, 200, 300)]    // closed, then open
    [InlineData(1000, 2000, WaitCause.Spacing, 0, 1500, 0, 500, 0)]      // closed all the while
    [InlineData(1000, 900, WaitCause.Spacing, 0, 1500, 0, 0, 500)]       // open since before
    [InlineData(1000, 1200, WaitCause.Spacing, 300, 1500, 300, 0, 200)]  // nobody worked first: what is left of the closing comes after it
    [InlineData(1000, 1400, WaitCause.Spacing, 300, 1500, 300, 100, 100)]
    [InlineData(1000, 1400, WaitCause.Spacing, 900, 1500, 500, 0, 0)]    // not more than there was
    [InlineData(1000, long.MaxValue, WaitCause.Spacing, 0, 1500, 0, 500, 0)]
    [InlineData(1000, 1200, WaitCause.Spacing, 0, 900, 0, 0, 0)]         // the clock was set back
    public void At_OneStretch_IsLaidToItsCausesInOrder(long since, long opensAt, WaitCause why, long down, long time, long nobody, long closed, long turn)
    {
        var sums = new LineClock(new Waits(Turn: 7), since, opensAt, why, DownSeen: 0).At(time, down);

        sums.Should().Be(new Waits(NobodyWorks: nobody, Spacing: closed, Turn: 7 + turn));
    }

    [Theory]
    [InlineData(WaitCause.TargetBlocked)]
    [InlineData(WaitCause.Spacing)]
    [InlineData(WaitCause.TargetLimit)]
    public void At_Closed_CountsForTheReasonOfIt(WaitCause why) =>
        new LineClock(Waits.None, 0, long.MaxValue, why, 0).At(5, 0).ByLength.Should().Equal((why, TimeSpan.FromMilliseconds(5)));

    [Fact]
    public void Next_AnyStretches_AddUpToTheTimeThatPassed()
    {
        var random = new Random(7);
        var clock = new LineClock(Waits.None, Since: 0, OpensAt: 0, WaitCause.Turn, DownSeen: 0);
        long now = 0, down = 0;
        for (var i = 0; i < 1000; i++)
        {
            var step = random.Next(0, 100);
            down += random.Next(0, 4) == 0 ? random.Next(0, step + 1) : 0;
            now += step;
            clock = clock.Next(now, down, random.Next(0, 3) switch { 0 => now, 1 => long.MaxValue, _ => now + random.Next(0, 200) }, (WaitCause)random.Next(3, 6));
            clock.Sums.BeforeAttempt.Should().Be(now);
        }

        clock.Sums.NobodyWorks.Should().Be(down);
    }
}
