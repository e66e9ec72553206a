namespace BrowserFarm.Scheduling;

/// <summary>As many workers at once as the budget says; whoever comes first goes first. The number may change at any time.</summary>
public sealed class WorkerSlots
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _limit;
    private int _taken;

    /// <param name="limit">Slots to begin with, at least 1.</param>
    public WorkerSlots(int limit) => _limit = Math.Max(1, limit);

    /// <summary>Slots in use; for a moment more than the limit after it was lowered.</summary>
    public int Taken
    {
        get
        {
            lock (_gate)
                return _taken;
        }
    }

    /// <summary>Slots there are.</summary>
    public int Limit
    {
        get
        {
            lock (_gate)
                return _limit;
        }

        set
        {
            lock (_gate)
            {
                _limit = Math.Max(1, value);
                WakeUnsynchronized();
            }
        }
    }

    /// <summary>Waits for a slot.</summary>
    /// <returns>Gives it back when disposed, once.</returns>
    /// <exception cref="OperationCanceledException">No slot is wanted any more; none is taken.</exception>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_gate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            WakeUnsynchronized();
        }

        try
        {
            await place.Value.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                // Woken and called off at the same moment: the slot is the next one's.
                if (place.List is null)
                    GiveBackUnsynchronized();
                else
                    _waiting.Remove(place);
            }

            throw;
        }

        return new Slot(this);
    }

    private void WakeUnsynchronized()
    {
        while (_taken < _limit && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _taken++;
            first.Value.SetResult();
        }
    }

    private void GiveBackUnsynchronized()
    {
        _taken--;
        WakeUnsynchronized();
    }

    private sealed class Slot(WorkerSlots slots) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 1)
                return;

            lock (slots._gate)
                slots.GiveBackUnsynchronized();
        }
    }
}
