namespace ContextPool.Memory;

/// <summary>How often proportional shares (PSS) are read: the kernel walks every page table for them. Pure.</summary>
internal static class ProbePacing
{
    /// <summary>One read in 400 parts of the time is a quarter of a percent of one core; looking at the process table takes as much again.</summary>
    private const int RestPerCost = 400;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Time from the start of one sweep over all cells to the start of the next.</summary>
    /// <param name="cost">How long the last sweep took; measured 2 to 3 ms per Chromium process. Negative counts as zero.</param>
    /// <returns>400 times the cost, but 10 s at least and 5 min at most: a sweep that takes over 0.75 s does cost more than its share.</returns>
    public static TimeSpan NextInterval(TimeSpan cost) =>
        cost >= Longest / RestPerCost ? Longest
        : cost <= Shortest / RestPerCost ? Shortest
        : cost * RestPerCost;
}
