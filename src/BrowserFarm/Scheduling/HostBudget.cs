namespace BrowserFarm.Scheduling;

/// <summary>Why no more pages are worked on at once than are. Shown to people.</summary>
public enum BudgetBound
{
    /// <summary>Nothing speaks against more: it is growing.</summary>
    Growing,

    /// <summary>There are no more contexts: memory, processor or configuration, as the pool's capacity says.</summary>
    Capacity,

    /// <summary>There is not more to do: targets are at their limits, or jobs are not due.</summary>
    Demand,

    /// <summary>The machine's processors are busy.</summary>
    Processor,

    /// <summary>Memory is short.</summary>
    Memory,

    /// <summary>All sites together answer more slowly than they did: it may be our line.</summary>
    Latency,

    /// <summary>Too many attempts fail for reasons of our own: browsers lost, proxies failing.</summary>
    Errors,
}

/// <summary>What the budget is decided from, once a second.</summary>
/// <param name="Ceiling">Contexts that may be open at once; at least 1 counts.</param>
/// <param name="Busy">Jobs being worked on.</param>
/// <param name="Cores">Processor cores.</param>
/// <param name="Processor">Share of all processors' time in use, 0 to 1; null when it cannot be read.</param>
/// <param name="IsMemoryHigh">Nothing more should be opened.</param>
/// <param name="IsMemoryCritical">Work is being given up for want of memory.</param>
/// <param name="LatencyRatio">Middle over the targets of time to the first byte against its best of late; null when none is known.</param>
/// <param name="TroubleShare">Share of the last attempts that failed through our own fault, 0 to 1.</param>
internal readonly record struct HostFacts(
    int Ceiling, int Busy, int Cores, double? Processor, bool IsMemoryHigh, bool IsMemoryCritical, double? LatencyRatio, double TroubleShare);

/// <summary>How many jobs this machine works on at once, above the limits of the single targets. Immutable.</summary>
/// <param name="Limit">Jobs at once; the whole part counts.</param>
/// <param name="Bound">Why it is not more.</param>
internal sealed record HostBudgetState(double Limit, BudgetBound Bound, TimeSpan LastGrowth, TimeSpan LastCut);

/// <summary>Grows by one every two seconds while all is well, stands still when something is not, falls by a quarter when it is bad. Pure.</summary>
/// <remarks>
/// The same idea as the limit per target, one level up. Sites that become slow all together, or attempts that fail through our own fault,
/// tell of a line, a proxy or a machine with too much to do, which no single target's limit can see. Never below the number of cores: so many
/// can always be worked on. Figures chosen, not measured: 20 % slower stands still as for a single target; twice as slow is congestion.
/// </remarks>
internal static class HostBudget
{
    private const double SlowRatio = 1.2;
    private const double CongestedRatio = 2;
    private const double SomeTrouble = 0.05;
    private const double MuchTrouble = 0.2;
    private const double BusyProcessor = 0.95;
    private const double KeptByACut = 0.75;

    private static readonly TimeSpan GrowthInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CutInterval = TimeSpan.FromSeconds(5);

    /// <summary>Two jobs a core, or as many as somebody asked for, within the ceiling.</summary>
    /// <param name="asked">Null when nobody did. Whoever does has tried it, and need not wait until it has grown to there.</param>
    public static HostBudgetState Initial(int ceiling, int cores, int? asked = null) => new(Math.Clamp(asked ?? 2 * cores, 1, Math.Max(1, ceiling)), BudgetBound.Growing, TimeSpan.Zero, TimeSpan.Zero);

    /// <param name="now">Time since any fixed moment.</param>
    public static HostBudgetState Next(HostBudgetState state, HostFacts facts, TimeSpan now)
    {
        var ceiling = Math.Max(1, facts.Ceiling);
        var limit = Math.Min(state.Limit, ceiling);
        if (CutFor(facts) is { } bad)
        {
            if (now - state.LastCut < CutInterval)
                return state with { Limit = limit, Bound = bad };

            var floor = Math.Min(ceiling, facts.Cores);
            return state with { Limit = Math.Min(limit, Math.Max(floor, limit * KeptByACut)), Bound = bad, LastCut = now, LastGrowth = now };
        }

        if (HoldFor(facts) is { } held)
            return state with { Limit = limit, Bound = held };
        if (limit >= ceiling)
            return state with { Limit = limit, Bound = BudgetBound.Capacity };
        if (facts.Busy < (int)limit)
            return state with { Limit = limit, Bound = BudgetBound.Demand };
        return now - state.LastGrowth < GrowthInterval
            ? state with { Limit = limit, Bound = BudgetBound.Growing }
            : state with { Limit = Math.Min(ceiling, limit + 1), Bound = BudgetBound.Growing, LastGrowth = now };
    }

    private static BudgetBound? CutFor(HostFacts facts) =>
        facts.IsMemoryCritical ? BudgetBound.Memory
        : facts.TroubleShare > MuchTrouble ? BudgetBound.Errors
        : facts.LatencyRatio > CongestedRatio ? BudgetBound.Latency
        : null;

    private static BudgetBound? HoldFor(HostFacts facts) =>
        facts.IsMemoryHigh ? BudgetBound.Memory
        : facts.TroubleShare > SomeTrouble ? BudgetBound.Errors
        : facts.LatencyRatio > SlowRatio ? BudgetBound.Latency
        : facts.Processor > BusyProcessor ? BudgetBound.Processor
        : null;
}
