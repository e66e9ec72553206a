using TestKit;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>One visit: a page, and whether a renderer is killed meanwhile.</summary>
/// <param name="Number">Rising from 1.</param>
internal sealed record Visit(int Number, HostilePage Page, bool KillsARenderer);

/// <summary>Which page comes next, by a seed; ends when the leases are used up. Safe for concurrent use.</summary>
internal sealed class SoakPlan(SoakOptions options, HostileSite site)
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<HostilePage> _hostile = options.Kinds.Count == 0 ? site.Pages : [.. site.Pages.Where(page => options.Kinds.Contains(page.Kind))];
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

            // Of all kinds, one choice more than there are hostile pages: an ordinary page, and somebody's renderer is killed.
            var choice = _random.Next(_hostile.Count + (options.Kinds.Count == 0 ? 1 : 0));
            return choice < _hostile.Count
                ? new Visit(_given, _hostile[choice], KillsARenderer: false)
                : new Visit(_given, site.Ordinary[0], KillsARenderer: true);
        }
    }
}
