using BrowserFarm.Benchmarks.Reporting;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>What the visits came to. Safe for concurrent use.</summary>
internal sealed class SoakLog
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Group, VisitEnd End), int> _ends = [];
    private readonly SortedDictionary<string, int> _reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Samples> _recoveries = [];
    private int _visits;

    /// <summary>Visits that have ended.</summary>
    public int Visits => Volatile.Read(ref _visits);

    /// <summary>Visits that ended so, all groups together.</summary>
    public int Count(VisitEnd end)
    {
        lock (_gate)
            return _ends.Where(entry => entry.Key.End == end).Sum(entry => entry.Value);
    }

    public int Count(string group, VisitEnd end)
    {
        lock (_gate)
            return _ends.GetValueOrDefault((group, end));
    }

    /// <summary>Why leases were lost, granted not at all, or calls failed, with their number; in order of the text.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Reasons
    {
        get
        {
            lock (_gate)
                return [.. _reasons];
        }
    }

    public void Add(Visit visit, VisitEnd end, string reason)
    {
        Interlocked.Increment(ref _visits);
        lock (_gate)
        {
            _ends[(GroupOf(visit), end)] = _ends.GetValueOrDefault((GroupOf(visit), end)) + 1;
            var key = $"{end}: {visit.Page}{(visit.KillsARenderer ? " (renderer killed)" : "")}{(reason.Length > 0 ? $": {reason}" : "")}";
            if (end != VisitEnd.Read)
                _reasons[key] = _reasons.GetValueOrDefault(key) + 1;
        }
    }

    /// <summary>A place came back, so long after its grant.</summary>
    /// <param name="wasLost">The pool had to take it back; only then is it a recovery.</param>
    public void Add(Visit visit, TimeSpan time, bool wasLost)
    {
        if (!wasLost)
            return;

        Recoveries(GroupOf(visit)).Add(time);
        Recoveries(visit.Page.ToString()).Add(time);
    }

    /// <summary>Grant to free place, of the leases that the pool took back.</summary>
    /// <param name="group">A row of the table, or a page by name.</param>
    public Samples Recoveries(string group)
    {
        lock (_gate)
        {
            if (!_recoveries.TryGetValue(group, out var samples))
                _recoveries[group] = samples = new Samples();
            return samples;
        }
    }

    /// <summary>The hostile pages of which the pool took a lease back.</summary>
    public IReadOnlyList<string> PagesTakenBack
    {
        get
        {
            lock (_gate)
                return [.. _recoveries.Keys.Where(key => key.Contains(':', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>The row of the table that a visit counts in.</summary>
    public static string GroupOf(Visit visit) => visit.KillsARenderer ? "Renderer killed" : visit.Page.Kind.ToString();
}
