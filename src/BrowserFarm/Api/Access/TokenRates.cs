using System.Collections.Concurrent;

namespace BrowserFarm.Api.Access;

/// <summary>How often each token may ask, and how often anybody may guess. Safe for concurrent use.</summary>
/// <remarks>
/// A bucket is kept by name and rate: a reload that changes neither gives nobody a full bucket again, and one that changes the rate begins a new one.
/// There are as many as the files of this process ever named, so they need no bound.
/// </remarks>
public sealed class TokenRates(TimeProvider time)
{
    /// <summary>Wrong secrets that are answered in a minute, of all clients together; right ones are not held up by them.</summary>
    private const int GuessesPerMinute = 600;

    private readonly ConcurrentDictionary<(string Name, int PerMinute), TokenBucket> _buckets = new();
    private readonly TokenBucket _guesses = new(GuessesPerMinute, time);

    /// <summary>Counts a request of a token.</summary>
    public RateVerdict TryTake(AccessToken token) =>
        token.RequestsPerMinute is { } perMinute ? _buckets.GetOrAdd((token.Name, perMinute), static (key, clock) => new TokenBucket(key.PerMinute, clock), time).TryTake() : default;

    /// <summary>Counts a secret that is nobody's.</summary>
    public RateVerdict TryGuess() => _guesses.TryTake();
}
