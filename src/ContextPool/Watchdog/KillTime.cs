namespace ContextPool.Watchdog;

/// <summary>How long a page may be silent before it is taken for hung.</summary>
public sealed class KillAfterOptions
{
    /// <summary>Never sooner than this. Default 20 s, two missed heartbeats; 0.5 s to 10 min.</summary>
    public TimeSpan Least { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Never later than this. Default 120 s; 0.5 s to 1 h.</summary>
    public TimeSpan Most { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>While fewer than <see cref="KillTime.EnoughSamples"/> successes are known. Default 45 s.</summary>
    public TimeSpan Default { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Added to three times the slowest usual success. Default 5 s; 0 to 1 min.</summary>
    public TimeSpan Buffer { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Learns from successful leases how long silence may last: three times the 99th percentile and a buffer, within bounds.</summary>
/// <remarks>
/// Per target once it has enough successes, else over all targets, else the default. Only successes teach: were kills counted, each
/// would make the next one later. A target nobody used for long is forgotten when there are too many.
/// </remarks>
public sealed class KillTime
{
    /// <summary>Successes after which a target (or all targets together) is judged by its own durations.</summary>
    public const int EnoughSamples = 100;

    private const int MaxTargets = 1000;

    private readonly KillAfterOptions _options;
    private readonly Lock _gate = new();
    private readonly Window _all = new();
    private readonly Dictionary<string, Window> _targets = new(StringComparer.Ordinal);
    private long _use;

    internal KillTime(KillAfterOptions options) => _options = options;

    /// <summary>A lease succeeded.</summary>
    /// <param name="target">Its key's target; null for a fresh context.</param>
    /// <param name="took">From the start of the lease to its return.</param>
    internal void Succeeded(string? target, TimeSpan took)
    {
        lock (_gate)
        {
            _all.Add(took);
            if (target is null)
                return;

            if (!_targets.TryGetValue(target, out var window))
            {
                if (_targets.Count >= MaxTargets)
                    _targets.Remove(_targets.MinBy(entry => entry.Value.LastUse).Key);
                _targets.Add(target, window = new Window());
            }

            window.LastUse = ++_use;
            window.Add(took);
        }
    }

    /// <summary>The silence after which a lease is ended.</summary>
    internal TimeSpan For(string? target)
    {
        lock (_gate)
        {
            var window = target is not null && _targets.TryGetValue(target, out var own) && own.Count >= EnoughSamples ? own : _all;
            if (window.Count < EnoughSamples)
                return _options.Default;

            var learned = (3 * window.P99) + _options.Buffer;
            return learned < _options.Least ? _options.Least : learned > _options.Most ? _options.Most : learned;
        }
    }

    /// <summary>The latest durations; the percentile is worked out only when something was added.</summary>
    private sealed class Window
    {
        private readonly TimeSpan[] _ring = new TimeSpan[500];
        private int _next;
        private TimeSpan? _p99;

        public int Count { get; private set; }

        public long LastUse { get; set; }

        public TimeSpan P99 => _p99 ??= WorkOut();

        public void Add(TimeSpan took)
        {
            _ring[_next] = took;
            _next = (_next + 1) % _ring.Length;
            Count = Math.Min(Count + 1, _ring.Length);
            _p99 = null;
        }

        /// <summary>Nearest rank.</summary>
        private TimeSpan WorkOut()
        {
            var sorted = _ring[..Count];
            Array.Sort(sorted);
            return sorted[(int)Math.Ceiling(0.99 * Count) - 1];
        }
    }
}
