using BrowserFarm.Service;

namespace BrowserFarm.Api.Answers;

/// <summary>The last minutes as columns of equal length, the oldest first.</summary>
/// <param name="At">Milliseconds since 1970.</param>
/// <param name="EndedPerSecond">Pages that end, over the minute before.</param>
/// <param name="Targets">The same of targets that were among the busiest.</param>
public sealed record HistoryAnswer(
    IReadOnlyList<long> At, IReadOnlyList<double> EndedPerSecond, IReadOnlyList<long> Waiting, IReadOnlyList<long> Running, IReadOnlyList<long> Succeeded, IReadOnlyList<long> Failed,
    IReadOnlyList<int> ContextsInUse, IReadOnlyList<int> Contexts, IReadOnlyList<long> MemoryUsedBytes, IReadOnlyList<TargetHistory> Targets)
{
    public static HistoryAnswer Of(FarmHistory history)
    {
        var moments = history.Moments;
        return new HistoryAnswer(
            [.. moments.Select(moment => moment.At.ToUnixTimeMilliseconds())],
            [.. moments.Select(moment => Math.Round(moment.EndedPerSecond, 3))],
            [.. moments.Select(moment => moment.Waiting)],
            [.. moments.Select(moment => moment.Running)],
            [.. moments.Select(moment => moment.Succeeded)],
            [.. moments.Select(moment => moment.Failed)],
            [.. moments.Select(moment => moment.ContextsInUse)],
            [.. moments.Select(moment => moment.Contexts)],
            [.. moments.Select(moment => moment.MemoryUsedBytes)],
            [.. moments.SelectMany(moment => moment.Targets).Select(target => target.Target.Value).Distinct(StringComparer.Ordinal).Select(target => TargetHistory.Of(target, moments))]);
    }
}

/// <summary>One target's last minutes; null where it was not among the busiest.</summary>
public sealed record TargetHistory(
    string Target, IReadOnlyList<int?> Limit, IReadOnlyList<int?> InFlight, IReadOnlyList<double?> LatencyMs, IReadOnlyList<double?> BaselineMs, IReadOnlyList<long?> Answered, IReadOnlyList<long?> Refused)
{
    public static TargetHistory Of(string target, IReadOnlyList<FarmMoment> moments)
    {
        var seen = moments.Select(moment => moment.Targets.FirstOrDefault(one => one.Target.Value == target)).ToList();
        return new TargetHistory(
            target,
            [.. seen.Select(one => one?.Limit)],
            [.. seen.Select(one => one?.InFlight)],
            [.. seen.Select(one => one?.LatencyMilliseconds)],
            [.. seen.Select(one => one?.BaselineMilliseconds)],
            [.. seen.Select(one => one?.Answered)],
            [.. seen.Select(one => one?.Refused)]);
    }
}
