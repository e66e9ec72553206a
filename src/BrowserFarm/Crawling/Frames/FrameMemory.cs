using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling.Frames;

/// <summary>What was learned of sites: whose pages are the same in tabs that draw nothing. May be used by several threads; bounded; begins anew when the program does.</summary>
public sealed class FrameMemory
{
    private const int MaxTargets = 50_000;

    /// <summary>Kinds of pages that are told apart, by the pattern of their address; further ones are taken for known.</summary>
    private const int MaxKinds = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<TargetKey, FrameTrial> _trials = [];
    private readonly Dictionary<string, bool> _kinds = new(StringComparer.Ordinal);   // whether they are the same

    /// <summary>What to read a page in, as far as its site goes.</summary>
    public TabChoice Choose(CanonicalUrl url)
    {
        lock (_gate)
            return _trials.GetValueOrDefault(url.Target).Choose(KindUnsynchronized(url));
    }

    /// <summary>A page was read in one kind of tab.</summary>
    public void Read(CanonicalUrl url, bool frameless)
    {
        lock (_gate)
            NextUnsynchronized(url, trial => trial.Read(frameless));
    }

    /// <summary>A page was read in both.</summary>
    /// <returns>What this changed.</returns>
    public FrameNews Compared(CanonicalUrl url, bool same)
    {
        lock (_gate)
        {
            var pattern = UrlPattern.Of(url).Text;
            var isFirst = !_kinds.TryGetValue(pattern, out var known) || (known && !same);
            if (isFirst && (_kinds.Count < MaxKinds || _kinds.ContainsKey(pattern)))
                _kinds[pattern] = same;

            var before = _trials.GetValueOrDefault(url.Target);
            var after = NextUnsynchronized(url, trial => same ? trial.WasSame() : trial.WasOther(isFirst));
            return after.IsGivenUp && !before.IsGivenUp ? FrameNews.SiteGivenUp
                : !same && isFirst ? FrameNews.KindDiffers
                : after.IsProven && !before.IsProven ? FrameNews.SiteProven
                : FrameNews.None;
        }
    }

    private bool? KindUnsynchronized(CanonicalUrl url) =>
        _kinds.TryGetValue(UrlPattern.Of(url).Text, out var same) ? same : _kinds.Count < MaxKinds ? null : true;

    private FrameTrial NextUnsynchronized(CanonicalUrl url, Func<FrameTrial, FrameTrial> step)
    {
        var isKnown = _trials.TryGetValue(url.Target, out var trial);
        var next = step(trial);
        if (isKnown || _trials.Count < MaxTargets)
            _trials[url.Target] = next;
        return next;
    }
}

/// <summary>What a comparison changed for its site.</summary>
public enum FrameNews
{
    None,

    /// <summary>Enough pages were the same.</summary>
    SiteProven,

    /// <summary>Pages like this one are read in ordinary tabs from now on.</summary>
    KindDiffers,

    /// <summary>All pages of the site are.</summary>
    SiteGivenUp,
}
