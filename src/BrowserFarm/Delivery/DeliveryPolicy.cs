namespace BrowserFarm.Delivery;

/// <summary>What came of sending a message.</summary>
/// <param name="IsDelivered">The receiver has it.</param>
/// <param name="Problem">Otherwise why not, in words.</param>
/// <param name="RetryAfter">How long the receiver asked to be left alone; null when it did not.</param>
/// <param name="IsGone">The receiver wants no more messages, ever (410).</param>
internal readonly record struct SendOutcome(bool IsDelivered, string? Problem = null, TimeSpan? RetryAfter = null, bool IsGone = false);

/// <summary>When a message that did not arrive is sent again. Pure.</summary>
/// <remarks>Everything but 410 is tried again, for ever: a receiver that answers 404 or 401 is being set up, or mended.</remarks>
internal static class DeliveryPolicy
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>A receiver that asks for a longer pause is asked after this all the same.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromHours(1);

    /// <summary>Doubles from a second to five minutes, half of it by chance, and never less than was asked for.</summary>
    /// <param name="tries">Tries so far, at least 1.</param>
    /// <param name="random">A number in [0, 1).</param>
    public static TimeSpan Delay(int tries, TimeSpan? retryAfter, double random)
    {
        var ceiling = Math.Min(Longest.TotalSeconds, First.TotalSeconds * Math.Pow(2, Math.Min(tries - 1, 30)));
        var own = TimeSpan.FromSeconds(ceiling * (0.5 + (random / 2)));
        var asked = retryAfter < LongestAsked ? retryAfter.Value : retryAfter is null ? TimeSpan.Zero : LongestAsked;
        return asked > own ? asked : own;
    }
}
