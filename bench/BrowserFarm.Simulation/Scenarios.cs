using BrowserFarm.Limiting;
using BrowserFarm.Simulation.Baselines;

namespace BrowserFarm.Simulation;

/// <summary>A target with a name, to be made anew for every run.</summary>
internal sealed record Scenario(string Name, Func<VirtualClock, Dice, SimulatedTarget> Create, int Nodes = 1)
{
    public override string ToString() => Name;
}

/// <summary>A way to limit oneself with a name, to be made anew for every node of every run.</summary>
internal sealed record Contestant(string Name, Func<VirtualClock, Dice, ILimitPolicy> Create);

/// <summary>What is simulated: one place for the benchmark's table and the tests' bounds.</summary>
internal static class Scenarios
{
    /// <summary>Half of the answers take less.</summary>
    public static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(200);

    public static readonly TimeSpan Time = TimeSpan.FromSeconds(300);

    /// <summary>When the targets that change do so, and when they change back.</summary>
    public static readonly TimeSpan Drop = TimeSpan.FromSeconds(100);

    public static readonly TimeSpan Rise = TimeSpan.FromSeconds(200);

    private const double Quiet = 0.2;
    private const double Noisy = 0.6;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Hard("at most 4 at once", 4),
        Hard("at most 10 at once", 10),
        Hard("at most 40 at once", 40),
        Hard("at most 10 at once, asks for 2 s", 10, retryAfter: TimeSpan.FromSeconds(2)),
        Hard("at most 10 at once, noisy latency", 10, noise: Noisy),
        new("at most 10 at once, answers take 3 s", (clock, dice) => new HardLimitTarget(clock, dice, _ => 10, TimeSpan.FromSeconds(3), Quiet, retryAfter: null)),
        new("16 at once, 4 for a while", (clock, dice) => new HardLimitTarget(clock, dice, now => IsLow(now) ? 4 : 16, RoundTrip, Quiet, retryAfter: null)),
        new("8 servers and a queue", (clock, dice) => new QueueingTarget(clock, dice, _ => 8, RoundTrip, Quiet, longestQueue: 50)),
        new("8 servers and a queue, 2 for a while", (clock, dice) => new QueueingTarget(clock, dice, now => IsLow(now) ? 2 : 8, RoundTrip, Quiet, longestQueue: 50)),
        new("3 a second, bursts of 3", (clock, dice) => new TokenBucketTarget(clock, dice, rate: 3, burst: 3, RoundTrip, Quiet, retryAfter: null)),
        new("3 a second, no bursts", (clock, dice) => new TokenBucketTarget(clock, dice, rate: 3, burst: 1, RoundTrip, Quiet, retryAfter: null)),
        new("3 a second, asks for 1 s", (clock, dice) => new TokenBucketTarget(clock, dice, rate: 3, burst: 3, RoundTrip, Quiet, TimeSpan.FromSeconds(1))),
        new("3 a second, answers take 0.7 s", (clock, dice) => new TokenBucketTarget(clock, dice, rate: 3, burst: 3, TimeSpan.FromSeconds(0.7), Quiet, retryAfter: null)),
        new("3 a second, no bursts, answers take 0.7 s", (clock, dice) => new TokenBucketTarget(clock, dice, rate: 3, burst: 1, TimeSpan.FromSeconds(0.7), Quiet, retryAfter: null)),
        new("20 a second, bursts of 20", (clock, dice) => new TokenBucketTarget(clock, dice, rate: 20, burst: 20, RoundTrip, Quiet, retryAfter: null)),
        Hard("at most 10 at once, 3 nodes", 10) with { Nodes = 3 },
        Hard("at most 40 at once, 3 nodes", 40) with { Nodes = 3 },
    ];

    public static Contestant Farm { get; } = new("BrowserFarm", (clock, dice) => new FarmPolicy(clock, dice, new TargetLimitOptions()));

    public static IReadOnlyList<Contestant> Contestants { get; } =
    [
        Farm,
        new("naive halving", (_, _) => new NaiveHalving()),
        new("Netflix AIMD", (_, _) => new NetflixAimd()),
        new("Scrapy AutoThrottle", (clock, dice) => new AutoThrottle(clock, dice, targetConcurrency: 1)),
        new("AutoThrottle, told 8", (clock, dice) => new AutoThrottle(clock, dice, targetConcurrency: 8)),
        new("8 at once, always", (_, _) => new FixedLimit(8)),
    ];

    public static SimulationResult Run(Scenario scenario, Contestant contestant, int seed)
    {
        var clock = new VirtualClock();
        var dice = new Dice(seed);
        var target = scenario.Create(clock, dice);
        return new LimiterSimulation(clock, target, Enumerable.Range(0, scenario.Nodes).Select(_ => contestant.Create(clock, dice)).ToList()).Run(Time);
    }

    private static Scenario Hard(string name, int limit, TimeSpan? retryAfter = null, double noise = Quiet) =>
        new(name, (clock, dice) => new HardLimitTarget(clock, dice, _ => limit, RoundTrip, noise, retryAfter));

    private static bool IsLow(TimeSpan now) => now >= Drop && now < Rise;
}
