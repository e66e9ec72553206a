namespace ContextPool.Leasing;

/// <summary>Open contexts between two leases. The one returned last is lent first, so that the others grow old and go.</summary>
/// <remarks>A few hundred entries at most: it is searched from its young end. One lock; nothing is awaited under it.</remarks>
internal sealed class WarmShelf
{
    private readonly Lock _gate = new();
    private readonly LinkedList<ShelvedContext> _shelf = new();   // youngest first
    private bool _closed;

    public int Count
    {
        get
        {
            lock (_gate)
                return _shelf.Count;
        }
    }

    public int Blanks
    {
        get
        {
            lock (_gate)
                return _shelf.Count(entry => entry.Key is null);
        }
    }

    /// <summary>All that lie here now, the youngest first.</summary>
    public IReadOnlyList<ShelvedContext> All()
    {
        lock (_gate)
            return [.. _shelf];
    }

    /// <summary>False when the shelf is closed: close the context instead.</summary>
    public bool TryPut(ShelvedContext entry)
    {
        lock (_gate)
        {
            if (_closed)
                return false;

            _shelf.AddFirst(entry);
            return true;
        }
    }

    /// <summary>Takes a context of this key and profile; with a null key a blank one.</summary>
    public ShelvedContext? TryTake(ContextKey? key, string profile) =>
        TakeFirst(youngestFirst: true, entry => entry.Key == key && entry.Context.Profile == profile);

    /// <summary>Takes the one that has lain longest.</summary>
    public ShelvedContext? TryTakeOldest() => TakeFirst(youngestFirst: false, _ => true);

    /// <summary>Takes this one, if it still lies here.</summary>
    public bool TryTake(ShelvedContext entry)
    {
        lock (_gate)
            return _shelf.Remove(entry);
    }

    /// <summary>Takes all for which a condition holds.</summary>
    public IReadOnlyList<ShelvedContext> TakeWhere(Func<ShelvedContext, bool> condition)
    {
        lock (_gate)
        {
            var taken = _shelf.Where(condition).ToList();
            foreach (var entry in taken)
                _shelf.Remove(entry);
            return taken;
        }
    }

    /// <summary>Takes no more.</summary>
    /// <returns>Those that lay here.</returns>
    public IReadOnlyList<ShelvedContext> Close()
    {
        lock (_gate)
            _closed = true;
        return TakeWhere(_ => true);
    }

    private ShelvedContext? TakeFirst(bool youngestFirst, Func<ShelvedContext, bool> condition)
    {
        lock (_gate)
        {
            for (var node = youngestFirst ? _shelf.First : _shelf.Last; node is not null; node = youngestFirst ? node.Next : node.Previous)
            {
                if (!condition(node.Value))
                    continue;

                _shelf.Remove(node);
                return node.Value;
            }

            return null;
        }
    }
}
