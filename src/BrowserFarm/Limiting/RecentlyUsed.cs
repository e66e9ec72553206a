namespace BrowserFarm.Limiting;

/// <summary>A dictionary of bounded size that forgets what was used longest ago. Not safe for concurrent use.</summary>
internal sealed class RecentlyUsed<TKey, TValue>(int capacity)
    where TKey : notnull
    where TValue : class
{
    /// <summary>Entries looked at for one that may go; so a row of those that may not costs no more than this.</summary>
    private const int Looks = 16;

    private readonly Dictionary<TKey, LinkedListNode<KeyValuePair<TKey, TValue>>> _nodes = [];
    private readonly LinkedList<KeyValuePair<TKey, TValue>> _order = [];   // used longest ago first

    public int Count => _nodes.Count;

    public IEnumerable<TValue> Values => _nodes.Values.Select(node => node.Value.Value);

    /// <summary>Used longest ago first.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> All => _order;

    /// <summary>The value, which counts as used now; null when it is not there.</summary>
    public TValue? Use(TKey key)
    {
        if (!_nodes.TryGetValue(key, out var node))
            return null;

        _order.Remove(node);
        _order.AddLast(node);
        return node.Value.Value;
    }

    /// <summary>The value, without using it; null when it is not there.</summary>
    public TValue? Find(TKey key) => _nodes.TryGetValue(key, out var node) ? node.Value.Value : null;

    /// <summary>Adds a value as the one used last, and forgets others when there are too many.</summary>
    /// <param name="mayGo">Whether a value may be forgotten; one that may not is passed over, and the bound with it if need be.</param>
    /// <exception cref="ArgumentException">The key is there already.</exception>
    public void Add(TKey key, TValue value, Func<TValue, bool> mayGo)
    {
        var node = new LinkedListNode<KeyValuePair<TKey, TValue>>(new(key, value));
        _nodes.Add(key, node);
        _order.AddLast(node);
        for (var i = 0; i < Looks && _nodes.Count > capacity; i++)
        {
            var oldest = _order.First!;
            _order.RemoveFirst();
            if (mayGo(oldest.Value.Value))
                _nodes.Remove(oldest.Value.Key);
            else
                _order.AddLast(oldest);
        }
    }
}
