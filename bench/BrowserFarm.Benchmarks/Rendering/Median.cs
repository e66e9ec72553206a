using System.Diagnostics;

namespace BrowserFarm.Benchmarks.Rendering;

/// <summary>Times a piece of work that runs in this process.</summary>
internal static class Median
{
    private const int Rounds = 15;

    /// <returns>The median of several rounds after two that are not counted, and what one round allocates.</returns>
    public static (TimeSpan Time, long AllocatedBytes) Of(Action work)
    {
        work();
        work();
        var times = new List<TimeSpan>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            work();
            times.Add(Stopwatch.GetElapsedTime(began));
        }

        times.Sort();
        return (times[Rounds / 2], (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds);
    }
}
