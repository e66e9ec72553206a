namespace BrowserFarm.Jobs;

/// <summary>Where a job is in its life. The numbers are stored.</summary>
public enum JobState
{
    Queued = 0,
    Running = 1,
    Succeeded = 2,
    Failed = 3,
    Cancelled = 4,
}

/// <summary>A page to fetch, before the queue has it.</summary>
/// <param name="Depth">Links followed from a seed to get here; 0 for a seed.</param>
/// <param name="FoundOn">URL of the page that linked here; null for a seed.</param>
/// <param name="Priority">From <see cref="JobPriority.Least"/> to <see cref="JobPriority.Most"/>; inside its line the higher goes first.</param>
/// <param name="Engine">What is to read it.</param>
/// <exception cref="ArgumentOutOfRangeException">The priority is not in its range.</exception>
public sealed record NewJob(CanonicalUrl Url, int Depth, string? FoundOn = null, Lane Lane = Lane.Normal, int Priority = 0, Engine Engine = Engine.Browser)
{
    public int Priority { get; init => field = JobPriority.Checked(value); } = JobPriority.Checked(Priority);

    /// <summary>Taken, but kept out of the line until there is room in it (<c>IJobQueue.TakeUpAsync</c>): the crawl finds more than it can read just now.</summary>
    public bool IsDeferred { get; init; }
}

/// <summary>One durable request for one page of one crawl.</summary>
/// <param name="Attempts">Counted tries so far, the present one included once it is claimed.</param>
/// <param name="Holds">Times the target asked us to come back later; not counted as attempts.</param>
/// <param name="Refunds">Times a try was lost through no fault of the page; not counted as attempts.</param>
public sealed record Job(
    long Id,
    string CrawlId,
    CanonicalUrl Url,
    int Depth,
    int Attempts,
    int Holds,
    int Refunds,
    Lane Lane = Lane.Normal,
    int Priority = 0,
    Engine Engine = Engine.Browser);

/// <summary>A worker's expiring right to a job.</summary>
/// <param name="Epoch">The fence: every claim of the job has a higher one, and only the latest can settle it.</param>
public sealed record Claim(long JobId, long Epoch);

/// <summary>A job with the claim that lets us settle it.</summary>
public sealed record ClaimedJob(Job Job, Claim Claim);

/// <summary>Why a URL that was seen did not become a job. Stored as text, shown in the summary.</summary>
public enum SkipReason
{
    OtherHost,
    NotIncluded,
    Excluded,
    TooDeep,
    MaxPages,
    Robots,
    BadUrl,

    /// <summary>Its pattern looks like one that a site makes addresses by without end.</summary>
    Trap,
}

/// <summary>A URL that was seen and not taken.</summary>
public sealed record SkippedUrl(string Url, SkipReason Reason, string? FoundOn)
{
    private const int ShownLength = 1000;

    /// <summary>One that is no usable address: cut to a length that can be kept, without control characters.</summary>
    public static SkippedUrl Unusable(string text, string? foundOn)
    {
        var shown = string.Concat(text.Take(ShownLength).Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return new SkippedUrl(text.Length > ShownLength ? shown + "…" : shown, SkipReason.BadUrl, foundOn);
    }
}
