using BrowserFarm.Jobs;

namespace BrowserFarm.Tests;

/// <summary>Crawls, jobs and pages whose particulars do not matter to a test.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static Crawl Crawl(string id = "crawl", int maxPages = 1000) => new(id, Spec() with { MaxPages = maxPages }, Noon);

    public static CrawlSpec Spec(params string[] seeds) => new()
    {
        Seeds = seeds.Length > 0 ? seeds : ["https://a.example/"],
        Page = new PageWish([PageFormat.Text], []),
    };

    public static NewJob Job(string url, int depth = 0, string? foundOn = null) => new(CanonicalUrl.Parse(url), depth, foundOn);

    public static NewJob[] Jobs(params string[] urls) => [.. urls.Select(url => Job(url))];

    public static TargetKey Target(string url) => CanonicalUrl.Parse(url).Target;

    /// <summary>A job as the queue hands it out.</summary>
    public static Job Claimed(int attempts = 1, int holds = 0, int refunds = 0, string url = "https://a.example/1") =>
        new(1, "crawl", CanonicalUrl.Parse(url), Depth: 0, attempts, holds, refunds);

    public static PageDocument Page(string url = "https://a.example/1", string title = "A page") => new()
    {
        Url = url,
        FinalUrl = url,
        Status = 200,
        Title = title,
        ContentType = "text/html",
        FetchedAt = Noon,
        TimingsMs = new PageTimings(1, 2, 3, 4),
    };

    public static AttemptFailure Failure(FailureKind kind = FailureKind.Transient, TimeSpan? retryAfter = null) =>
        new(kind, "http-500", "The site answered with status 500.", retryAfter);

    public static Settlement.Ack Ack(string url = "https://a.example/1") => new(Page(url), [], []);
}
