namespace ContextPool.Memory;

/// <summary>What the governor remembers.</summary>
/// <param name="Applied">The capacity in force.</param>
/// <param name="LastRise">When it was last set at the start, raised, or lowered; on the clock of the caller.</param>
internal sealed record GovernorState(PoolCapacity Applied, TimeSpan LastRise);

/// <summary>Lets the capacity fall at once and rise slowly, and not at all under pressure. Pure.</summary>
/// <remarks>
/// <para>
/// A rise is one place, two seconds after the last change: a young tab takes seconds to grow, and the reading that allowed one
/// knows nothing of it yet. Up to the number that is open anyway it rises at once, for that admits nobody.
/// </para>
/// <para>
/// Under pressure the capacity is at most what is open, so that what ends is not replaced; but with nothing open one context may be,
/// if memory wants any: a farm whose neighbours fill the machine goes on, slowly, instead of standing still for ever.
/// </para>
/// </remarks>
internal static class CapacityGovernor
{
    /// <summary>Least time from one change to the next rise.</summary>
    public static readonly TimeSpan RiseInterval = TimeSpan.FromSeconds(2);

    /// <param name="state">What the last call returned; null at the start, when <paramref name="wanted"/> is taken as it is unless there is pressure.</param>
    /// <param name="wanted">What <see cref="MemoryBudget"/> decided.</param>
    /// <param name="openContexts">Contexts that are opening, on loan or closing.</param>
    /// <param name="now">Time since any fixed moment; never runs backwards.</param>
    public static GovernorState Next(GovernorState? state, PoolCapacity wanted, PressureLevel pressure, int openContexts, TimeSpan now)
    {
        if (state is null)
            return new GovernorState(pressure == PressureLevel.Normal ? wanted : UnderPressure(wanted, int.MaxValue, openContexts), now);

        var applied = state.Applied.Contexts;
        var next = pressure == PressureLevel.Normal ? Risen(state, wanted, openContexts, now) : UnderPressure(wanted, applied, openContexts);
        return new GovernorState(next, next.Contexts == applied ? state.LastRise : now);
    }

    private static PoolCapacity Risen(GovernorState state, PoolCapacity wanted, int openContexts, TimeSpan now)
    {
        var reach = Math.Max(state.Applied.Contexts, openContexts);
        if (openContexts <= state.Applied.Contexts && now - state.LastRise >= RiseInterval)
            reach = Math.Max(reach, reach + 1);   // int.MaxValue stays
        return wanted.Contexts <= reach ? wanted : wanted with { Contexts = reach };
    }

    private static PoolCapacity UnderPressure(PoolCapacity wanted, int applied, int openContexts)
    {
        var reach = openContexts == 0 ? 1 : Math.Min(applied, openContexts);
        return wanted.Contexts <= reach ? wanted : new PoolCapacity(reach, CapacityBound.Pressure);
    }
}
