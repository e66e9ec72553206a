using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>A pattern whose addresses are followed no further.</summary>
/// <param name="Pattern">Target and pattern, for example <c>https://example.org/calendar/#/#</c>.</param>
/// <param name="Followed">Addresses of it that were followed.</param>
public sealed record Trap(string Pattern, int Followed);

/// <summary>Counts a crawl's addresses by pattern and finds those patterns that go on without end. Safe to use from any thread.</summary>
/// <remarks>
/// Keeps the patterns used last, and of each the hash codes of its addresses and texts; what is beyond the bounds is forgotten with the pattern
/// used longest ago, which can only make it more lenient. So does a restart: nothing is stored. <see cref="TrapPolicy"/> decides.
/// </remarks>
public sealed class TrapDetector
{
    /// <summary>Most patterns that are kept.</summary>
    public const int MaxPatterns = 20_000;

    /// <summary>Most hash codes that are kept, of all patterns together: some 10 MB.</summary>
    public const int MaxHashes = 500_000;

    /// <summary>Texts of one pattern: more different ones than that are proof enough that it is none.</summary>
    private const int MaxTexts = 2000;

    /// <summary>Pages after which what was counted weighs half: a site changes what a pattern leads to.</summary>
    private const int Window = 400;

    private const int MaxTextLength = 1_000_000;
    private const int MaxTold = 100;

    private readonly int _limit;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = [];   // the one used last is first
    private readonly List<Trap> _traps = [];
    private int _hashes;

    /// <param name="limit">See <see cref="TrapPolicy.IsTrap"/>; more than half of <see cref="MaxHashes"/> is that.</param>
    public TrapDetector(int limit = TrapPolicy.DefaultLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        _limit = Math.Min(limit, MaxHashes / 2);
    }

    /// <summary>Patterns held in memory now.</summary>
    public int Patterns
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Hash codes held in memory now.</summary>
    public int Hashes
    {
        get
        {
            lock (_gate)
                return _hashes;
        }
    }

    /// <summary>What was found so far, the first hundred.</summary>
    public IReadOnlyList<Trap> Traps
    {
        get
        {
            lock (_gate)
                return [.. _traps];
        }
    }

    /// <summary>Asks whether an address that was found may be followed, and counts it when it may. One that was let pass before passes again.</summary>
    /// <param name="found">The trap, when this is the first address that is held back because of it; null otherwise.</param>
    public bool Admits(CanonicalUrl url, out Trap? found)
    {
        found = null;
        var pattern = UrlPattern.Of(url);
        var hash = url.Value.GetHashCode(StringComparison.Ordinal);
        lock (_gate)
        {
            var entry = UseUnsynchronized(pattern.Text, create: true)!;
            if (entry.Urls.Contains(hash))
                return true;

            if (TrapPolicy.IsTrap(new TrapFacts(pattern.Shape, entry.Urls.Count, entry.Read, entry.Fresh), _limit))
            {
                if (entry.IsTold)
                    return false;

                entry.IsTold = true;
                found = new Trap(pattern.Text, entry.Urls.Count);
                if (_traps.Count < MaxTold && !_traps.Exists(trap => trap.Pattern == pattern.Text))
                    _traps.Add(found);
                return false;
            }

            // A pattern of good pages may have any number; it is enough to know that it has many.
            if (entry.Urls.Count < _limit)
                KeepUnsynchronized(entry.Urls, hash);
            return true;
        }
    }

    /// <summary>Notes what a page brought.</summary>
    /// <param name="text">Its visible text.</param>
    public void NoteRead(CanonicalUrl url, string text)
    {
        var hash = HashOf(text);
        lock (_gate)
        {
            if (UseUnsynchronized(UrlPattern.Of(url).Text, create: false) is not { } entry)
                return;

            entry.Read++;
            if (entry.Texts.Count >= MaxTexts || !entry.Texts.Contains(hash))
                entry.Fresh++;
            if (entry.Texts.Count < MaxTexts)
                KeepUnsynchronized(entry.Texts, hash);
            if (entry.Read >= Window)
            {
                entry.Read /= 2;
                entry.Fresh /= 2;
            }
        }
    }

    /// <summary>Of the letters only: the same page with another date or number in it is the same.</summary>
    private static int HashOf(string text)
    {
        var hash = new HashCode();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxTextLength)))
        {
            if (char.IsLetter(c))
                hash.Add(c);
        }

        return hash.ToHashCode();
    }

    private Entry? UseUnsynchronized(string pattern, bool create)
    {
        if (_entries.TryGetValue(pattern, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }
        else if (create)
        {
            node = _byUse.AddFirst(new Entry(pattern));
            _entries.Add(pattern, node);
            ForgetUnsynchronized();
        }

        return node?.Value;
    }

    private void KeepUnsynchronized(HashSet<int> set, int hash)
    {
        if (!set.Add(hash))
            return;

        _hashes++;
        ForgetUnsynchronized();
    }

    /// <summary>Back within the bounds. The pattern in use is first in the list and never more than half of them.</summary>
    private void ForgetUnsynchronized()
    {
        while (_entries.Count > MaxPatterns || _hashes > MaxHashes)
        {
            var last = _byUse.Last!.Value;
            _byUse.RemoveLast();
            _entries.Remove(last.Pattern);
            _hashes -= last.Urls.Count + last.Texts.Count;
        }
    }

    private sealed class Entry(string pattern)
    {
        public string Pattern { get; } = pattern;

        public HashSet<int> Urls { get; } = [];

        public HashSet<int> Texts { get; } = [];

        public int Read { get; set; }

        public int Fresh { get; set; }

        public bool IsTold { get; set; }
    }
}
