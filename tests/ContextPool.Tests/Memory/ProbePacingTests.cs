using ContextPool.Memory;

namespace ContextPool.Tests.Memory;

public sealed class ProbePacingTests
{
    [Theory]
    [InlineData(-1, 10)]
    [InlineData(0, 10)]
    [InlineData(25, 10)]
    [InlineData(26, 10.4)]
    [InlineData(70, 28)]       // 24 processes
    [InlineData(749, 299.6)]
    [InlineData(750, 300)]
    [InlineData(600_000, 300)]
    public void NextInterval_Cost_IsAQuarterOfAPercentWithinBounds(double milliseconds, double seconds) =>
        ProbePacing.NextInterval(TimeSpan.FromMilliseconds(milliseconds)).Should().BeCloseTo(TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(1));

    [Fact]
    public void NextInterval_Extremes_DoNotOverflow()
    {
        ProbePacing.NextInterval(TimeSpan.MaxValue).Should().Be(TimeSpan.FromMinutes(5));
        ProbePacing.NextInterval(TimeSpan.MinValue).Should().Be(TimeSpan.FromSeconds(10));
    }
}
