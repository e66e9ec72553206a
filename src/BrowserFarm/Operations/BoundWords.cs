using BrowserFarm.Scheduling;
using ContextPool.Memory;

namespace BrowserFarm.Operations;

/// <summary>Bounds in words for people.</summary>
internal static class BoundWords
{
    public static string Of(CapacityBound bound) => bound switch
    {
        CapacityBound.Memory => "free memory",
        CapacityBound.Processor => "processor",
        CapacityBound.Pressure => "memory pressure",
        _ => "--concurrency",
    };

    /// <summary>Null when discovery does not pause for every target.</summary>
    public static string? Of(DiscoveryPause pause) => pause switch
    {
        DiscoveryPause.QueueFull => "discovery pauses: the lines are full (--max-queued)",
        DiscoveryPause.Retries => "discovery pauses: most attempts are to be made again",
        _ => null,
    };

    public static string Of(BudgetBound bound) => bound switch
    {
        BudgetBound.Growing => "growing",
        BudgetBound.Capacity => "no more contexts",
        BudgetBound.Demand => "no more to do at once",
        BudgetBound.Processor => "processor busy",
        BudgetBound.Memory => "memory short",
        BudgetBound.Latency => "answers have become slow",
        _ => "too many failures of our own",
    };
}
