namespace BrowserFarm.Crawling.Frames;

/// <summary>What is known of a site's pages in tabs that draw nothing. Pure.</summary>
/// <param name="Rendered">Pages read in an ordinary tab alone.</param>
/// <param name="Same">Pages that were the same in both kinds of tabs.</param>
/// <param name="KindsThatDiffer">Kinds of pages of which one was not.</param>
/// <param name="SinceCompared">Pages read in a frameless tab alone since one was compared.</param>
public readonly record struct FrameTrial(int Rendered, int Same, int KindsThatDiffer, int SinceCompared)
{
    /// <summary>
    /// Pages of a site that are read before the first is compared. A comparison asks the site for a page again; below this a crawl is over before that has paid.
    /// </summary>
    public const int Warmup = 50;

    /// <summary>Pages that must be the same before one is read in a frameless tab alone.</summary>
    public const int Proofs = 5;

    /// <summary>One page of so many is compared again: sites change.</summary>
    public const int RecheckOneIn = 50;

    /// <summary>New kinds of pages that are compared when they are first met; of a site where every page is a kind of its own, only the share above is from then on.</summary>
    public const int MaxKindsCompared = 40;

    /// <summary>A site with so many kinds of pages that differ is not the place for it.</summary>
    public const int MaxKindsThatDiffer = 3;

    public bool IsProven => !IsGivenUp && Same >= Proofs;

    public bool IsGivenUp => KindsThatDiffer >= MaxKindsThatDiffer;

    /// <param name="kind">Whether pages of its kind are the same in both; null when none was compared yet.</param>
    public TabChoice Choose(bool? kind) =>
        IsGivenUp || kind == false || Rendered < Warmup ? TabChoice.Ordinary
        : !IsProven || SinceCompared >= RecheckOneIn - 1 || (kind is null && Same < MaxKindsCompared) ? TabChoice.Both
        : TabChoice.Frameless;

    /// <summary>A page was read without being compared.</summary>
    public FrameTrial Read(bool frameless) => frameless ? this with { SinceCompared = SinceCompared + 1 } : this with { Rendered = Math.Min(Rendered + 1, Warmup) };

    /// <summary>A page was compared, and was the same.</summary>
    public FrameTrial WasSame() => this with { Same = Math.Min(Same + 1, int.MaxValue - 1), SinceCompared = 0 };

    /// <summary>A page was compared, and was not the same.</summary>
    /// <param name="isFirst">The first of its kind.</param>
    public FrameTrial WasOther(bool isFirst) => this with { KindsThatDiffer = KindsThatDiffer + (isFirst ? 1 : 0), SinceCompared = 0 };
}
