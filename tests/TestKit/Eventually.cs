using System.Diagnostics;
using Xunit.Sdk;

namespace TestKit;

/// <summary>Waits for a state, with a bound.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns as soon as the condition holds; it is looked at every 20 ms of real time.</summary>
    /// <param name="because">What should have happened, for the one who reads the failure: <c>the idle context is closed</c>.</param>
    /// <exception cref="XunitException">The condition did not hold within the bound.</exception>
    public static Task HoldsAsync(Func<bool> condition, TimeSpan bound, string because) =>
        HoldsAsync(() => Task.FromResult(condition()), bound, because);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, TimeSpan, string)"/>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan bound, string because)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > bound)
                throw new XunitException($"Did not happen within {bound.TotalSeconds:0.#} s: {because}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
