using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling.Frames;

/// <summary>What a crawl has learned of its sites: whose pages are the same in tabs that draw nothing. May be used by several threads; bounded; begins anew when the crawl is resumed.</summary>
public sealed class FrameMemory
{
    private const int MaxTargets = 50_000;

    /// <summary>Kinds of pages that are told apart, by the pattern of their address; further ones are taken for known.</summary>
    private const int MaxKinds = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<TargetKey, FrameTrial> _trials = [];
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);

    /// <summary>What to read a page in, as far as its site goes.</summary>
    public TabChoice Choose(CanonicalUrl url)
    {
        lock (_gate)
            return _trials.GetValueOrDefault(url.Target).Choose(isNewKind: _kinds.Count < MaxKinds && !_kinds.Contains(UrlPattern.Of(url).Text));
    }

    /// <summary>A page was read in one kind of tab.</summary>
    public void Read(CanonicalUrl url, bool frameless) => Next(url, trial => trial.Read(frameless));

    /// <summary>A page was read in both.</summary>
    /// <returns>What this changed for its site: proven true or false; null when nothing.</returns>
    public bool? Compared(CanonicalUrl url, bool same)
    {
        lock (_gate)
        {
            if (same && _kinds.Count < MaxKinds)
                _kinds.Add(UrlPattern.Of(url).Text);
            var before = _trials.GetValueOrDefault(url.Target);
            var after = Next(url, trial => trial.Compared(same));
            return after.Differs != before.Differs ? false : after.IsProven && !before.IsProven ? true : null;
        }
    }

    private FrameTrial Next(CanonicalUrl url, Func<FrameTrial, FrameTrial> step)
    {
        lock (_gate)
        {
            var isKnown = _trials.TryGetValue(url.Target, out var trial);
            var next = step(trial);
            if (isKnown || _trials.Count < MaxTargets)
                _trials[url.Target] = next;
            return next;
        }
    }
}
