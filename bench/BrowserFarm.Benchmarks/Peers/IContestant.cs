namespace BrowserFarm.Benchmarks.Peers;

/// <summary>Who reads the pages. Starts all that it needs for every round anew, and ends it.</summary>
internal interface IContestant
{
    /// <summary>Unique; for <c>--only</c> and the table.</summary>
    string Name { get; }

    /// <summary>Reads the pages of one round; the meter runs from the first to the last of them, not while things start.</summary>
    Task<RoundResult> ReadAsync(RoundPlan plan, RoundMeter meter, CancellationToken cancellationToken);
}

/// <summary>What is read in one round.</summary>
/// <param name="Pages">In this order.</param>
/// <param name="WarmUp">Read before, unmeasured: one for every page that may be open at once.</param>
/// <param name="Proof">Read before by whoever must know the site first.</param>
/// <param name="AnySelector">Matches when the selector of any page does.</param>
/// <param name="Browser">Path of the Chromium to use.</param>
/// <param name="Folder">Empty, for this round alone.</param>
internal sealed record RoundPlan(IReadOnlyList<CorpusPage> Pages, IReadOnlyList<CorpusPage> WarmUp, IReadOnlyList<CorpusPage> Proof, string AnySelector, int Concurrency, string Browser, string Folder);

/// <summary>A page as somebody read it.</summary>
/// <param name="Links">Absolute, in any order.</param>
internal sealed record ReadPage(string Url, string Html, IReadOnlyList<string> Links);

/// <summary>What came of a round.</summary>
/// <param name="Took">From the moment the pages were handed over until the last was read.</param>
/// <param name="Pages">Those that were read, in any order.</param>
internal sealed record RoundResult(TimeSpan Took, IReadOnlyList<ReadPage> Pages);
