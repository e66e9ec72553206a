namespace ContextPool.Leasing;

/// <summary>Those who wait for a place, first come first served. The caller holds the pool's lock.</summary>
internal sealed class WaitLine
{
    private readonly LinkedList<Waiter> _waiters = new();

    public int Count => _waiters.Count;

    public Waiter JoinUnsynchronized()
    {
        var waiter = new Waiter();
        waiter.Node = _waiters.AddLast(waiter);
        return waiter;
    }

    /// <summary>Takes a waiter out; false when it was already served or taken out.</summary>
    public bool LeaveUnsynchronized(Waiter waiter)
    {
        if (waiter.Node is not { } node)
            return false;

        waiter.Node = null;
        _waiters.Remove(node);
        return true;
    }

    public Waiter? FirstUnsynchronized()
    {
        if (_waiters.First is not { } first)
            return null;

        LeaveUnsynchronized(first.Value);
        return first.Value;
    }

    /// <summary>One place in the line. Its task completes when a place in the pool has been given to it.</summary>
    internal sealed class Waiter
    {
        private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Waiter>? Node { get; set; }

        public Task Served => _served.Task;

        public void Serve() => _served.TrySetResult();

        public void Refuse(Exception reason) => _served.TrySetException(reason);
    }
}
