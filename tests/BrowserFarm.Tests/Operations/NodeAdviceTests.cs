using BrowserFarm.Operations;
using BrowserFarm.Scheduling;

namespace BrowserFarm.Tests.Operations;

public sealed class NodeAdviceTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(20, 5, 90_000, true, BudgetBound.Processor, 5)]     // 90 000 ÷ (3600 s × 5/s)
    [InlineData(20, 5, 90_001, true, BudgetBound.Capacity, 6)]
    [InlineData(20, 5, 18_000, true, BudgetBound.Memory, null)]      // one is enough
    [InlineData(20, 5, 90_000, true, BudgetBound.Demand, null)]      // the targets bear no more
    [InlineData(20, 5, 90_000, true, BudgetBound.Latency, null)]
    [InlineData(20, 5, 90_000, false, BudgetBound.Processor, null)]  // not seen for a minute yet
    [InlineData(5, 5, 90_000, true, BudgetBound.Processor, null)]    // it does not grow
    [InlineData(5, 0, 90_000, true, BudgetBound.Processor, null)]    // nothing ends: no number of machines is enough
    [InlineData(20, 0.001, 90_000_000, true, BudgetBound.Processor, 1000)]
    public void Of_GrowingQueue_IsWhatEmptiesItInTime(double found, double ended, long depth, bool isWholeMinute, BudgetBound bound, int? expected) =>
        NodeAdvice.Of(new FlowSnapshot(found, ended, depth, isWholeMinute), bound, Hour).Should().Be(expected);
}
