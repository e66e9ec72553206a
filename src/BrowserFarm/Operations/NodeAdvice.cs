using BrowserFarm.Scheduling;

namespace BrowserFarm.Operations;

/// <summary>How many machines like this one the work would need. Pure.</summary>
public static class NodeAdvice
{
    /// <summary>More say that nobody should follow it.</summary>
    public const int Most = 1000;

    /// <param name="flow">Of the last minute.</param>
    /// <param name="bound">Why this machine does not work on more at once.</param>
    /// <param name="drain">Time in which the queue should be empty.</param>
    /// <returns>⌈depth ÷ (time × pace of this machine)⌉ when the queue has grown for a minute and that is more than one; null when one is enough, or more would not help.</returns>
    public static int? Of(FlowSnapshot flow, BudgetBound bound, TimeSpan drain)
    {
        // Where all targets have what they bear, another machine would only wait for them as well.
        var isTheMachines = bound is BudgetBound.Capacity or BudgetBound.Processor or BudgetBound.Memory or BudgetBound.Growing;
        if (!isTheMachines || !flow.IsWholeMinute || flow.Growth <= 0 || flow.EndedPerSecond <= 0)
            return null;

        var nodes = Math.Ceiling(flow.Depth / (drain.TotalSeconds * flow.EndedPerSecond));
        return nodes > 1 ? (int)Math.Min(Most, nodes) : null;
    }
}
