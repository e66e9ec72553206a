using BrowserFarm.Jobs;

namespace BrowserFarm.Limiting;

/// <summary>One limit per target, shared by everybody who wants to ask that target for something.</summary>
/// <remarks>
/// Bounded: of more than <see cref="MaxTargets"/> targets, those are forgotten whose last use is longest ago, unless a request is in
/// flight to them or they asked to be left alone.
/// </remarks>
public sealed class TargetLimiters(TargetLimitOptions options, TimeProvider time)
{
    /// <summary>Targets remembered: some 40 MB, reckoned and not measured.</summary>
    public const int MaxTargets = 50_000;

    private readonly Lock _gate = new();
    private readonly RecentlyUsed<TargetKey, Entry> _targets = new(MaxTargets);
    private readonly Dictionary<TargetKey, Entry> _active = [];   // with attempts in hand
    private readonly HashSet<TargetKey> _opened = [];
    private readonly long _start = time.GetTimestamp();
    private int _workers = int.MaxValue;
    private TargetRules _rules = new(options, new Dictionary<string, TargetLimitOptions>(StringComparer.Ordinal));

    /// <summary>Raised, outside any lock, when a target is done with a request or an attempt ended: a target may be open again.</summary>
    public event Action? Released;

    /// <summary>A target refused, or grew slow, and its limit was lowered; with whether it is now left alone for a time. Must not wait.</summary>
    public event Action<bool>? Lowered;

    /// <summary>Workers that all targets share; no target gets more than its part while others want theirs. Default: more than anybody could use.</summary>
    public int Workers
    {
        get => Volatile.Read(ref _workers);
        set => Volatile.Write(ref _workers, Math.Max(1, value));
    }

    /// <summary>Other bounds hold from now on: a limit that is above its target's new one is lowered at once; requests in flight are left to end.</summary>
    public void Apply(TargetRules rules)
    {
        lock (_gate)
        {
            _rules = rules;
            foreach (var (target, entry) in _targets.All)
            {
                entry.Options = rules.For(target);
                entry.State = entry.State with { Limit = Math.Min(entry.State.Limit, entry.Options.Max) };
            }
        }

        Released?.Invoke();
    }

    /// <summary>A permit to ask the target once, or null when it must not be asked now.</summary>
    /// <param name="waiting">Jobs of the target that wait beside this one: without them it wants no more workers than it has.</param>
    public Admission? TryAdmit(TargetKey target, long waiting = 0)
    {
        lock (_gate)
        {
            var entry = EntryUnsynchronized(target);
            entry.Waiting = (int)Math.Clamp(waiting, 0, int.MaxValue / 2);
            if (!TargetLimit.IsOpen(entry.State, Now) || !HasShareUnsynchronized(target, entry))
                return null;

            (entry.State, var token) = TargetLimit.Start(entry.State, Now, entry.Gap, entry.Options);
            entry.IsDirty = true;
            entry.InHand++;
            _active[target] = entry;
            return new Admission(this, target, token);
        }
    }

    /// <summary>How long until the target may be asked if nothing else happens; null when a request must end first: <see cref="TakeOpened"/> will tell.</summary>
    public TimeSpan? OpensIn(TargetKey target)
    {
        lock (_gate)
        {
            if (_targets.Find(target) is not { } entry)
                return TimeSpan.Zero;
            entry.IsWaitedFor = !HasRoomUnsynchronized(target, entry);
            if (entry.IsWaitedFor || TargetLimit.OpensAt(entry.State) is not { } at)
                return null;
            return at > Now ? at - Now : TimeSpan.Zero;
        }
    }

    /// <summary>Targets of which it was said that a request must end first, and one has: each is told once. In no order.</summary>
    public IReadOnlyCollection<TargetKey> TakeOpened()
    {
        lock (_gate)
        {
            if (_opened.Count == 0)
                return [];

            TargetKey[] opened = [.. _opened];
            _opened.Clear();
            return opened;
        }
    }

    /// <summary>The target asked to be left alone for a while: also by those who got their permit before it did.</summary>
    public bool IsBlocked(TargetKey target)
    {
        lock (_gate)
            return _targets.Find(target) is { } entry && entry.State.BlockedUntil > Now;
    }

    /// <summary>There must be some time between two requests to the target: nobody may ask it twice on one permit.</summary>
    public bool IsSpaced(TargetKey target)
    {
        lock (_gate)
            return (_targets.Find(target)?.Gap ?? _rules.For(target).Spacing) > TimeSpan.Zero;
    }

    /// <summary>Sets the least time between two requests to a target, as its robots.txt asks; less than the configured one changes nothing.</summary>
    public void SetSpacing(TargetKey target, TimeSpan spacing)
    {
        lock (_gate)
        {
            var entry = EntryUnsynchronized(target);
            entry.Spacing = spacing;
            entry.IsDirty = true;
        }
    }

    /// <summary>Targets with their limits, those with most requests in flight first.</summary>
    public IReadOnlyList<TargetLimitSnapshot> Snapshot(int atMost)
    {
        lock (_gate)
        {
            return [.. _targets.All
                .Select(pair => SnapshotOf(pair.Key, pair.Value))
                .OrderByDescending(target => target.InFlight).ThenByDescending(target => target.BlockedFor)
                .ThenBy(target => target.Target.Value, StringComparer.Ordinal)
                .Take(atMost)];
        }
    }

    /// <summary>Targets whose limit is known, and those of them that refused and are left alone for a time.</summary>
    public (int Known, int Blocked) Count()
    {
        lock (_gate)
        {
            var now = Now;
            return (_targets.Count, _targets.Values.Count(entry => entry.State.BlockedUntil > now));
        }
    }

    /// <summary>Requests at once that the targets with attempts in hand bear together.</summary>
    public int Bear()
    {
        lock (_gate)
            return _active.Values.Sum(entry => entry.State.Allowed);
    }

    /// <summary>One target's limit; null when it was never asked, or not for so long that it was forgotten.</summary>
    public TargetLimitSnapshot? Find(TargetKey target)
    {
        lock (_gate)
            return _targets.Find(target) is { } entry ? SnapshotOf(target, entry) : null;
    }

    /// <summary>How the targets together answer: the middle of latest median against baseline over those asked in the last minute; null when none is known.</summary>
    /// <remarks>
    /// At least half of them are so much slower, or more. Not the mean: a single target in trouble, ten times as slow, would take the workers from all the others.
    /// </remarks>
    public double? LatencyRatio()
    {
        lock (_gate)
        {
            var ratios = _targets.All.Reverse()
                .TakeWhile(pair => Now - pair.Value.State.LastUse < TimeSpan.FromMinutes(1))
                .Select(pair => pair.Value.State.Latency.Ratio)
                .OfType<double>().Order().ToList();
            return ratios.Count == 0 ? null : ratios[(ratios.Count - 1) / 2];
        }
    }

    /// <summary>What changed since the last call and is worth surviving a restart.</summary>
    public IReadOnlyList<StoredTargetLimit> TakeChanges()
    {
        lock (_gate)
        {
            var now = Now;
            var changed = _targets.All.Where(pair => pair.Value.IsDirty).ToList();
            foreach (var (_, entry) in changed)
                entry.IsDirty = false;
            return [.. changed.Select(pair => StoredTargetLimit.From(pair.Key, pair.Value.State, pair.Value.Spacing, now, time.GetUtcNow()))];
        }
    }

    /// <summary>Takes up what was stored; targets that are known already keep what they have.</summary>
    public void Restore(IEnumerable<StoredTargetLimit> stored)
    {
        lock (_gate)
        {
            foreach (var limit in stored.OrderBy(limit => limit.UsedAt))
            {
                if (_targets.Find(limit.Target) is null)
                    _targets.Add(limit.Target, Restored(limit), IsForgettable);
            }
        }
    }

    /// <summary>The target is done with a request; the attempt goes on.</summary>
    internal void Release(Admission admission, TimeSpan firstByte)
    {
        lock (_gate)
        {
            var entry = EntryUnsynchronized(admission.Target);
            entry.State = TargetLimit.End(entry.State, admission.Token, new LimitReport(TargetVerdict.Good, FirstByte: firstByte), Now, entry.Options, Random.Shared.NextDouble());
            entry.IsDirty = true;
            NoteOpenUnsynchronized(admission.Target, entry);
        }

        Released?.Invoke();
    }

    /// <summary>An attempt ended.</summary>
    /// <param name="wasReleased">The target was done with it before.</param>
    internal void End(Admission admission, LimitReport report, bool wasReleased)
    {
        bool isLower, isBlocked;
        lock (_gate)
        {
            var entry = EntryUnsynchronized(admission.Target);
            var before = entry.State;
            entry.State = wasReleased
                ? TargetLimit.EndAgain(entry.State, admission.Token, report, Now, entry.Options, Random.Shared.NextDouble())
                : TargetLimit.End(entry.State, admission.Token, report, Now, entry.Options, Random.Shared.NextDouble());
            entry.Answered++;
            if (report.Verdict is TargetVerdict.Throttled or TargetVerdict.Overloaded)
                entry.Refused++;
            (isLower, isBlocked) = (entry.State.Limit < before.Limit, entry.State.BlockedUntil > before.BlockedUntil);
            entry.IsDirty = true;
            entry.InHand--;
            if (entry.InHand == 0)
                _active.Remove(admission.Target);
            NoteOpenUnsynchronized(admission.Target, entry);
        }

        if (isLower || isBlocked)
            Lowered?.Invoke(isBlocked);
        Released?.Invoke();
    }

    private TimeSpan Now => time.GetElapsedTime(_start);

    private Entry EntryUnsynchronized(TargetKey target)
    {
        if (_targets.Use(target) is { } known)
            return known;

        var entry = new Entry(TargetLimit.Initial(), TimeSpan.Zero, _rules.For(target));
        _targets.Add(target, entry, IsForgettable);
        return entry;
    }

    private Entry Restored(StoredTargetLimit limit)
    {
        var bounds = _rules.For(limit.Target);
        return new Entry(limit.ToState(Now, time.GetUtcNow(), bounds), limit.Spacing, bounds);
    }

    /// <summary>Whoever waited for a request to end hears of it with the next look.</summary>
    private void NoteOpenUnsynchronized(TargetKey target, Entry entry)
    {
        if (!entry.IsWaitedFor || !HasRoomUnsynchronized(target, entry))
            return;

        entry.IsWaitedFor = false;
        _opened.Add(target);
    }

    /// <summary>Nothing of its own stands in the way but time.</summary>
    private bool HasRoomUnsynchronized(TargetKey target, Entry entry) => TargetLimit.OpensAt(entry.State) is not null && HasShareUnsynchronized(target, entry);

    private bool HasShareUnsynchronized(TargetKey target, Entry entry)
    {
        var workers = Workers;
        if (entry.InHand == 0 || workers == int.MaxValue)
            return true;

        var others = _active.Where(pair => pair.Key != target).Select(pair => pair.Value.Demand).ToList();
        return WorkerShare.Allows(workers, entry.InHand, others);
    }

    private bool IsForgettable(Entry entry) => entry.InHand == 0 && entry.State.BlockedUntil <= Now && entry.State.NextStart <= Now;

    private TargetLimitSnapshot SnapshotOf(TargetKey target, Entry entry) => new(
        target, entry.State.Allowed, entry.State.InFlight,
        entry.State.BlockedUntil > Now ? entry.State.BlockedUntil - Now : TimeSpan.Zero,
        entry.State.NextStart > Now ? entry.State.NextStart - Now : TimeSpan.Zero,
        entry.State.Latency.Latest, entry.State.Latency.Baseline, entry.State.Duration)
    {
        Answered = entry.Answered,
        Refused = entry.Refused,
    };

    private sealed class Entry(TargetLimitState state, TimeSpan spacing, TargetLimitOptions options)
    {
        public TargetLimitState State { get; set; } = state;

        /// <summary>What its robots.txt asks for.</summary>
        public TimeSpan Spacing { get; set; } = spacing;

        public TargetLimitOptions Options { get; set; } = options;

        /// <summary>Least time between two requests.</summary>
        public TimeSpan Gap => Spacing > Options.Spacing ? Spacing : Options.Spacing;

        public bool IsDirty { get; set; }

        /// <summary>Attempts that have a worker: requests in flight, and pages that the target is done with and we are not.</summary>
        public int InHand { get; set; }

        public long Answered { get; set; }

        public long Refused { get; set; }

        /// <summary>Somebody was told that a request must end first.</summary>
        public bool IsWaitedFor { get; set; }

        /// <summary>Its jobs that waited when it was asked for last.</summary>
        public int Waiting { get; set; }

        public WorkerDemand Demand => new(InHand, InHand + Math.Min(Math.Max(0, State.Allowed - State.InFlight), Waiting));
    }
}
