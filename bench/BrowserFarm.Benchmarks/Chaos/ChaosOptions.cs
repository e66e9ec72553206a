namespace BrowserFarm.Benchmarks.Chaos;

/// <summary>What is done to the program, and how often.</summary>
/// <param name="Rounds">Kills of the program, or stops of it.</param>
/// <param name="Seed">Chooses moments and victims; the moments are so many seconds, and what runs in them is the machine's affair.</param>
/// <param name="Stop">Stops the program for longer than its claims hold and lets it go on, instead of killing it.</param>
/// <param name="Pages">Pages of the site that every crawl reads; a few more are missing.</param>
internal sealed record ChaosOptions(int Rounds, int Seed, bool Stop, int Pages)
{
    /// <summary>How long a claim holds in a crawl that is stopped: short, for every stop must last longer.</summary>
    public static TimeSpan ClaimFor { get; } = TimeSpan.FromSeconds(3);
}
