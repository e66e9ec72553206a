namespace BrowserFarm.Benchmarks.Rendering;

/// <summary>What a piece of work holds at once, garbage not counted: beside it memory is collected every few milliseconds, and looked at.</summary>
internal static class HeldMemory
{
    private const int Rounds = 5;

    /// <returns>The most that was alive at once beyond what was before it, of several rounds.</returns>
    public static long Of(Func<object?> work)
    {
        work();
        var most = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var before = Alive();
            using var done = new ManualResetEventSlim();
            var highest = before;
            var watch = new Thread(() =>
            {
                while (!done.Wait(TimeSpan.FromMilliseconds(3)))
                    highest = Math.Max(highest, Alive());
            });
            watch.Start();
            var made = work();
            done.Set();
            watch.Join();
            highest = Math.Max(highest, Alive());
            GC.KeepAlive(made);
            most = Math.Max(most, highest - before);
        }

        return most;
    }

    private static long Alive()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        return GC.GetTotalMemory(forceFullCollection: false);
    }
}
