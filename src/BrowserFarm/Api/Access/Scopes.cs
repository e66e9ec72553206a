namespace BrowserFarm.Api.Access;

/// <summary>What a token may do, by the words of the tokens file.</summary>
public static class Scopes
{
    /// <summary>See jobs, crawls, results and how the farm is doing.</summary>
    public const string JobsRead = "jobs:read";

    /// <summary>Submit, cancel and repeat jobs.</summary>
    public const string JobsWrite = "jobs:write";

    /// <summary>Submit jobs that run scripts of the client's in pages.</summary>
    public const string JobsScript = "jobs:script";

    /// <summary>Everything.</summary>
    public const string Admin = "admin";

    /// <summary>Read the metrics, and nothing else: for a scraper.</summary>
    public const string Metrics = "metrics";

    /// <summary>All scopes, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<string> All { get; } = [JobsRead, JobsWrite, JobsScript, Admin, Metrics];
}
