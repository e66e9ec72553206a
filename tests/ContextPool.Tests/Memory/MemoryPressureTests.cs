using ContextPool.Memory;
using FsCheck.Fluent;
using TestKit;
using static ContextPool.Memory.PressureLevel;

namespace ContextPool.Tests.Memory;

public sealed class MemoryPressureTests
{
    private static readonly ContextPoolOptions Options = new();

    [Theory]
    [InlineData(Normal, 0.00, Normal)]
    [InlineData(Normal, 0.84, Normal)]
    [InlineData(Normal, 0.85, High)]
    [InlineData(Normal, 0.92, High)]
    [InlineData(Normal, 0.93, Critical)]
    [InlineData(High, 0.75, Normal)]
    [InlineData(High, 0.76, High)]
    [InlineData(High, 0.92, High)]
    [InlineData(High, 0.93, Critical)]
    [InlineData(Critical, 1.00, Critical)]
    [InlineData(Critical, 0.85, Critical)]
    [InlineData(Critical, 0.84, High)]
    [InlineData(Critical, 0.00, High)]   // one level at a time
    public void Next_MemoryInUse_MovesWithHysteresis(PressureLevel now, double used, PressureLevel expected) =>
        MemoryPressure.Next(now, Sample(used), Sample(used), Options).Should().Be(expected);

    [Theory]
    [InlineData(Normal, 10.0, Normal)]
    [InlineData(Normal, 10.1, High)]
    [InlineData(High, 10.1, High)]
    [InlineData(High, 10.0, Normal)]
    [InlineData(Critical, 100.0, High)]
    public void Next_SomebodyWaits_StopsAdmission(PressureLevel now, double stall, PressureLevel expected) =>
        MemoryPressure.Next(now, Sample(0.5) with { StallSome10 = stall }, Sample(0.5), Options).Should().Be(expected);

    [Theory]
    [InlineData(Normal, null, 5.1, Critical)]
    [InlineData(Normal, 4.0, 5.1, Critical)]
    [InlineData(Normal, 0.0, 5.0, Normal)]
    [InlineData(High, 20.0, 20.1, Critical)]
    [InlineData(High, 20.0, 20.0, High)]       // the figure is renewed every other second only
    [InlineData(High, 20.0, 15.0, High)]
    [InlineData(Normal, 20.0, 15.0, High)]
    [InlineData(Critical, 20.0, 20.0, Critical)]
    [InlineData(Critical, null, 20.0, Critical)]
    [InlineData(Critical, 20.0, 15.0, High)]   // the shortage is over, only its mean is not
    [InlineData(Critical, 6.0, 4.0, High)]
    [InlineData(High, 6.0, 4.0, Normal)]
    public void Next_EverybodyWaits_ShedsUntilItGetsBetter(PressureLevel now, double? before, double stall, PressureLevel expected) =>
        MemoryPressure.Next(now, Sample(0.5) with { StallFull10 = stall }, Sample(0.5) with { StallFull10 = before }, Options).Should().Be(expected);

    [Theory]
    [InlineData(Normal, 7L, 8L, High)]
    [InlineData(Normal, 7L, 7L, Normal)]
    [InlineData(High, 7L, 7L, Normal)]
    [InlineData(High, 7L, 8L, High)]
    [InlineData(Normal, null, 8L, Normal)]     // throttled once, nobody knows when
    [InlineData(Normal, 8L, null, Normal)]
    [InlineData(Normal, 8L, 1L, Normal)]       // another group
    public void Next_Throttled_StopsAdmission(PressureLevel now, long? before, long? events, PressureLevel expected) =>
        MemoryPressure.Next(now, Sample(0.5) with { HighEvents = events }, Sample(0.5) with { HighEvents = before }, Options).Should().Be(expected);

    [Fact]
    public void Next_FirstReading_NeedsNoOtherBeforeIt()
    {
        MemoryPressure.Next(Normal, Sample(0.5) with { HighEvents = 5, StallSome10 = 0, StallFull10 = 0 }, previous: null, Options).Should().Be(Normal);
        MemoryPressure.Next(Normal, Sample(0.95), previous: null, Options).Should().Be(Critical);
        MemoryPressure.Next(Normal, default, previous: null, Options).Should().Be(Normal, "an unknown limit is no shortage");
    }

    [Fact]
    public void Next_OtherWatermarks_AreObeyed()
    {
        var options = new ContextPoolOptions { LowWatermark = 0.2, HighWatermark = 0.3, ShedWatermark = 0.4 };

        MemoryPressure.Next(Normal, Sample(0.29), previous: null, options).Should().Be(Normal);
        MemoryPressure.Next(Normal, Sample(0.3), previous: null, options).Should().Be(High);
        MemoryPressure.Next(High, Sample(0.21), previous: null, options).Should().Be(High);
        MemoryPressure.Next(Normal, Sample(0.4), previous: null, options).Should().Be(Critical);
    }

    [Fact]
    public void Next_AnyReadings_FullMemoryShedsAndQuietMemoryComesBackInTwoSteps() => ForAll.Values(
        from now in Gen.Elements(Normal, High, Critical)
        from used in Gen.Choose(0, 1000)
        from stalls in Gen.Choose(0, 400).ArrayOf(4)
        from events in Gen.Choose(0, 2).ArrayOf(2)
        select (now,
            Sample: Sample(used / 1000.0) with { StallSome10 = stalls[0] / 10.0, StallFull10 = stalls[1] / 10.0, HighEvents = events[0] },
            Previous: Sample(0.5) with { StallSome10 = stalls[2] / 10.0, StallFull10 = stalls[3] / 10.0, HighEvents = events[1] }),
        it =>
        {
            var next = MemoryPressure.Next(it.now, it.Sample, it.Previous, Options);

            if (it.Sample.UsedRatio >= Options.ShedWatermark)
                next.Should().Be(Critical);
            if (it.Sample.UsedRatio >= Options.HighWatermark || it.Sample.StallSome10 > 10 || it.Sample.StallFull10 > 5 || it.Sample.HighEvents > it.Previous.HighEvents)
                next.Should().NotBe(Normal);
            if (it.now == Critical)
                next.Should().NotBe(Normal);

            var quiet = Sample(0.75);
            MemoryPressure.Next(MemoryPressure.Next(next, quiet, it.Sample, Options), quiet, quiet, Options).Should().Be(Normal);
        },
        count: 1000);

    private static MemorySample Sample(double used) => new(1_000_000, 1_000_000 - (long)Math.Round(used * 1_000_000), MemorySource.Host);
}
