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
}

/// <summary>How many contexts may be open at once, and why not more.</summary>
public readonly record struct PoolCapacity(int Contexts, CapacityBound Bound);

/// <summary>What the capacity is decided from.</summary>
/// <param name="Memory">The present reading.</param>
/// <param name="SettledContexts">Open contexts whose pages have had time to grow: their memory is already missing from the reading.</param>
/// <param name="Cells">Browsers running; their own memory is missing from the reading as well.</param>
/// <param name="Cores">Processor cores this process may use.</param>
internal readonly record struct CapacityFacts(MemorySample Memory, int SettledContexts, int Cells, int Cores);

/// <summary>Turns free memory into a number of contexts. Pure.</summary>
internal static class MemoryBudget
{
    /// <summary>
    /// Contexts that fit: those that already have their memory, plus what the rest is good for after a reserve of
    /// max(<see cref="ContextPoolOptions.MinReserveBytes"/>, <see cref="ContextPoolOptions.ReserveRatio"/> of the limit) and one tab,
    /// and after the browsers that the new tabs would need.
    /// </summary>
    public static PoolCapacity Decide(CapacityFacts facts, ContextPoolOptions options)
    {
        var reserve = Math.Max(options.MinReserveBytes, (long)(facts.Memory.LimitBytes * options.ReserveRatio)) + options.TabBytes;
        var spendable = facts.Memory.AvailableBytes - reserve;

        var byProcessor = (long)facts.Cores * options.MaxContextsPerCore;
        var byMemory = facts.SettledContexts + TabsFor(spendable, facts, options);

        var capacity = new PoolCapacity((int)Math.Min(int.MaxValue, Math.Max(0, byMemory)), CapacityBound.Memory);
        if (byProcessor < capacity.Contexts)
            capacity = new PoolCapacity((int)byProcessor, CapacityBound.Processor);
        if (options.MaxContexts is { } configured && configured < capacity.Contexts)
            capacity = new PoolCapacity(configured, CapacityBound.Configured);
        return capacity;
    }

    /// <summary>Tabs that <paramref name="bytes"/> pay for when every <see cref="ContextPoolOptions.MaxContextsPerCell"/> of them need a browser.</summary>
    private static long TabsFor(long bytes, CapacityFacts facts, ContextPoolOptions options)
    {
        var roomInCells = Math.Max(0, ((long)facts.Cells * options.MaxContextsPerCell) - facts.SettledContexts);
        var withoutNewCell = Math.Min(roomInCells, Math.Max(0, bytes / options.TabBytes));
        bytes -= withoutNewCell * options.TabBytes;

        var fullCell = options.CellBaseBytes + (options.MaxContextsPerCell * options.TabBytes);
        var newCells = Math.Max(0, bytes / fullCell);
        bytes -= newCells * fullCell;
        var lastCell = Math.Max(0, (bytes - options.CellBaseBytes) / options.TabBytes);

        return withoutNewCell < roomInCells ? withoutNewCell : withoutNewCell + (newCells * options.MaxContextsPerCell) + lastCell;
    }
}
