using ContextPool.Memory;

namespace ContextPool.Leasing;

/// <summary>The places of a pool: how many there may be, who has one, who waits for one. Knows nothing of browsers.</summary>
/// <remarks>
/// A place is taken before a context is opened and freed after it is closed: <em>opening → leased → closing → free</em>, or straight from
/// opening to free. A context that is kept warm after its lease holds no place; who needs one has it closed
/// meanwhile, so that for a moment more may be taken than there are. A lower capacity only keeps new places from being taken. One lock
/// guards it all; nothing is awaited under it.
/// </remarks>
internal sealed class PlaceBook(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly WaitLine _line = new();
    private readonly Dictionary<long, ContextLease> _leases = [];
    private PoolCapacity _capacity;
    private int _opening;
    private int _closing;
    private bool _closed;

    /// <summary>Takes a place for an opening, waiting in line while there is none.</summary>
    /// <exception cref="TimeoutException">None came free within <see cref="LeaseRequest.WaitAtMost"/>.</exception>
    /// <exception cref="ObjectDisposedException">The book is closed.</exception>
    public async Task TakeAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        WaitLine.Waiter waiter;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(IContextPool));
            if (_line.Count == 0 && HasRoomUnsynchronized())
            {
                _opening++;
                return;
            }

            waiter = _line.JoinUnsynchronized();
        }

        try
        {
            await waiter.Served.WaitAsync(request.WaitAtMost, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            bool servedMeanwhile;
            lock (_gate)
                servedMeanwhile = !_line.LeaveUnsynchronized(waiter);
            if (servedMeanwhile && waiter.Served.IsCompletedSuccessfully)
                EndOpening();
            throw;
        }
    }

    /// <summary>An opening became a lease; false when the book was closed meanwhile and the place is still one that opens.</summary>
    public bool TryLend(ContextLease lease)
    {
        lock (_gate)
        {
            if (_closed)
                return false;

            _opening--;
            _leases.Add(lease.Id, lease);
            return true;
        }
    }

    /// <summary>A lease ended; false when that was said before. Its context keeps the place until it is closed, or kept warm without one.</summary>
    public bool TryTakeBack(ContextLease lease)
    {
        lock (_gate)
        {
            if (!_leases.Remove(lease.Id))
                return false;

            _closing++;
            return true;
        }
    }

    /// <summary>An opened context is to be closed without ever having been lent.</summary>
    public void TurnOpeningIntoClosing()
    {
        lock (_gate)
        {
            _opening--;
            _closing++;
        }
    }

    /// <summary>A context without a place is to be closed; until it is, it counts like any other.</summary>
    public void BeginClosing()
    {
        lock (_gate)
            _closing++;
    }

    /// <summary>An opening came to nothing: its place is free.</summary>
    public void EndOpening()
    {
        lock (_gate)
        {
            _opening--;
            ServeUnsynchronized();
        }
    }

    /// <summary>A context is closed, or lies warm without a place: its place is free.</summary>
    public void EndClosing()
    {
        lock (_gate)
        {
            _closing--;
            ServeUnsynchronized();
        }
    }

    /// <summary>Works out the capacity anew from the contexts whose pages have had time to grow.</summary>
    /// <param name="decide">Pure: settled contexts and places taken in, capacity out. Runs under the lock.</param>
    /// <returns>The capacity before and after.</returns>
    public (PoolCapacity Before, PoolCapacity After) SetCapacity(TimeSpan growthTime, Func<int, int, PoolCapacity> decide)
    {
        lock (_gate)
        {
            var before = _capacity;
            var settled = _closing + _leases.Values.Count(lease => time.GetElapsedTime(lease.StartedAt) >= growthTime);
            _capacity = decide(settled, _leases.Count + _opening + _closing);
            ServeUnsynchronized();
            return (before, _capacity);
        }
    }

    /// <summary>The leases for which a condition holds, at this instant.</summary>
    public IReadOnlyList<ContextLease> LeasesWhere(Func<ContextLease, bool> condition)
    {
        lock (_gate)
            return [.. _leases.Values.Where(condition)];
    }

    /// <summary>Lends no more; those in line are refused. Null when it was closed before.</summary>
    /// <returns>The leases that are out.</returns>
    public IReadOnlyList<ContextLease>? Close()
    {
        lock (_gate)
        {
            if (_closed)
                return null;

            _closed = true;
            while (_line.FirstUnsynchronized() is { } waiter)
                waiter.Refuse(new ObjectDisposedException(nameof(IContextPool)));
            return [.. _leases.Values];
        }
    }

    public (PoolCapacity Capacity, int Leased, int Closing, int Opening, int Waiting) Counts()
    {
        lock (_gate)
            return (_capacity, _leases.Count, _closing, _opening, _line.Count);
    }

    private bool HasRoomUnsynchronized() => _leases.Count + _opening + _closing < _capacity.Contexts;

    private void ServeUnsynchronized()
    {
        while (HasRoomUnsynchronized() && _line.FirstUnsynchronized() is { } waiter)
        {
            _opening++;
            waiter.Serve();
        }
    }
}
