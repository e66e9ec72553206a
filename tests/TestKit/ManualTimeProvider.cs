namespace TestKit;

/// <summary>A clock that stands still until a test advances it.</summary>
/// <remarks>
/// Safe for concurrent use. Timers fire inside <see cref="Advance"/>, on the thread that called it, in the order of their due times, and see
/// the time at which they were due. A timer that is due at once fires with the next advance, be it of zero: creating a timer never runs it.
/// </remarks>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _armed = [];
    private long _now;          // ticks since the start
    private long _target;       // where the advances asked for so far lead; several threads may be on the way at once
    private long _armings;

    /// <summary>Starts at noon UTC on 1 January 2026.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers that are waiting to fire; a test waits for this before it advances past a delay in other code.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_lock)
                return _armed.Count;
        }
    }

    public override DateTimeOffset GetUtcNow() => start.ToUniversalTime().AddTicks(GetTimestamp());

    public override long GetTimestamp()
    {
        lock (_lock)
            return _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires every timer that becomes due on the way.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public void Advance(TimeSpan step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, TimeSpan.Zero);

        lock (_lock)
            _target += step.Ticks;

        while (TakeDue() is { } timer)
            timer.Fire();
    }

    private ManualTimer? TakeDue()
    {
        lock (_lock)
        {
            var next = _armed.Where(timer => timer.DueAt <= _target).MinBy(timer => (timer.DueAt, timer.Arming));
            if (next is null)
            {
                _now = _target;
                return null;
            }

            _now = Math.Max(_now, next.DueAt);
            if (next.Period > 0)
                ArmUnsynchronized(next, next.DueAt + next.Period);
            else
                _armed.Remove(next);
            return next;
        }
    }

    private void ArmUnsynchronized(ManualTimer timer, long dueAt)
    {
        timer.DueAt = dueAt;
        timer.Arming = ++_armings;
        if (!_armed.Contains(timer))
            _armed.Add(timer);
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        /// <summary>All three in ticks or order numbers of the clock, guarded by its lock. A period of zero fires once.</summary>
        public long DueAt { get; set; }
        public long Period { get; private set; }
        public long Arming { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            RequireInfiniteOrMore(dueTime, nameof(dueTime));
            RequireInfiniteOrMore(period, nameof(period));

            lock (clock._lock)
            {
                if (_disposed)
                    return false;

                Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    clock._armed.Remove(this);
                else
                    clock.ArmUnsynchronized(this, clock._now + dueTime.Ticks);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                clock._armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private static void RequireInfiniteOrMore(TimeSpan value, string name)
        {
            if (value != Timeout.InfiniteTimeSpan)
                ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        }
    }
}
