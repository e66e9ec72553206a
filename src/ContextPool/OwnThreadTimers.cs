namespace ContextPool;

/// <summary>The system's clock with timers that each call back on a thread of their own.</summary>
/// <remarks>
/// Whoever looks after hung pages must not wait for a free thread, and whoever reads <c>/proc</c> must not keep one: a process that takes
/// memory as fast as it can holds up every reader of its files, for seconds. Measured, with bombs and loops on two cores: with timers on
/// the thread pool the watchdog came up to 3 s late while up to 23 callbacks waited for the pool's four threads.
/// Callbacks of one timer never overlap; ticks that fall due meanwhile are left out.
/// </remarks>
internal sealed class OwnThreadTimers : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new ThreadTimer(callback, state, dueTime, period);

    private sealed class ThreadTimer : ITimer
    {
        private const int StackBytes = 256 << 10;

        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly object _gate = new();   // waited on, which a Lock cannot be
        private readonly Thread _thread;
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long? _due;
        private TimeSpan _period;
        private bool _isDisposed;

        public ThreadTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            _state = state;
            Set(dueTime, period);
            _thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "ContextPool timer" };
            _thread.Start();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                if (_isDisposed)
                    return false;

                Set(dueTime, period);
                Monitor.Pulse(_gate);
                return true;
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _isDisposed = true;
                Monitor.Pulse(_gate);
            }
        }

        /// <summary>Completes when no callback runs any more; called from the callback itself, at once.</summary>
        public ValueTask DisposeAsync()
        {
            Dispose();
            return Thread.CurrentThread == _thread ? ValueTask.CompletedTask : new ValueTask(_ended.Task);
        }

        private void Set(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime == Timeout.InfiniteTimeSpan ? null : Environment.TickCount64 + (long)dueTime.TotalMilliseconds;
            _period = period;
        }

        private void Run()
        {
            while (WaitUntilDue())
                _callback(_state);
            _ended.SetResult();
        }

        /// <returns>False when there will be no more ticks.</returns>
        private bool WaitUntilDue()
        {
            lock (_gate)
            {
                while (!_isDisposed)
                {
                    var left = _due - Environment.TickCount64;
                    if (left <= 0)
                    {
                        Set(_period, _period);
                        return true;
                    }

                    Monitor.Wait(_gate, left is { } wait ? TimeSpan.FromMilliseconds(wait) : Timeout.InfiniteTimeSpan);
                }

                return false;
            }
        }
    }
}
