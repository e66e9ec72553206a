namespace BrowserFarm.Crawling;

/// <summary>What is known of one pattern.</summary>
/// <param name="Followed">Different addresses of it that were followed.</param>
/// <param name="Read">Pages of it that were read of late.</param>
/// <param name="Fresh">Those of them whose text was new, digits aside.</param>
public readonly record struct TrapFacts(UrlShape Shape, int Followed, int Read, int Fresh);

/// <summary>Decides whether a pattern is a trap, that is: whether addresses of it are followed no further. Pure.</summary>
/// <remarks>
/// An address alone does not tell a catalogue of a million products from a calendar without end: both are a path with numbers. What tells
/// them apart is what their pages bring. So an ordinary pattern is a trap only when it has had its share and of its pages hardly one in ten
/// says anything new but for its numbers, as the days of an empty calendar and one page under ever new session ids do. Where the shape
/// itself is suspicious the number decides.
/// </remarks>
public static class TrapPolicy
{
    /// <summary>Addresses of one pattern, unless a crawl says otherwise.</summary>
    public const int DefaultLimit = 10_000;

    /// <summary>A page in a hundred of the limit, for what no site of sense has many of.</summary>
    private const int SuspiciousShare = 100;

    /// <summary>A page in ten of the limit, when the pages themselves tell that it is a trap.</summary>
    private const int BarrenShare = 10;

    /// <summary>Fewer pages read tell nothing: the empty days of a calendar differ in their month and weekday.</summary>
    private const int EnoughRead = 200;

    /// <param name="limit">How many addresses of one pattern are a lot.</param>
    public static bool IsTrap(TrapFacts facts, int limit) => facts.Shape switch
    {
        UrlShape.Repeating or UrlShape.Overlong => facts.Followed >= Math.Max(1, limit / SuspiciousShare),
        UrlShape.ManyParameters => facts.Followed >= limit || IsBarren(facts, limit),
        _ => IsBarren(facts, limit),
    };

    private static bool IsBarren(TrapFacts facts, int limit) =>
        facts.Followed >= Math.Max(1, limit / BarrenShare) && facts.Read >= EnoughRead && facts.Fresh < facts.Read / 10;
}
