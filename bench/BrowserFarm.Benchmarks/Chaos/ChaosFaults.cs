using BrowserFarm.Benchmarks.Machine;
using TestKit;

namespace BrowserFarm.Benchmarks.Chaos;

/// <summary>Does what chaos does to a running program, at random moments.</summary>
internal sealed class ChaosFaults(ChaosOptions options, ChaosSite site, ChaosLog log, ProcessCensus census)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Random _random = new(options.Seed);

    /// <summary>Lets the program run for a while and kills it; sometimes a browser or a driver of it a moment before.</summary>
    /// <returns>Whether it was killed; false when it ended before.</returns>
    public async Task<bool> KillAsync(FarmProcess farm, Task end)
    {
        var after = Between(0.2, 6);
        var killsBrowser = _random.Next(5) == 0;
        if (await EndsWithinAsync(end, after))
            return false;
        if (killsBrowser && KillBrowserOrDriver(farm.Pid) && await EndsWithinAsync(end, Between(0, 1.5)))
            return false;

        census.Take();
        Signal.Kill(farm.Pid);
        log.AddRound($"program {farm.Pid} killed after {after.TotalSeconds:0.0} s{(killsBrowser ? ", and a browser or driver of it before" : "")}");
        return true;
    }

    /// <summary>Lets the program run for a while, waits for a page that is being answered, and stops the program for longer than its claims hold.</summary>
    /// <returns>Whether it was stopped, and goes on now; false when it ended before.</returns>
    public async Task<bool> StopAsync(FarmProcess farm, Task end)
    {
        if (await EndsWithinAsync(end, Between(1.5, 5)))
            return false;
        while (site.Answering == 0)
        {
            if (await EndsWithinAsync(end, Pause))
                return false;
        }

        census.Take();
        var stopFor = ChaosOptions.ClaimFor + Between(0.5, 3);
        Signal.Stop(farm.Pid);
        try
        {
            await Task.Delay(stopFor, TimeProvider.System);
        }
        finally
        {
            Signal.Continue(farm.Pid);
        }

        log.AddRound($"program {farm.Pid} stopped for {stopFor.TotalSeconds:0.0} s");
        return true;
    }

    private bool KillBrowserOrDriver(int farm)
    {
        // Not what they started: a renderer that dies is one page's affair.
        var victims = ProcessTable.DescendantsOf(farm)
            .Where(process => process.CommandLine.Contains("run-driver", StringComparison.Ordinal)
                || (process.CommandLine.Contains("--user-data-dir=", StringComparison.Ordinal) && !process.CommandLine.Contains("--type=", StringComparison.Ordinal)))
            .ToList();
        if (victims.Count == 0)
            return false;

        census.Take();
        Signal.Kill(victims[_random.Next(victims.Count)].Pid);
        log.BrowsersKilled++;
        return true;
    }

    private TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + (_random.NextDouble() * (most - least)));

    private static async Task<bool> EndsWithinAsync(Task end, TimeSpan time) => await Task.WhenAny(end, Task.Delay(time, TimeProvider.System)) == end;
}
