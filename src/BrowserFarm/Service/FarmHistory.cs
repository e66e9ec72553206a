using BrowserFarm.Limiting;
using BrowserFarm.Operations;

namespace BrowserFarm.Service;

/// <summary>The farm at one instant, as far as charts show it.</summary>
/// <param name="Targets">The busiest first.</param>
public sealed record FarmMoment(
    DateTimeOffset At, double EndedPerSecond, long Waiting, long Running, long Succeeded, long Failed, int ContextsInUse, int Contexts, long MemoryUsedBytes, IReadOnlyList<TargetLimitSnapshot> Targets);

/// <summary>The last minutes of the farm, a moment a second: whoever opens the dashboard sees from where things come.</summary>
public sealed class FarmHistory
{
    /// <summary>Five minutes: some hundred kilobytes.</summary>
    public const int MaxMoments = 300;

    /// <summary>Targets kept of each moment.</summary>
    public const int MaxTargets = 6;

    private readonly Lock _gate = new();
    private readonly Queue<FarmMoment> _moments = new(MaxMoments);

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<FarmMoment> Moments
    {
        get
        {
            lock (_gate)
                return [.. _moments];
        }
    }

    internal void Note(DateTimeOffset at, FarmSnapshot now)
    {
        var moment = new FarmMoment(
            at, now.Flow.EndedPerSecond, now.Jobs.Queued + now.Jobs.Deferred, now.Jobs.Running, now.Jobs.Succeeded, now.Jobs.Failed, now.Pool.InUse, now.Pool.Capacity.Contexts,
            Math.Max(0, now.Pool.Memory.LimitBytes - now.Pool.Memory.AvailableBytes), [.. now.Targets.Take(MaxTargets)]);
        lock (_gate)
        {
            if (_moments.Count == MaxMoments)
                _moments.Dequeue();
            _moments.Enqueue(moment);
        }
    }
}
