using System.Collections.Concurrent;
using BrowserFarm.Limiting;
using BrowserFarm.Simulation;

namespace BrowserFarm.Tests.Limiting;

/// <summary>What the limit must achieve, on a virtual clock and with seeds: the bounds of <c>docs/limiter.md</c>.</summary>
public sealed class LimiterSimulationTests
{
    private const int Seeds = 10;
    private const int SeedsOfOthers = 4;

    /// <summary>The same seed gives the same answers, so each scenario is run once for all tests.</summary>
    private static readonly ConcurrentDictionary<string, List<SimulationResult>> Results = new(StringComparer.Ordinal);


    [Theory]
    [InlineData("at most 4 at once", 1.5)]
    [InlineData("at most 10 at once", 0.5)]
    [InlineData("at most 40 at once", 0.5)]
    [InlineData("at most 10 at once, asks for 2 s", 0.5)]
    [InlineData("at most 10 at once, noisy latency", 0.5)]
    [InlineData("at most 10 at once, answers take 3 s", 1.5)]   // few answers in the time, and each probe costs one
    [InlineData("3 a second, bursts of 3", 1.5)]
    [InlineData("3 a second, no bursts", 1.5)]
    [InlineData("3 a second, asks for 1 s", 1.5)]
    [InlineData("3 a second, answers take 0.7 s", 1.5)]
    [InlineData("20 a second, bursts of 20", 0.5)]
    [InlineData("8 servers and a queue", 0)]
    [InlineData("8 servers and a queue, 2 for a while", 0)]
    [InlineData("at most 10 at once, 3 nodes", 0.5)]
    [InlineData("at most 40 at once, 3 nodes", 0.5)]
    public void HiddenLimit_UsedWellAndSeldomExceeded(string name, double refusedPercent)
    {
        var results = RunFarm(name);

        results.Average(result => result.Utilisation).Should().BeGreaterThanOrEqualTo(0.78);
        results.Average(result => 100 * result.RefusedShare).Should().BeLessThanOrEqualTo(refusedPercent);
    }

    [Theory]
    [InlineData("at most 4 at once")]
    [InlineData("at most 10 at once")]
    [InlineData("at most 40 at once")]
    public void HiddenLimit_FourFifthsOfItWithinThirtyRoundTrips(string name)
    {
        var trip = Scenarios.RoundTrip;
        foreach (var result in RunFarm(name))
        {
            Enumerable.Range(5, 26).Any(i => result.Rate(trip * (i - 5), trip * i) >= 0.8 * result.Capacity).Should().BeTrue();
        }
    }

    [Theory]
    [InlineData("16 at once, 4 for a while", 0.02)]
    [InlineData("8 servers and a queue, 2 for a while", 0.0)]
    public void CapacityFallsToAQuarter_IsAbsorbedWithinTenRoundTrips(string name, double refusedShare)
    {
        foreach (var result in RunFarm(name))
            result.RefusedShareIn(Scenarios.Drop + (Scenarios.RoundTrip * 10), Scenarios.Rise).Should().BeLessThanOrEqualTo(refusedShare);
    }

    [Theory]
    [InlineData("at most 10 at once, asks for 2 s")]
    [InlineData("3 a second, asks for 1 s")]
    public void RetryAfter_NothingIsSentInside(string name) =>
        RunFarm(name).Should().OnlyContain(result => result.AskedWhileBlocked == 0 && result.Refused > 0);

    [Fact]
    public void QueueingTarget_AnswersStayWithinTwiceTheirTime() =>
        RunFarm("8 servers and a queue").Average(result => result.MedianFirstByte).Should().BeLessThan(2 * Scenarios.RoundTrip.TotalMilliseconds);

    [Fact]
    public void AnotherTargetInTrouble_CostsThisOneNothing()
    {
        var alone = GoodAnswers(withTrouble: false);
        var beside = GoodAnswers(withTrouble: true);

        ((double)beside).Should().BeInRange(alone * 0.98, alone * 1.02);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AnyScenario_FewerRefusalsThanAnybodyWhoGetsAsMuchOutOfIt(string name)
    {
        var farm = RunFarm(name).Take(SeedsOfOthers).ToList();
        var used = farm.Average(result => result.Utilisation);
        var refused = farm.Average(result => result.RefusedShare);
        foreach (var other in Scenarios.Contestants.Where(contestant => contestant != Scenarios.Farm))
        {
            var results = Enumerable.Range(0, SeedsOfOthers).Select(seed => Scenarios.Run(Named(name), other, seed)).ToList();
            if (results.Average(result => result.Utilisation) >= used)
                refused.Should().BeLessThanOrEqualTo(results.Average(result => result.RefusedShare), $"{other.Name} is the one to beat");
        }
    }

    public static TheoryData<string> Names => [.. Scenarios.All.Select(scenario => scenario.Name)];

    private static int GoodAnswers(bool withTrouble)
    {
        var clock = new VirtualClock();
        var shared = new SharedWorkers(clock, workers: 16);
        var good = shared.Add(
            new HardLimitTarget(clock, new Dice(1), _ => 10, Scenarios.RoundTrip, 0.2, retryAfter: null), new FarmPolicy(clock, new Dice(2), new TargetLimitOptions()));
        if (withTrouble)
        {
            shared.Add(
                new HardLimitTarget(clock, new Dice(3), _ => 4, Scenarios.RoundTrip, 0.2, TimeSpan.FromSeconds(1)), new FarmPolicy(clock, new Dice(4), new TargetLimitOptions()));
        }

        shared.Run(Scenarios.Time);
        return good();
    }

    private static List<SimulationResult> RunFarm(string name) => Results.GetOrAdd(
        name, static wanted => [.. Enumerable.Range(0, Seeds).Select(seed => Scenarios.Run(Named(wanted), Scenarios.Farm, seed))]);

    private static Scenario Named(string name) => Scenarios.All.Single(scenario => scenario.Name == name);
}
