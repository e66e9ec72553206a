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
/// <param name="Asked">Jobs at once that somebody asked for; null when nobody did.</param>
/// <param name="IsMemoryHigh">Nothing more should be opened.</param>
/// <param name="IsMemoryCritical">Work is being given up for want of memory.</param>
/// <param name="LatencyRatio">Middle over the targets of time to the first byte against its best of late; null when none is known.</param>
/// <param name="TroubleShare">Share of the last attempts that failed through our own fault, 0 to 1.</param>
internal readonly record struct HostFacts(
    int Ceiling, int Busy, int Cores, double? Processor, int? Asked, bool IsMemoryHigh, bool IsMemoryCritical, double? LatencyRatio, double TroubleShare);

/// <summary>How many jobs this machine works on at once, above the limits of the single targets. Immutable.</summary>
/// <param name="Limit">Jobs at once; the whole part counts.</param>
/// <param name="Bound">Why it is not more.</param>
/// <param name="LastGrowth">When it grew last, or was taken back a little.</param>
internal sealed record HostBudgetState(double Limit, BudgetBound Bound, TimeSpan LastGrowth, TimeSpan LastCut);

/// <summary>Grows every two seconds while all is well, towards as many as would keep the processors busy; stands still when something is not well, falls by a quarter when it is bad. Pure.</summary>
/// <remarks>
/// <para>
/// How much processor time a page needs, and how long it waits for its site, differ from site to site a hundredfold. Together they show in how busy the processors are: with so many pages at once a
/// share of <c>p</c>, so with <c>0.95 / p</c> times as many nearly all. That is where it grows to, at most to the double at once. Pages beyond that make none faster and each dearer (measured: 300 ms of processor time
/// a page with two at once on two cores, 384 with twelve, a fifth fewer pages a second; <c>./farm bench concurrency</c>): where there is no idle time at all, some are taken back, down to two a core or to what
/// somebody asked for.
/// </para>
/// <para>
/// For the rest it is the same idea as the limit per target, one level up. Sites that become slow all together, or attempts that fail through our own fault,
/// tell of a line, a proxy or a machine with too much to do, which no single target's limit can see. Never below the number of cores: so many
/// can always be worked on. Figures chosen, not measured: 20 % slower stands still as for a single target; twice as slow is congestion.
/// </para>
/// </remarks>
internal static class HostBudget
{
    private const double SlowRatio = 1.2;
    private const double CongestedRatio = 2;
    private const double SomeTrouble = 0.05;
    private const double MuchTrouble = 0.2;
    private const double BusyProcessor = 0.95;
    private const double FullProcessor = 0.98;
    private const double KeptByACut = 0.75;
    private const double KeptWhenFull = 0.9;
    private const int PagesPerCore = 2;

    private static readonly TimeSpan GrowthInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CutInterval = TimeSpan.FromSeconds(5);

    /// <summary>Two jobs a core, or as many as somebody asked for, within the ceiling.</summary>
    /// <param name="asked">Null when nobody did. Whoever does has tried it, and need not wait until it has grown to there.</param>
    public static HostBudgetState Initial(int ceiling, int cores, int? asked = null) => new(Math.Clamp(asked ?? PagesPerCore * cores, 1, Math.Max(1, ceiling)), BudgetBound.Growing, TimeSpan.Zero, TimeSpan.Zero);

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

        if (facts.Processor > FullProcessor)
            return Relieved(state with { Limit = limit, Bound = BudgetBound.Processor }, facts, now);
        if (HoldFor(facts) is { } held)
            return state with { Limit = limit, Bound = held };
        if (limit >= ceiling)
            return state with { Limit = limit, Bound = BudgetBound.Capacity };
        if (facts.Busy < (int)limit)
            return state with { Limit = limit, Bound = BudgetBound.Demand };
        return now - state.LastGrowth < GrowthInterval
            ? state with { Limit = limit, Bound = BudgetBound.Growing }
            : state with { Limit = Math.Min(ceiling, limit + GrowthOf(limit, facts.Processor)), Bound = BudgetBound.Growing, LastGrowth = now };
    }

    /// <summary>To where the processors would be busy; by one where that is not known.</summary>
    private static double GrowthOf(double limit, double? processor) =>
        processor is { } used ? Math.Clamp((limit * BusyProcessor / Math.Max(used, 0.01)) - limit, 1, Math.Max(1, limit)) : 1;

    /// <summary>A tenth less every two seconds, at least one, down to what may always be.</summary>
    private static HostBudgetState Relieved(HostBudgetState state, HostFacts facts, TimeSpan now)
    {
        var least = facts.Asked ?? PagesPerCore * facts.Cores;
        return state.Limit <= least || now - state.LastGrowth < GrowthInterval
            ? state
            : state with { Limit = Math.Max(least, Math.Min(state.Limit - 1, state.Limit * KeptWhenFull)), LastGrowth = now };
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
