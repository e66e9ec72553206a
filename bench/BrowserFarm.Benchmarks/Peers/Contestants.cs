namespace BrowserFarm.Benchmarks.Peers;

/// <summary>Everybody who takes part.</summary>
internal static class Contestants
{
    public const string Crawlee = "crawlee";
    public const string ClusterPage = "cluster-page";
    public const string ClusterContext = "cluster-context";
    public const string BareFresh = "bare-new-context";
    public const string BareWarm = "bare-warm";
    public const string FarmFresh = "farm-fresh";
    public const string FarmWarm = "farm-warm";
    public const string FarmFrameless = "farm-frameless";

    public static IReadOnlyList<string> Names { get; } = [Crawlee, ClusterPage, ClusterContext, BareFresh, BareWarm, FarmFresh, FarmWarm, FarmFrameless];

    /// <param name="folder">Where the peers are installed.</param>
    /// <returns>In the order of <see cref="Names"/>.</returns>
    public static IReadOnlyList<IContestant> In(string folder) =>
    [
        new NodePeer(Crawlee, folder, "crawlee.mjs", ""),
        new NodePeer(ClusterPage, folder, "cluster.mjs", "page"),
        new NodePeer(ClusterContext, folder, "cluster.mjs", "context"),
        new NodePeer(BareFresh, folder, "bare.mjs", "new-context"),
        new NodePeer(BareWarm, folder, "bare.mjs", "warm"),
        new FarmContestant(FarmFresh, FarmMode.Fresh),
        new FarmContestant(FarmWarm, FarmMode.Warm),
        new FarmContestant(FarmFrameless, FarmMode.Frameless),
    ];
}
