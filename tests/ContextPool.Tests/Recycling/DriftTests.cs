using ContextPool.Recycling;

namespace ContextPool.Tests.Recycling;

public sealed class DriftTests
{
    private readonly Drift _drift = new();

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(20, 0, 1)]
    [InlineData(20, 19, 1)]
    [InlineData(20, 20, 5)]
    public void Ratio_TooFewSamples_IsOne(int early, int late, double expected)
    {
        Add(200, early);
        Add(1000, late);

        _drift.Ratio.Should().Be(expected);
    }

    [Fact]
    public void Ratio_SomeOutliers_ComparesMedians()
    {
        Add(100, 15);
        Add(10_000, 5);
        Add(300, 15);
        Add(60_000, 5);

        _drift.Ratio.Should().Be(3);
    }

    [Fact]
    public void Ratio_LatestBelowATenthOfASecond_DoesNotMatter()
    {
        Add(1, 20);
        Add(99, 20);
        _drift.Ratio.Should().Be(1, "99 times slower, and nobody notices");

        Add(100, 20);
        _drift.Ratio.Should().Be(100);
    }

    [Fact]
    public void Ratio_EarlyTookNoTime_IsOne()
    {
        Add(0, 20);
        Add(5000, 20);

        _drift.Ratio.Should().Be(1);
    }

    [Fact]
    public void Ratio_BecomesFastAgain_ForgetsTheSlowTime()
    {
        Add(200, 20);
        Add(1000, 100);
        _drift.Ratio.Should().Be(5);

        Add(200, 20);

        _drift.Ratio.Should().Be(1, "only the latest twenty count, and always against the first");
    }

    private void Add(double milliseconds, int count)
    {
        for (var i = 0; i < count; i++)
            _drift.Add(TimeSpan.FromMilliseconds(milliseconds));
    }
}
