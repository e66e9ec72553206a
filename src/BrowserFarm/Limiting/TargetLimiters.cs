using BrowserFarm.Jobs;

namespace BrowserFarm.Limiting;

/// <summary>One limit per target, shared by everybody who wants to ask that target for something.</summary>
public sealed class TargetLimiters(TargetLimitOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TargetKey, Entry> _targets = [];
    private readonly long _start = time.GetTimestamp();

    /// <summary>Raised, outside any lock, when a request ended: a target may be open again.</summary>
    public event Action? Released;

    /// <summary>A permit to ask the target once, or null when it must not be asked now.</summary>
    public Admission? TryAdmit(TargetKey target)
    {
        lock (_gate)
        {
            var entry = EntryUnsynchronized(target);
            if (!TargetLimit.IsOpen(entry.State, Now))
                return null;

            entry.State = TargetLimit.Start(entry.State, Now, entry.Spacing);
            return new Admission(this, target, entry.State.Epoch);
        }
    }

    /// <summary>How long until the target may be asked if nothing else happens; null when a request must end first.</summary>
    public TimeSpan? OpensIn(TargetKey target)
    {
        lock (_gate)
        {
            if (!_targets.TryGetValue(target, out var entry))
                return TimeSpan.Zero;

            return TargetLimit.OpensAt(entry.State) is { } at ? (at > Now ? at - Now : TimeSpan.Zero) : null;
        }
    }

    /// <summary>The target asked to be left alone for a while: also by those who got their permit before it did.</summary>
    public bool IsBlocked(TargetKey target)
    {
        lock (_gate)
            return _targets.TryGetValue(target, out var entry) && entry.State.BlockedUntil > Now;
    }

    /// <summary>Sets the least time between two requests to a target, as its robots.txt asks.</summary>
    public void SetSpacing(TargetKey target, TimeSpan spacing)
    {
        lock (_gate)
            EntryUnsynchronized(target).Spacing = spacing;
    }

    /// <summary>Targets with their limits, those with most requests in flight first.</summary>
    public IReadOnlyList<TargetLimitSnapshot> Snapshot(int atMost)
    {
        lock (_gate)
        {
            return [.. _targets
                .Select(pair => new TargetLimitSnapshot(
                    pair.Key, pair.Value.State.Limit, pair.Value.State.InFlight,
                    pair.Value.State.BlockedUntil > Now ? pair.Value.State.BlockedUntil - Now : TimeSpan.Zero))
                .OrderByDescending(target => target.InFlight).ThenByDescending(target => target.BlockedFor)
                .ThenBy(target => target.Target.Value, StringComparer.Ordinal)
                .Take(atMost)];
        }
    }

    internal void Release(Admission admission, TargetVerdict verdict, TimeSpan? retryAfter)
    {
        lock (_gate)
        {
            var entry = EntryUnsynchronized(admission.Target);
            entry.State = TargetLimit.End(entry.State, verdict, retryAfter, admission.Epoch, Now, options, Random.Shared.NextDouble());
        }

        Released?.Invoke();
    }

    private TimeSpan Now => time.GetElapsedTime(_start);

    private Entry EntryUnsynchronized(TargetKey target)
    {
        if (!_targets.TryGetValue(target, out var entry))
            _targets.Add(target, entry = new Entry(TargetLimit.Initial()));
        return entry;
    }

    private sealed class Entry(TargetLimitState state)
    {
        public TargetLimitState State { get; set; } = state;

        public TimeSpan Spacing { get; set; }
    }
}

/// <summary>One target's limit at one instant.</summary>
/// <param name="BlockedFor">Time until it may be asked again; zero when it may be asked now.</param>
public sealed record TargetLimitSnapshot(TargetKey Target, int Limit, int InFlight, TimeSpan BlockedFor);

/// <summary>Permission to ask a target once. Reported on exactly once; disposed without a report it counts as neutral.</summary>
public sealed class Admission : IDisposable
{
    private readonly TargetLimiters _limiters;
    private int _reported;

    internal Admission(TargetLimiters limiters, TargetKey target, long epoch)
    {
        _limiters = limiters;
        Target = target;
        Epoch = epoch;
    }

    public TargetKey Target { get; }

    internal long Epoch { get; }

    /// <summary>Says how the target took it. Only the first report counts.</summary>
    public void Report(TargetVerdict verdict, TimeSpan? retryAfter = null)
    {
        if (Interlocked.Exchange(ref _reported, 1) == 0)
            _limiters.Release(this, verdict, retryAfter);
    }

    public void Dispose() => Report(TargetVerdict.Neutral);
}
