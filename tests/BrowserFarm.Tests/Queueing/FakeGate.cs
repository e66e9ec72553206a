using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <summary>A gate in a test's hand: a limit of requests at once, and targets that are closed until a time. Safe for concurrent use.</summary>
internal sealed class FakeGate(TimeProvider clock) : ITargetGate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TargetKey, int> _inFlight = [];

    /// <summary>Requests in flight to one target, of those that <see cref="Limits"/> does not name.</summary>
    public int Limit { get; init; } = int.MaxValue;

    public Dictionary<TargetKey, int> Limits { get; } = [];

    public Dictionary<TargetKey, DateTimeOffset> ClosedUntil { get; } = [];

    /// <summary>Thrown when the gate is asked when it opens.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What the gate tells next as opened.</summary>
    public HashSet<TargetKey> Opened { get; } = [];

    /// <summary>Times a permit was asked for.</summary>
    public int Asked { get; private set; }

    public int InFlight
    {
        get
        {
            lock (_lock)
                return _inFlight.Values.Sum();
        }
    }

    public IDisposable? TryAdmit(TargetKey target, long waiting)
    {
        lock (_lock)
        {
            Asked++;
            if (WaitUnsynchronized(target) != TimeSpan.Zero)
                return null;

            _inFlight[target] = _inFlight.GetValueOrDefault(target) + 1;
            return new Permit(this, target);
        }
    }

    public bool IsBlocked(TargetKey target)
    {
        lock (_lock)
            return ClosedUntil.TryGetValue(target, out var until) && until > clock.GetUtcNow();
    }

    public TimeSpan? OpensIn(TargetKey target)
    {
        lock (_lock)
            return Fault is { } fault ? throw fault : WaitUnsynchronized(target);
    }

    public IReadOnlyCollection<TargetKey> TakeOpened()
    {
        lock (_lock)
        {
            TargetKey[] opened = [.. Opened];
            Opened.Clear();
            return opened;
        }
    }

    private TimeSpan? WaitUnsynchronized(TargetKey target)
    {
        if (_inFlight.GetValueOrDefault(target) >= Limits.GetValueOrDefault(target, Limit))
            return null;
        return ClosedUntil.TryGetValue(target, out var until) && until > clock.GetUtcNow() ? until - clock.GetUtcNow() : TimeSpan.Zero;
    }

    private sealed class Permit(FakeGate gate, TargetKey target) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            lock (gate._lock)
            {
                if (!_disposed)
                    gate._inFlight[target]--;
                _disposed = true;
            }
        }
    }
}
