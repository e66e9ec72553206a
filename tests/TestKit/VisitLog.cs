namespace TestKit;

/// <summary>Who came to a <see cref="TestSite"/>, how often, and how many at the same time.</summary>
internal sealed class VisitLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _visits = new(StringComparer.Ordinal);
    private readonly List<(string Path, int Change)> _comings = [];

    /// <summary>A request begins; disposing the answer ends it.</summary>
    public IDisposable Enter(string path, string target)
    {
        lock (_lock)
        {
            CountUnsynchronized(path);
            if (!string.Equals(target, path, StringComparison.Ordinal))
                CountUnsynchronized(target);
            _comings.Add((path, +1));
        }

        return new Visit(this, path);
    }

    public int VisitsTo(string target)
    {
        lock (_lock)
            return _visits.GetValueOrDefault(target);
    }

    public int PeakConcurrency(string prefix)
    {
        lock (_lock)
        {
            int present = 0, peak = 0;
            foreach (var (path, change) in _comings)
            {
                if (!path.StartsWith(prefix, StringComparison.Ordinal))
                    continue;
                present += change;
                peak = Math.Max(peak, present);
            }

            return peak;
        }
    }

    private void CountUnsynchronized(string target) => _visits[target] = _visits.GetValueOrDefault(target) + 1;

    private sealed class Visit(VisitLog log, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (log._lock)
                log._comings.Add((path, -1));
        }
    }
}
