namespace ContextPool.Diagnostics;

/// <summary>What has happened in the pool since it was made. The same is counted, by reason, in its metrics.</summary>
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
}
