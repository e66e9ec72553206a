using TestKit;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>What a soak does and for how long; it ends with whichever of minutes and leases comes first.</summary>
/// <param name="Minutes">Null: no bound in time.</param>
/// <param name="Leases">Null: no bound in number.</param>
/// <param name="HostilePercent">Share of the leases that meet a hostile page, 0 to 100.</param>
/// <param name="Concurrency">Leases held at once at most.</param>
/// <param name="Seed">The same seed chooses the same pages in the same order.</param>
/// <param name="Kinds">Which hostile pages are met; empty for all, and renderers killed.</param>
/// <param name="HoldAtMost">The bound each lease asks for; the only one that ends a page which answers and is never done.</param>
internal sealed record SoakOptions(double? Minutes, int? Leases, int HostilePercent, int Concurrency, int Seed, bool Fast, IReadOnlyList<HostileKind> Kinds, TimeSpan HoldAtMost)
{
    public PoolSettings Pool => Fast
        ? new PoolSettings(Concurrency, PerCore, TimeSpan.FromMilliseconds(500), (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(3)))
        : new PoolSettings(Concurrency, PerCore);

    // The soak itself says how many tabs are busy at once.
    private int PerCore => Math.Clamp((Concurrency + Environment.ProcessorCount - 1) / Environment.ProcessorCount, 1, 64);
}
