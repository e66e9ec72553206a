namespace BrowserFarm.Benchmarks.Chaos;

/// <summary>What was done and what came of it, over all crawls of a run.</summary>
internal sealed class ChaosLog
{
    private readonly List<string> _problems = [];

    /// <summary>Kills or stops of the program so far.</summary>
    public int Rounds { get; private set; }

    public int Crawls { get; private set; }

    /// <summary>Browsers and drivers that were killed a moment before their program.</summary>
    public int BrowsersKilled { get; set; }

    /// <summary>Programs that were killed before they had accepted a single URL; begun anew.</summary>
    public int NeverBegun { get; set; }

    /// <summary>Programs that ended by themselves because their first browser was killed while it started; resumed.</summary>
    public int EndedWithoutBrowser { get; set; }

    /// <summary>Pages that were given up by the rule of five losses, and put back in line by <c>farm requeue</c>.</summary>
    public int Requeued { get; set; }

    /// <summary>What the crawls came to.</summary>
    public CrawlFigures Sum { get; private set; } = new();

    /// <summary>Invariants that did not hold, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public void AddRound(string what)
    {
        Rounds++;
        Console.Error.WriteLine($"chaos: {Rounds}: {what}");
    }

    public void AddCrawl(string name, CrawlFigures figures, IReadOnlyList<string> problems)
    {
        Crawls++;
        Sum += figures;
        Console.Error.WriteLine($"chaos: {name} finished: {figures.Accepted} accepted, {figures.Terminal} terminal, {figures.Results} results, {problems.Count} problems");
        foreach (var problem in problems)
            AddProblem($"{name}: {problem}");
    }

    public void AddProblem(string problem)
    {
        _problems.Add(problem);
        Console.Error.WriteLine($"chaos: BROKEN: {problem}");
    }
}

/// <summary>A finished crawl in numbers.</summary>
/// <param name="Accepted">URLs that the queue ever took.</param>
/// <param name="Terminal">Of these, read or given up.</param>
/// <param name="Results">Rows of the table of results.</param>
/// <param name="Duplicates">Results beyond the first of a job or an address.</param>
/// <param name="Lost">Accepted addresses that are nowhere, and pages of the site that no result has.</param>
/// <param name="Lines">Lines of <c>results.ndjson</c>.</param>
/// <param name="AttemptsLost">Attempts whose worker was never heard of again.</param>
/// <param name="AttemptsFenced">Attempts whose worker came back and was refused by the epoch.</param>
internal sealed record CrawlFigures(
    long Accepted = 0, long Terminal = 0, long Results = 0, long Duplicates = 0, long Lost = 0, long Lines = 0, long Attempts = 0, long AttemptsLost = 0, long AttemptsFenced = 0)
{
    public static CrawlFigures operator +(CrawlFigures a, CrawlFigures b) => new(
        a.Accepted + b.Accepted, a.Terminal + b.Terminal, a.Results + b.Results, a.Duplicates + b.Duplicates, a.Lost + b.Lost, a.Lines + b.Lines, a.Attempts + b.Attempts,
        a.AttemptsLost + b.AttemptsLost, a.AttemptsFenced + b.AttemptsFenced);
}
