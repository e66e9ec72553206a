using BrowserFarm.Limiting;

namespace BrowserFarm.Tests.Limiting;

public sealed class LatencyTrendTests
{
    [Theory]
    [InlineData(20, 1.0, true)]
    [InlineData(20, 0.9, false)]
    [InlineData(19, 1.0, false)]
    [InlineData(8, 5.0, true)]
    [InlineData(7, 9.0, false)]
    [InlineData(8, 4.9, false)]
    public void Add_AnswersAndAge_FillAWindowOrNot(int answers, double seconds, bool expected)
    {
        var trend = LatencyTrend.Empty;
        var isNew = false;
        for (var i = 0; i < answers; i++)
            (trend, isNew) = trend.Add(Milliseconds(100), i == answers - 1 ? Seconds(seconds) : TimeSpan.Zero);

        isNew.Should().Be(expected);
        trend.Latest.HasValue.Should().Be(expected);
        trend.Samples.Length.Should().Be(expected ? 0 : answers);
    }

    [Theory]
    [InlineData(100, "None")]
    [InlineData(120, "None")]
    [InlineData(121, "Raised")]
    [InlineData(200, "Raised")]
    [InlineData(201, "Doubled")]
    public void Add_WindowAfterABaseline_TellsHowMuchSlowerItIs(double milliseconds, string expected)
    {
        var trend = Window(LatencyTrend.Empty, Seconds(0), 100);

        Window(trend, Seconds(6), milliseconds).Slowdown.ToString().Should().Be(expected);
    }

    [Theory]
    [InlineData(50, "None", 1.0)]
    [InlineData(61, "Raised", 1.22)]
    [InlineData(101, "Doubled", 2.02)]
    public void Add_TargetThatAnswersAtOnce_IsNotSlowByTensOfMilliseconds(double milliseconds, string expected, double ratio)
    {
        var trend = Window(Window(LatencyTrend.Empty, Seconds(0), 3), Seconds(6), milliseconds);

        trend.Slowdown.ToString().Should().Be(expected);
        trend.Ratio.Should().BeApproximately(ratio, 1e-9);
    }

    [Fact]
    public void Ratio_BeforeAWindowIsFull_IsNotKnown()
    {
        LatencyTrend.Empty.Ratio.Should().BeNull();
        LatencyTrend.Empty.Add(Milliseconds(100), TimeSpan.Zero).Trend.Ratio.Should().BeNull();
    }

    [Fact]
    public void Add_OneFastAnswerAmongMany_IsNoBaseline()
    {
        var (trend, _) = LatencyTrend.Empty.Add(Milliseconds(1), TimeSpan.Zero);

        trend = Window(trend, TimeSpan.Zero, 100);

        trend.Baseline.Should().Be(100);
    }

    [Fact]
    public void Add_QueueBuiltInSeconds_DoesNotBecomeTheBaseline()
    {
        var trend = Window(LatencyTrend.Empty, Seconds(0), 100);
        for (var i = 1; i <= 25; i++)
            trend = Window(trend, Seconds(2 * i), 300);

        trend.Baseline.Should().Be(100, "fifty seconds are not a minute");
        trend.Slowdown.Should().Be(Slowdown.Doubled);
    }

    [Fact]
    public void Add_SlowerForAMinute_IsTheNewBaseline()
    {
        var trend = Window(LatencyTrend.Empty, Seconds(0), 100);
        for (var i = 1; i <= 13; i++)
            trend = Window(trend, Seconds(6 * i), 300);

        trend.Baseline.Should().Be(300);
        trend.Slowdown.Should().Be(Slowdown.None);
    }

    [Fact]
    public void Add_TimesOfNothing_AreNoTrend()
    {
        var trend = Window(LatencyTrend.Empty, Seconds(0), 0);

        Window(trend, Seconds(6), 1).Slowdown.Should().Be(Slowdown.None, "a millisecond is noise");
        Window(trend, Seconds(6), 1).Ratio.Should().Be(1);
        Window(trend, Seconds(6), -5).Baseline.Should().Be(0, "a clock that went back counts as no time");
    }

    private static LatencyTrend Window(LatencyTrend trend, TimeSpan from, double milliseconds)
    {
        var isNew = false;
        for (var i = 0; !isNew; i++)
            (trend, isNew) = trend.Add(Milliseconds(milliseconds), from + (Seconds(0.06) * i));
        return trend;
    }

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
