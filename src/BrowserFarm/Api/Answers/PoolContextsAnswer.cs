using ContextPool.Diagnostics;

namespace BrowserFarm.Api.Answers;

/// <summary>Contexts that are open, the oldest first.</summary>
/// <param name="More">How many there are besides.</param>
public sealed record PoolContextsAnswer(IReadOnlyList<PoolContextAnswer> Items, int More)
{
    public static PoolContextsAnswer Of(OpenContexts contexts) => new([.. contexts.Items.Select(PoolContextAnswer.Of)], contexts.More);
}

/// <summary>One open context: one visitor.</summary>
/// <param name="Cell">The browser that it is in.</param>
/// <param name="State"><c>leased</c>, <c>scrubbing</c> (leaving its last page), <c>warm</c>, <c>blank</c> (opened ahead) or <c>closing</c>.</param>
/// <param name="Leases">Pages that it was lent to, the present one included.</param>
/// <param name="Owner">Whose visitor it was last; null for one that is nobody's.</param>
/// <param name="Target">Whom it visited last.</param>
/// <param name="Holder">Who has it on loan; null when nobody does.</param>
/// <param name="HeldSeconds">Since when they have; null when nobody does.</param>
public sealed record PoolContextAnswer(int Cell, string State, double AgeSeconds, int Leases, string? Owner, string? Target, string? Holder, double? HeldSeconds)
{
    public static PoolContextAnswer Of(ContextSnapshot context) => new(
        context.Cell, context.State.ToString().ToLowerInvariant(), Math.Round(context.Age.TotalSeconds, 1), context.Leases, context.Owner, context.Target, context.Holder,
        context.Holder is null ? null : Math.Round(context.HeldFor.TotalSeconds, 1));
}

/// <summary>How often something of the pool ended for one reason since the service started.</summary>
/// <param name="Of"><c>context</c> closed, <c>lease</c> lost, <c>cell</c> replaced in the orderly way, or <c>lost-cell</c>: one that died or was killed.</param>
/// <param name="Reason">One of the words that the metric of it has.</param>
public sealed record PoolEndAnswer(string Of, string Reason, long Count)
{
    /// <summary>Reasons that did not occur are missing.</summary>
    public static IReadOnlyList<PoolEndAnswer> All(PoolTotals totals) =>
        [.. Group("context", totals.ContextsClosedBy), .. Group("lease", totals.LeasesLostBy), .. Group("cell", totals.CellsRetiredBy), .. Group("lost-cell", totals.CellsLostBy)];

    private static IEnumerable<PoolEndAnswer> Group<T>(string of, IReadOnlyList<KeyValuePair<T, long>> counts)
        where T : struct, Enum => counts.Select(count => new PoolEndAnswer(of, System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(count.Key.ToString()), count.Value));
}
