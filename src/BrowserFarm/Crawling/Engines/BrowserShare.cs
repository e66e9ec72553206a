namespace BrowserFarm.Crawling.Engines;

/// <summary>Of pages that were tried without a browser, how many needed one; what is long ago counts less. Pure.</summary>
/// <param name="Tried">Pages, those of long ago in part; at most <see cref="MaxTried"/>.</param>
/// <param name="Needed">Of these, those that needed a browser.</param>
public readonly record struct BrowserShare(double Tried, double Needed)
{
    /// <summary>Pages after which enough is known.</summary>
    public const int Enough = 8;

    /// <summary>Beyond so many, old ones fade: forty pages, of which at the rate of <see cref="EngineMemory.SampleOneIn"/> half are replaced in 400 pages.</summary>
    private const int MaxTried = 40;

    /// <summary>
    /// From this share on the plain request is not worth while. A wasted one costs some milliseconds and a request, a needless browser a hundred times as much: so the browser
    /// is asked first only where nearly every page needs it.
    /// </summary>
    private const double NeedsFrom = 0.9;

    public bool IsKnown => Tried >= Enough;

    public bool NeedsBrowser => IsKnown && Needed / Tried >= NeedsFrom;

    public BrowserShare Next(bool needed)
    {
        var fade = Tried >= MaxTried ? (MaxTried - 1) / Tried : 1;
        return new BrowserShare((Tried * fade) + 1, (Needed * fade) + (needed ? 1 : 0));
    }
}
