namespace BrowserFarm.Demo;

/// <summary>A token bucket: lets a short burst pass, then a steady trickle.</summary>
/// <remarks>Starts full. Safe for concurrent use.</remarks>
internal sealed class BurstLimit(int burst, double perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes one token when there is one.</summary>
    /// <param name="wait">Time until the next token is there; zero when one was taken.</param>
    /// <returns>False when the caller is to be refused; nothing was taken then.</returns>
    public bool TryTake(out TimeSpan wait)
    {
        lock (_lock)
        {
            RefillUnsynchronized();

            if (_tokens >= 1)
            {
                _tokens -= 1;
                wait = TimeSpan.Zero;
                return true;
            }

            // One tick more than computed: rounding must not make an obedient caller come a hair too early.
            wait = TimeSpan.FromSeconds((1 - _tokens) / perSecond) + TimeSpan.FromTicks(1);
            return false;
        }
    }

    private void RefillUnsynchronized()
    {
        var now = time.GetTimestamp();
        var gained = time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond;
        _tokens = Math.Min(burst, _tokens + gained);
        _filledAt = now;
    }
}
