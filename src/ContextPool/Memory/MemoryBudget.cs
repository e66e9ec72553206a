namespace ContextPool.Memory;

/// <summary>Which rule keeps the capacity from being higher.</summary>
public enum CapacityBound
{
    /// <summary>Free memory.</summary>
    Memory,

    /// <summary>Processor cores.</summary>
    Processor,

    /// <summary>The configured maximum.</summary>
    Configured,

    /// <summary>Memory pressure stopped admission: what is open may go on, and nothing is added until it is over.</summary>
    Pressure,
}

/// <summary>How many contexts may be open at once, and why not more.</summary>
public readonly record struct PoolCapacity(int Contexts, CapacityBound Bound);

/// <summary>What the capacity is decided from.</summary>
/// <param name="Memory">The present reading.</param>
/// <param name="SettledContexts">Open contexts whose pages have had time to grow: their memory is already missing from the reading.</param>
/// <param name="Cells">Browsers running; their own memory is missing from the reading as well.</param>
/// <param name="Cores">Processor cores this process may use.</param>
/// <param name="TabBytes">What one more tab is expected to need, see <see cref="TabCostEstimate"/>; at least 1.</param>
/// <param name="CellBaseBytes">What one more browser with its driver is expected to need before it has a tab: measured, or <see cref="ContextPoolOptions.CellBaseBytes"/>.</param>
internal readonly record struct CapacityFacts(MemorySample Memory, int SettledContexts, int Cells, int Cores, long TabBytes, long CellBaseBytes);

/// <summary>Turns free memory into a number of contexts. Pure.</summary>
internal static class MemoryBudget
{
    /// <summary>
    /// Contexts that fit: those that already have their memory, plus what the rest is good for after a reserve of
    /// max(<see cref="ContextPoolOptions.MinReserveBytes"/>, <see cref="ContextPoolOptions.ReserveRatio"/> of the limit) and one tab,
    /// and after the browsers that the new tabs would need.
    /// </summary>
    /// <remarks>
    /// With nothing open, one is admitted if it fits at the costs that were expected before anything was measured: an estimate that a few
    /// giants have raised would otherwise keep the pool shut, and in a shut pool nothing is measured that could lower it again.
    /// </remarks>
    public static PoolCapacity Decide(CapacityFacts facts, ContextPoolOptions options)
    {
        var byProcessor = (long)facts.Cores * options.MaxContextsPerCore;
        var byMemory = ByMemory(facts, options);
        if (byMemory == 0)
            byMemory = Math.Min(1, ByMemory(AsExpected(facts, options), options));

        var capacity = new PoolCapacity((int)Math.Min(int.MaxValue, Math.Max(0, byMemory)), CapacityBound.Memory);
        if (byProcessor < capacity.Contexts)
            capacity = new PoolCapacity((int)byProcessor, CapacityBound.Processor);
        if (options.MaxContexts is { } configured && configured < capacity.Contexts)
            capacity = new PoolCapacity(configured, CapacityBound.Configured);
        return capacity;
    }

    private static long ByMemory(CapacityFacts facts, ContextPoolOptions options)
    {
        var reserve = Math.Max(options.MinReserveBytes, (long)(facts.Memory.LimitBytes * options.ReserveRatio)) + facts.TabBytes;
        return facts.SettledContexts + TabsFor(facts.Memory.AvailableBytes - reserve, facts, options);
    }

    private static CapacityFacts AsExpected(CapacityFacts facts, ContextPoolOptions options) => facts with
    {
        TabBytes = Math.Min(facts.TabBytes, options.TabBytes),
        CellBaseBytes = Math.Min(facts.CellBaseBytes, options.CellBaseBytes),
    };

    /// <summary>Tabs that <paramref name="bytes"/> pay for when every <see cref="ContextPoolOptions.MaxContextsPerCell"/> of them need a browser.</summary>
    private static long TabsFor(long bytes, CapacityFacts facts, ContextPoolOptions options)
    {
        var roomInCells = Math.Max(0, ((long)facts.Cells * options.MaxContextsPerCell) - facts.SettledContexts);
        var withoutNewCell = Math.Min(roomInCells, Math.Max(0, bytes / facts.TabBytes));
        bytes -= withoutNewCell * facts.TabBytes;

        var fullCell = facts.CellBaseBytes + (options.MaxContextsPerCell * facts.TabBytes);
        var newCells = Math.Max(0, bytes / fullCell);
        bytes -= newCells * fullCell;
        var lastCell = Math.Max(0, (bytes - facts.CellBaseBytes) / facts.TabBytes);

        return withoutNewCell < roomInCells ? withoutNewCell : withoutNewCell + (newCells * options.MaxContextsPerCell) + lastCell;
    }
}
