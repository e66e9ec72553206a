namespace BrowserFarm.Api.Access;

/// <summary>Whether a request may be made now.</summary>
/// <param name="RetryAfter">Null when it may; else when the next one may.</param>
public readonly record struct RateVerdict(TimeSpan? RetryAfter)
{
    public bool IsAllowed => RetryAfter is null;
}

/// <summary>So many requests in a minute, evenly refilled, with a tenth of a minute's worth (at least one) at once. Safe for concurrent use.</summary>
/// <remarks>
/// A token bucket as in ITU-T I.371 and <c>System.Threading.RateLimiting</c>, whose own limiter reads the system's clock and so can be tried out only by waiting.
/// </remarks>
public sealed class TokenBucket
{
    private readonly TimeProvider _time;
    private readonly double _perSecond;
    private readonly double _capacity;
    private readonly Lock _lock = new();
    private double _level;
    private long _refilledAt;

    /// <param name="perMinute">At least 1.</param>
    public TokenBucket(int perMinute, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perMinute, 1);
        _time = time;
        _perSecond = perMinute / 60.0;
        _capacity = Math.Max(1, perMinute / 10.0);
        _level = _capacity;
        _refilledAt = time.GetTimestamp();
    }

    /// <summary>Counts a request when it may be made.</summary>
    public RateVerdict TryTake()
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            _level = Math.Min(_capacity, _level + (_time.GetElapsedTime(_refilledAt, now).TotalSeconds * _perSecond));
            _refilledAt = now;
            if (_level >= 1 - 1e-9)     // what is added in parts may come out a hair short of the whole
            {
                _level -= 1;
                return default;
            }

            return new RateVerdict(TimeSpan.FromSeconds((1 - _level) / _perSecond));
        }
    }
}
