namespace BrowserFarm.Limiting;

/// <summary>One target's part of the workers.</summary>
/// <param name="InHand">Attempts under way: each has a worker, also while its page is rendered and the target is done with it.</param>
/// <param name="Wanted">Attempts it would have under way now if there were workers enough: bounded by its limit and by its waiting jobs.</param>
internal readonly record struct WorkerDemand(int InHand, int Wanted);

/// <summary>Divides a machine's workers among targets, so that a slow one does not come to hold them all. Pure.</summary>
/// <remarks>
/// Serving targets in turn makes them equal in pages, not in workers: a site that takes ten times as long would hold ten times as many. Here
/// what the targets that want little leave is shared equally by those that want more, and only what none of these wants goes to whoever comes (max-min fairness by filling up,
/// as in Bertsekas and Gallager, "Data Networks", §6.5.2). An equal share of all workers would not do: two targets of three may want a tenth and a half of it, and the third
/// would compete for the rest with the one that wants half.
/// </remarks>
internal static class WorkerShare
{
    /// <param name="workers">All there are.</param>
    /// <param name="inHand">The target's own attempts under way.</param>
    /// <param name="others">Every other target that has attempts under way.</param>
    /// <returns>Whether the target may have one more.</returns>
    public static bool Allows(int workers, int inHand, IReadOnlyCollection<WorkerDemand> others)
    {
        var share = ShareBeside(others, workers);
        if (inHand < share)
            return true;

        var free = workers - inHand - others.Sum(other => other.InHand);
        var wanted = others.Sum(other => Math.Max(0, Math.Min(share, other.Wanted) - other.InHand));
        return free > wanted;
    }

    /// <summary>What a target that wants any number may have for sure.</summary>
    private static int ShareBeside(IReadOnlyCollection<WorkerDemand> others, int workers)
    {
        var (left, targets) = (workers, others.Count + 1);
        foreach (var modest in others.Select(other => other.Wanted).Order())
        {
            if (modest * targets > left)
                break;
            left -= modest;
            targets--;
        }

        return (left / targets) + (left % targets > 0 ? 1 : 0);
    }
}
