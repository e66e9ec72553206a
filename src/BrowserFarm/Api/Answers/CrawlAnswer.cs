using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Service;

namespace BrowserFarm.Api.Answers;

/// <summary>A crawl as it stands.</summary>
/// <param name="State"><c>running</c>, <c>paused</c>, <c>cancelled</c> or <c>finished</c>.</param>
/// <param name="Spec">What was asked for. Values of headers and cookies are not told, and of its seeds the first.</param>
public sealed record CrawlAnswer(string Id, string State, DateTimeOffset CreatedAt, PageCounts Pages, CrawlSpec Spec)
{
    private const string Hidden = "(hidden)";

    /// <summary>A list of a thousand crawls of ten thousand sites would be no answer; <c>seedCount</c> has how many there are.</summary>
    private const int SeedsTold = 20;

    public static CrawlAnswer Of(CrawlEntry entry, bool readsSitemaps)
    {
        var (crawl, visitor) = (entry.Crawl, entry.Crawl.Spec.Visitor);
        return new CrawlAnswer(crawl.Id, StateOf(entry, readsSitemaps), crawl.CreatedAt, PageCounts.Of(entry.Counts), crawl.Spec with
        {
            Seeds = [.. crawl.Spec.Seeds.Take(SeedsTold)],
            Visitor = visitor with { Headers = [.. visitor.Headers.Select(pair => pair with { Value = Hidden })], Cookies = [.. visitor.Cookies.Select(pair => pair with { Value = Hidden })] },
        });
    }

    public static string StateOf(CrawlEntry entry, bool readsSitemaps) => entry.Phase switch
    {
        CrawlPhase.Cancelled => "cancelled",
        _ when entry.Counts.IsFinished && !readsSitemaps => "finished",
        CrawlPhase.Paused => "paused",
        _ => "running",
    };
}

/// <summary>Pages of a crawl, or of all, by state.</summary>
/// <param name="Deferred">Found, and waiting for room in the lines.</param>
public sealed record PageCounts(long Waiting, long Deferred, long Running, long Succeeded, long Failed, long Cancelled, long Total)
{
    public static PageCounts Of(CrawlCounts counts) =>
        new(counts.Queued, counts.Deferred, counts.Running, counts.Succeeded, counts.Failed, counts.Cancelled, counts.Total);
}

/// <summary>What progress of a crawl looks like on the way.</summary>
public sealed record CrawlProgressAnswer(string Id, string State, PageCounts Pages);

/// <summary>One page of a list.</summary>
/// <param name="Next">Cursor of the next page; null when this is the last for now.</param>
public sealed record CrawlList(IReadOnlyList<CrawlAnswer> Items, string? Next);

/// <summary>What became of a pause or a resumption.</summary>
public sealed record PhaseAnswer(string Id, string State);

/// <summary>What calling off came to.</summary>
/// <param name="Waiting">Pages that waited, and have ended.</param>
/// <param name="Running">Pages that were open.</param>
/// <param name="Closed">Of these, those that are closed by now.</param>
public sealed record CancelAnswer(string Id, long Waiting, int Running, int Closed)
{
    public static CancelAnswer Of(string id, CancelReport report) => new(id, report.Waiting, report.Running, report.Closed);
}

/// <summary>What became of pages that were added.</summary>
/// <param name="Accepted">New, durable.</param>
/// <param name="Duplicates">The crawl had them already.</param>
/// <param name="OverBudget">Not taken: the crawl has all the pages it may have.</param>
/// <param name="Rejected">Lines that are no address, or none that may be read.</param>
/// <param name="Errors">The first of these, by line.</param>
public sealed record AddedAnswer(long Accepted, long Duplicates, long OverBudget, long Rejected, IReadOnlyList<LineError> Errors);

/// <summary>A line that was not taken.</summary>
/// <param name="Line">Counted from 1.</param>
public sealed record LineError(long Line, string Message);
