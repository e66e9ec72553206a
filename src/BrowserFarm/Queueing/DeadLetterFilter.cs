namespace BrowserFarm.Queueing;

/// <summary>Which failed jobs are meant.</summary>
/// <param name="Crawl">Of this crawl; null for all crawls.</param>
/// <param name="Class">Only those that failed for this, as <c>http-404</c>; null for every reason.</param>
public sealed record DeadLetterFilter(string? Crawl = null, string? Class = null);

/// <summary>What became of a part of the failed jobs that were to be put back in line.</summary>
/// <param name="Requeued">Put back.</param>
/// <param name="OfCancelledCrawls">Left as they are, because their crawl was called off.</param>
/// <param name="Last">Number of the last one looked at, after which the next part begins; null when there is none after it.</param>
public sealed record RequeuedPart(int Requeued, int OfCancelledCrawls, long? Last);
