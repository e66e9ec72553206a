using TestKit;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>One visit: a page, and whether a renderer is killed meanwhile.</summary>
/// <param name="Number">Rising from 1.</param>
internal sealed record Visit(int Number, HostilePage Page, bool KillsARenderer);

/// <summary>Which page comes next, by a seed; ends when the leases are used up. Safe for concurrent use.</summary>
internal sealed class SoakPlan(SoakOptions options, HostileSite site)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(options.Seed);
    private int _given;

    /// <returns>Null when there is none left.</returns>
    public Visit? Next()
    {
        lock (_gate)
        {
            if (_given >= options.Leases)
                return null;

            _given++;
            if (_random.Next(100) >= options.HostilePercent)
                return new Visit(_given, site.Ordinary[_random.Next(site.Ordinary.Count)], KillsARenderer: false);

            // One choice more than there are hostile pages: an ordinary page, and somebody's renderer is killed.
            var choice = _random.Next(site.Pages.Count + 1);
            return choice < site.Pages.Count
                ? new Visit(_given, site.Pages[choice], KillsARenderer: false)
                : new Visit(_given, site.Ordinary[0], KillsARenderer: true);
        }
    }
}
