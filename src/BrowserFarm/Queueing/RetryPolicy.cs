namespace BrowserFarm.Queueing;

/// <summary>How often and how soon a failed job is tried again.</summary>
public sealed class RetryOptions
{
    /// <summary>Counted tries of one job. Default 4; 1 to 100.</summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>Upper end of the first random delay. Default 2 s.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Upper end of any random delay. Default 10 min.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest <c>Retry-After</c> that is believed. Default 24 h.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Times a target may send one job away before the job is given up. Default 20.</summary>
    public int MaxHolds { get; set; } = 20;

    /// <summary>Times a job may lose its browser before it is taken for the cause. Default 5.</summary>
    public int MaxRefunds { get; set; } = 5;
}

/// <summary>Delays between tries: exponential with full jitter. Pure.</summary>
/// <remarks>Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.</remarks>
internal static class RetryPolicy
{
    /// <summary>A random delay between zero and min(<see cref="RetryOptions.MaxDelay"/>, base · 2^(tries−1)).</summary>
    /// <param name="tries">Tries so far, at least 1.</param>
    /// <param name="random">A number in [0, 1).</param>
    public static TimeSpan Backoff(int tries, RetryOptions options, double random)
    {
        var ceiling = Math.Min(options.MaxDelay.TotalSeconds, options.BaseDelay.TotalSeconds * Math.Pow(2, Math.Min(tries - 1, 30)));
        return TimeSpan.FromSeconds(ceiling * random);
    }
}
