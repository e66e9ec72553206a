using BrowserFarm.Jobs;

namespace BrowserFarm.Scheduling;

/// <summary>Whether discovery is open now, for everybody who finds pages. Safe for concurrent use.</summary>
public sealed class DiscoveryGate
{
    private volatile DiscoveryState _state = DiscoveryState.Open;
    private long _deferred;

    internal DiscoveryState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>Pages that wait outside of the lines, at the last look.</summary>
    internal long Deferred
    {
        get => Interlocked.Read(ref _deferred);
        set => Interlocked.Exchange(ref _deferred, value);
    }

    /// <summary>The pages that were found, those marked that have to wait outside.</summary>
    public IReadOnlyList<NewJob> Pass(IReadOnlyList<NewJob> found)
    {
        var state = _state;
        return state == DiscoveryState.Open ? found : [.. found.Select(job => DiscoveryPolicy.Defers(state, job) ? job with { IsDeferred = true } : job)];
    }

    public DiscoverySnapshot Snapshot() => new(_state.Whole, [.. _state.Targets.Select(target => target.Value).Order(StringComparer.Ordinal)], Deferred);
}

/// <summary>Discovery at one instant.</summary>
/// <param name="Pause">Why links of every target wait outside.</param>
/// <param name="Targets">Targets whose links wait outside because they do not bear more requests, in order.</param>
/// <param name="Deferred">Pages that wait outside.</param>
public sealed record DiscoverySnapshot(DiscoveryPause Pause, IReadOnlyList<string> Targets, long Deferred);
