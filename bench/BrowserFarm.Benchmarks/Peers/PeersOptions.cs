namespace BrowserFarm.Benchmarks.Peers;

/// <summary>What is compared, and how often.</summary>
/// <param name="Rounds">Times that every contestant reads all pages, in turn.</param>
/// <param name="Pages">Pages that are read in a round.</param>
/// <param name="Concurrency">Pages that are open at once.</param>
/// <param name="Latencies">Of every response of the corpus; the comparison is made once for each.</param>
/// <param name="Only">Names of contestants; empty for all.</param>
internal sealed record PeersOptions(int Rounds, int Pages, int Concurrency, IReadOnlyList<TimeSpan> Latencies, IReadOnlyList<string> Only);
