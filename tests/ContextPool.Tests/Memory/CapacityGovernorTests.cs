using ContextPool.Memory;
using FsCheck;
using FsCheck.Fluent;
using TestKit;
using static ContextPool.Memory.PressureLevel;

namespace ContextPool.Tests.Memory;

public sealed class CapacityGovernorTests
{
    /// <summary>One call: what is wanted, the level, what is open, and the time since the call before.</summary>
    public sealed record Reading(int Wanted, PressureLevel Pressure, int Open, int Milliseconds);

    [Theory]
    [InlineData(Normal, 20, 0, 20, CapacityBound.Memory)]
    [InlineData(Normal, 0, 0, 0, CapacityBound.Memory)]
    [InlineData(High, 20, 0, 1, CapacityBound.Pressure)]
    [InlineData(Critical, 20, 3, 3, CapacityBound.Pressure)]
    [InlineData(Critical, 0, 0, 0, CapacityBound.Memory)]
    public void Next_FirstCall_TakesWhatIsWanted(PressureLevel pressure, int wanted, int open, int expected, CapacityBound bound) =>
        CapacityGovernor.Next(state: null, Wanted(wanted), pressure, open, At(7)).Should().Be(new GovernorState(new PoolCapacity(expected, bound), At(7)));

    [Theory]
    [InlineData(10, 4, 0, 1.0, 4)]     // falls at once
    [InlineData(10, 0, 10, 0.1, 0)]    // though all is taken
    [InlineData(4, 10, 4, 1.9, 4)]
    [InlineData(4, 10, 4, 2.0, 5)]     // one in two seconds
    [InlineData(4, 10, 4, 60.0, 5)]    // and not all that was missed
    [InlineData(4, 10, 0, 2.0, 5)]
    [InlineData(4, 10, 8, 0.1, 8)]     // what is open anyway
    [InlineData(4, 10, 8, 60.0, 8)]    // and no more in the same step
    [InlineData(4, 10, 12, 0.1, 10)]
    [InlineData(4, 4, 4, 60.0, 4)]
    [InlineData(int.MaxValue, int.MaxValue, 0, 60.0, int.MaxValue)]
    public void Next_NoPressure_FallsAtOnceAndRisesSlowly(int applied, int wanted, int open, double seconds, int expected)
    {
        var state = new GovernorState(Wanted(applied), At(100));

        var next = CapacityGovernor.Next(state, Wanted(wanted), Normal, open, At(100 + seconds));

        next.Applied.Should().Be(Wanted(expected));
        next.LastRise.Should().Be(At(expected == applied ? 100 : 100 + seconds));
    }

    [Theory]
    [InlineData(10, 20, 6, 6, CapacityBound.Pressure)]    // what ends is not replaced
    [InlineData(5, 20, 6, 5, CapacityBound.Pressure)]     // no rise
    [InlineData(10, 5, 6, 5, CapacityBound.Memory)]
    [InlineData(10, 20, 1, 1, CapacityBound.Pressure)]
    [InlineData(10, 20, 0, 1, CapacityBound.Pressure)]    // nothing is open: one may be
    [InlineData(0, 20, 0, 1, CapacityBound.Pressure)]
    [InlineData(0, 20, 1, 0, CapacityBound.Pressure)]
    [InlineData(10, 0, 0, 0, CapacityBound.Memory)]
    [InlineData(10, 1, 0, 1, CapacityBound.Memory)]
    public void Next_Pressure_AdmitsNobodyButTheFirst(int applied, int wanted, int open, int expected, CapacityBound bound)
    {
        var state = new GovernorState(Wanted(applied), At(0));

        foreach (var pressure in new[] { High, Critical })
            CapacityGovernor.Next(state, Wanted(wanted), pressure, open, At(60)).Applied.Should().Be(new PoolCapacity(expected, bound));
    }

    [Fact]
    public void Next_PressureOver_RisesFromWhatIsOpen()
    {
        var state = CapacityGovernor.Next(state: null, Wanted(10), Normal, 0, At(0));
        state = CapacityGovernor.Next(state, Wanted(10), High, 6, At(1));
        state = CapacityGovernor.Next(state, Wanted(10), Normal, 6, At(2));
        state.Applied.Should().Be(Wanted(6), "two seconds have not passed since it fell");

        state = CapacityGovernor.Next(state, Wanted(10), Normal, 6, At(3));

        state.Applied.Should().Be(Wanted(7));
    }

    [Fact]
    public void Next_AnyReadings_NeverAboveWantedNorAnyFasterThanAllowed() => ForAll.Values(
        Readings(),
        readings =>
        {
            GovernorState? state = null;
            var now = TimeSpan.Zero;
            foreach (var reading in readings)
            {
                now += TimeSpan.FromMilliseconds(reading.Milliseconds);
                var before = state;
                state = CapacityGovernor.Next(before, Wanted(reading.Wanted), reading.Pressure, reading.Open, now);
                var applied = state.Applied.Contexts;

                applied.Should().BeInRange(0, reading.Wanted);
                if (reading.Pressure != Normal)
                    applied.Should().BeLessThanOrEqualTo(Math.Max(1, reading.Open));
                if (reading.Open == 0 && reading.Wanted > 0 && (before is null || reading.Pressure != Normal))
                    applied.Should().BePositive("something must go on");

                if (before is null)
                    continue;

                var last = before.Applied.Contexts;
                if (reading.Pressure == Normal && reading.Wanted <= last)
                    applied.Should().Be(reading.Wanted, "it falls at once, and no further");
                if (reading.Pressure != Normal && reading.Open > 0)
                    applied.Should().BeLessThanOrEqualTo(last, "it does not rise under pressure");
                if (applied > last && applied > reading.Open)
                {
                    applied.Should().Be(last + 1);
                    if (reading.Pressure == Normal)
                        (now - before.LastRise).Should().BeGreaterThanOrEqualTo(CapacityGovernor.RiseInterval);
                }

                state.LastRise.Should().Be(applied == last ? before.LastRise : now);
            }
        },
        count: 500);

    [Fact]
    public void Next_AnyPast_ReachesWhatIsWantedWhenLeftAlone() => ForAll.Values(
        Readings(),
        readings =>
        {
            GovernorState? state = null;
            var now = TimeSpan.Zero;
            foreach (var reading in readings)
                state = CapacityGovernor.Next(state, Wanted(reading.Wanted), reading.Pressure, reading.Open, now += TimeSpan.FromMilliseconds(reading.Milliseconds));

            for (var i = 0; i < 25; i++)
                state = CapacityGovernor.Next(state, Wanted(25), Normal, openContexts: 0, now += CapacityGovernor.RiseInterval);

            state!.Applied.Should().Be(Wanted(25));
        });

    private static Gen<Reading[]> Readings()
    {
        var reading =
            from wanted in Gen.Choose(0, 25)
            from pressure in Gen.Elements(Normal, Normal, Normal, High, Critical)
            from open in Gen.Choose(0, 25)
            from milliseconds in Gen.Choose(0, 3000)
            select new Reading(wanted, pressure, open, milliseconds);
        return Gen.Choose(0, 60).SelectMany(count => reading.ArrayOf(count));
    }

    private static PoolCapacity Wanted(int contexts) => new(contexts, CapacityBound.Memory);

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
