using ContextPool.Recycling;

namespace ContextPool.Tests.Recycling;

public sealed class RecyclePolicyTests
{
    private static readonly ContextPoolOptions Options = new();

    private static readonly CellFacts Good = new(Served: 99, TimeSpan.FromMinutes(30) - TimeSpan.FromTicks(1), Growth: 2, Crashes: 2, GpuDeaths: 2, FailedOpenings: 2, Slowdown: 4);

    [Fact]
    public void Decide_JustBelowEveryBound_IsGoodForMore() => RecyclePolicy.Decide(Good, Options).Should().BeNull();

    [Fact]
    public void Decide_NewCell_IsGoodForMore() =>
        RecyclePolicy.Decide(new CellFacts(0, TimeSpan.Zero, Growth: 1, 0, 0, 0, Slowdown: 1), Options).Should().BeNull();

    [Theory]
    [InlineData(RecycleReason.Served)]
    [InlineData(RecycleReason.Age)]
    [InlineData(RecycleReason.Growth)]
    [InlineData(RecycleReason.Crashes)]
    [InlineData(RecycleReason.GpuDeaths)]
    [InlineData(RecycleReason.FailedOpenings)]
    [InlineData(RecycleReason.Slowdown)]
    public void Decide_OneBoundReached_IsThatReason(RecycleReason reason) =>
        RecyclePolicy.Decide(Worn(Good, reason), Options).Should().Be(reason);

    [Fact]
    public void Decide_SeveralBoundsReached_IsTheMostUrgent()
    {
        RecycleReason[] urgentFirst = [RecycleReason.GpuDeaths, RecycleReason.Crashes, RecycleReason.FailedOpenings, RecycleReason.Growth, RecycleReason.Slowdown, RecycleReason.Served, RecycleReason.Age];
        urgentFirst.Should().BeEquivalentTo(Enum.GetValues<RecycleReason>(), "this is all of them");

        for (var i = 0; i < urgentFirst.Length; i++)
            RecyclePolicy.Decide(urgentFirst[i..].Aggregate(Good, Worn), Options).Should().Be(urgentFirst[i]);
    }

    [Fact]
    public void Decide_OtherOptions_AreUsed()
    {
        var strict = new ContextPoolOptions
        {
            MaxContextsServedPerCell = 5,
            MaxCellAge = TimeSpan.FromSeconds(9),
            MaxCellGrowth = 1.5,
            MaxCellCrashes = 1,
            MaxCellGpuDeaths = 1,
            MaxCellSlowdown = 1.6,
        };
        var good = new CellFacts(4, TimeSpan.FromSeconds(8), 1.5, 0, 0, 0, 1.6);

        RecyclePolicy.Decide(good, strict).Should().BeNull();
        RecyclePolicy.Decide(good with { Served = 5 }, strict).Should().Be(RecycleReason.Served);
        RecyclePolicy.Decide(good with { Age = TimeSpan.FromSeconds(9) }, strict).Should().Be(RecycleReason.Age);
        RecyclePolicy.Decide(good with { Growth = 1.51 }, strict).Should().Be(RecycleReason.Growth);
        RecyclePolicy.Decide(good with { Crashes = 1 }, strict).Should().Be(RecycleReason.Crashes);
        RecyclePolicy.Decide(good with { GpuDeaths = 1 }, strict).Should().Be(RecycleReason.GpuDeaths);
        RecyclePolicy.Decide(good with { Slowdown = 1.61 }, strict).Should().Be(RecycleReason.Slowdown);
    }

    private static CellFacts Worn(CellFacts cell, RecycleReason reason) => reason switch
    {
        RecycleReason.Served => cell with { Served = 100 },
        RecycleReason.Age => cell with { Age = TimeSpan.FromMinutes(30) },
        RecycleReason.Growth => cell with { Growth = 2.01 },
        RecycleReason.Crashes => cell with { Crashes = 3 },
        RecycleReason.GpuDeaths => cell with { GpuDeaths = 3 },
        RecycleReason.FailedOpenings => cell with { FailedOpenings = 3 },
        RecycleReason.Slowdown => cell with { Slowdown = 4.01 },
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
