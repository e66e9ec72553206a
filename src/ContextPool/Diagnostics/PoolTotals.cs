using ContextPool.Leasing;
using ContextPool.Recycling;

namespace ContextPool.Diagnostics;

/// <summary>What has happened in the pool since it was made. The same is counted in its metrics.</summary>
/// <param name="ContextsOpened">Contexts opened.</param>
/// <param name="ContextsReused">Leases served with a warm context.</param>
/// <param name="Kills">Contexts that did not close as asked: their tab's process was ended, or their browser killed.</param>
/// <param name="MemoryKills">Processes killed because memory was about to run out.</param>
/// <param name="CellsStarted">Browsers started.</param>
/// <param name="CellsLost">Browsers that died or were killed.</param>
/// <param name="CellsRetired">Browsers replaced in the orderly way.</param>
public sealed record PoolTotals(long ContextsOpened, long ContextsReused, long Kills, long MemoryKills, long CellsStarted, long CellsLost, long CellsRetired)
{
    public static PoolTotals None { get; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>Contexts closed, by reason; reasons that did not occur are missing, as in the other three.</summary>
    public IReadOnlyList<KeyValuePair<ContextEnd, long>> ContextsClosedBy { get; init; } = [];

    /// <summary>Leases that ended before their holder returned them.</summary>
    public IReadOnlyList<KeyValuePair<LeaseLoss, long>> LeasesLostBy { get; init; } = [];

    /// <summary>Browsers replaced in the orderly way.</summary>
    public IReadOnlyList<KeyValuePair<RecycleReason, long>> CellsRetiredBy { get; init; } = [];

    /// <summary>Browsers that died or were killed.</summary>
    public IReadOnlyList<KeyValuePair<CellLossReason, long>> CellsLostBy { get; init; } = [];
}
