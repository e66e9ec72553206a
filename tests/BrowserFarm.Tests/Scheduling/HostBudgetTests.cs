using BrowserFarm.Scheduling;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Scheduling;

public sealed class HostBudgetTests
{
    /// <summary>All is well, and everybody is busy.</summary>
    private static readonly HostFacts Green = new(
        Ceiling: 16, Busy: 16, Cores: 2, Processor: 0.9, Asked: null, IsMemoryHigh: false, IsMemoryCritical: false, LatencyRatio: 1, TroubleShare: 0);

    [Theory]
    [InlineData(16, 2, 4)]
    [InlineData(3, 2, 3)]
    [InlineData(0, 2, 1)]
    public void Initial_CeilingAndCores_AreTwoACoreWithinTheCeiling(int ceiling, int cores, int expected) =>
        HostBudget.Initial(ceiling, cores).Limit.Should().Be(expected);

    [Fact]
    public void Next_ProcessorsNearlyBusy_GrowsByOneEveryTwoSecondsUpToTheCeiling()
    {
        var state = HostBudget.Initial(6, 2);
        var limits = new List<double>();
        for (var second = 1; second <= 8; second++)
        {
            state = HostBudget.Next(state, Green with { Ceiling = 6 }, TimeSpan.FromSeconds(second));
            limits.Add(state.Limit);
        }

        limits.Should().Equal(4, 5, 5, 6, 6, 6, 6, 6);
        state.Bound.Should().Be(BudgetBound.Capacity);
    }

    [Theory]
    [InlineData(4, 0.5, 7.6)]
    [InlineData(4, 0.1, 8)]
    [InlineData(4, 0.0, 8)]
    [InlineData(4, 0.94, 5)]
    [InlineData(12, 0.1, 16)]
    public void Next_ProcessorsAreIdleInPart_GrowsToWhereTheyWouldNotBeButAtMostToTheDouble(double limit, double processor, double expected) =>
        HostBudget.Next(At(limit), Green with { Processor = processor }, TimeSpan.FromSeconds(100)).Limit.Should().BeApproximately(expected, 1e-9);

    [Fact]
    public void Next_NoIdleTimeAtAll_IsTakenBackByATenthEveryTwoSecondsDownToTwoACore()
    {
        var state = At(16);
        var limits = new List<double>();
        for (var second = 100; second <= 140; second++)
        {
            state = HostBudget.Next(state, Green with { Processor = 0.99 }, TimeSpan.FromSeconds(second));
            limits.Add(state.Limit);
        }

        limits.Take(4).Should().Equal([14.4, 14.4, 12.96, 12.96], (actual, expected) => Math.Abs(actual - expected) < 1e-9);
        state.Should().BeEquivalentTo(new { Limit = 4.0, Bound = BudgetBound.Processor });
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(2, 2)]
    public void Next_NoIdleTimeAtAll_LeavesWhatWasAskedFor(int asked, double expected)
    {
        var state = HostBudget.Initial(16, 2, asked);
        for (var second = 1; second <= 60; second++)
            state = HostBudget.Next(state, Green with { Asked = asked, Ceiling = asked, Processor = 1 }, TimeSpan.FromSeconds(second));

        state.Limit.Should().Be(expected);
    }

    [Fact]
    public void Next_NotAllBusy_DoesNotGrow()
    {
        var state = HostBudget.Next(HostBudget.Initial(16, 2), Green with { Busy = 3 }, TimeSpan.FromSeconds(9));

        state.Should().BeEquivalentTo(new { Limit = 4.0, Bound = BudgetBound.Demand });
    }

    public static TheoryData<string, double, string> Trouble => new()
    {
        { "memory high", 10, nameof(BudgetBound.Memory) },
        { "memory critical", 7.5, nameof(BudgetBound.Memory) },
        { "processor", 10, nameof(BudgetBound.Processor) },
        { "latency 1.21", 10, nameof(BudgetBound.Latency) },
        { "latency 2.01", 7.5, nameof(BudgetBound.Latency) },
        { "errors 0.06", 10, nameof(BudgetBound.Errors) },
        { "errors 0.21", 7.5, nameof(BudgetBound.Errors) },
    };

    [Theory]
    [MemberData(nameof(Trouble))]
    public void Next_SomethingIsNotWell_StandsStillOrFallsByAQuarter(string what, double expected, string bound)
    {
        var facts = what switch
        {
            "memory high" => Green with { IsMemoryHigh = true },
            "memory critical" => Green with { IsMemoryHigh = true, IsMemoryCritical = true },
            "processor" => Green with { Processor = 0.96 },
            "latency 1.21" => Green with { LatencyRatio = 1.21 },
            "latency 2.01" => Green with { LatencyRatio = 2.01 },
            "errors 0.06" => Green with { TroubleShare = 0.06 },
            _ => Green with { TroubleShare = 0.21 },
        };

        var state = HostBudget.Next(At(10), facts, TimeSpan.FromSeconds(100));

        state.Limit.Should().Be(expected);
        state.Bound.ToString().Should().Be(bound);
    }

    [Fact]
    public void Next_BadForLong_FallsOnceInFiveSecondsAndNotBelowTheCores()
    {
        var state = At(10);
        for (var second = 100; second <= 104; second++)
            state = HostBudget.Next(state, Green with { LatencyRatio = 3 }, TimeSpan.FromSeconds(second));
        state.Limit.Should().Be(7.5);

        for (var second = 105; second <= 200; second++)
            state = HostBudget.Next(state, Green with { LatencyRatio = 3 }, TimeSpan.FromSeconds(second));
        state.Limit.Should().Be(2, "two cores can always work on two pages");
    }

    [Fact]
    public void Next_UnknownLatencyAndProcessor_AreNoReasonToWait() =>
        HostBudget.Next(At(10), Green with { LatencyRatio = null, Processor = null }, TimeSpan.FromSeconds(100)).Limit.Should().Be(11);

    [Fact]
    public void Next_AnyFacts_StaysBetweenOneAndTheCeiling() => ForAll.Values(
        (from ceiling in Gen.Choose(-1, 20)
         from busy in Gen.Choose(0, 30)
         from cores in Gen.Choose(1, 8)
         from processor in Gen.Choose(0, 100)
         from asked in Gen.Choose(0, 10)
         from memory in Gen.Choose(0, 2)
         from latency in Gen.Choose(50, 300)
         from trouble in Gen.Choose(0, 40)
         from wait in Gen.Choose(0, 6)
         select (Facts: new HostFacts(ceiling, busy, cores, processor / 100.0, asked > 0 ? asked : null, memory > 0, memory > 1, latency / 100.0, trouble / 100.0), wait)).ArrayOf(),
        steps =>
        {
            var state = HostBudget.Initial(5, 2);
            var now = TimeSpan.Zero;
            foreach (var (facts, wait) in steps)
            {
                now += TimeSpan.FromSeconds(wait);
                var before = state;
                state = HostBudget.Next(state, facts, now);
                state.Limit.Should().BeInRange(1, Math.Max(1, facts.Ceiling));
                state.Limit.Should().BeLessThanOrEqualTo(2 * before.Limit);
            }
        });

    private static HostBudgetState At(double limit) => new(limit, BudgetBound.Growing, TimeSpan.Zero, TimeSpan.Zero);
}
