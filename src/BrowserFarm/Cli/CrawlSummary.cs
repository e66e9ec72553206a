using System.Globalization;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Workers;

namespace BrowserFarm.Cli;

/// <summary>What is said when a crawl ends: what came of it, what failed and why, where the results lie, how to go on.</summary>
internal static class CrawlSummary
{
    private const int FailuresShown = 5;

    public static async Task WriteAsync(
        TextWriter output, LocalCrawl crawl, FarmSnapshot end, TimeSpan elapsed, bool wasStopped, CancellationToken cancellationToken)
    {
        var jobs = end.Jobs;
        var reused = await crawl.CountReusedAsync(cancellationToken);
        var state = end.IsFinished ? "Finished" : wasStopped ? "Stopped" : "Ended early";
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{state} after {Duration(elapsed)}: {jobs.Succeeded - reused} pages read, {(reused > 0 ? $"{reused} still fresh, " : "")}{jobs.Failed} failed{(end.IsFinished ? "" : $", {jobs.Queued + jobs.Running + jobs.Deferred} to do")}"));

        if (crawl.IsQuotaUsedUp)
            await output.WriteLineAsync($"The crawl's folder takes {ByteSize.Write(crawl.BytesUsed)}, as much as --max-bytes allows; go on with more");
        var reasons = await crawl.SkippedAsync(cancellationToken);
        if (reasons.Count > 0)
        {
            var skipped = reasons.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} {Words(reason.Key)}");
            await output.WriteLineAsync($"Links not followed: {string.Join(", ", skipped)}");
        }

        foreach (var trap in end.Traps.Take(FailuresShown))
            await output.WriteLineAsync($"  endless {trap.Pattern}  (after {trap.Followed} addresses; --trap-limit 0 follows all)");
        await WriteSitemapsAsync(output, end.Sitemaps);

        var failures = await crawl.FailuresAsync(FailuresShown, cancellationToken);
        foreach (var failure in failures)
            await output.WriteLineAsync($"  failed  {failure.Job.Url}  {failure.Failure.Reason}");
        if (jobs.Failed > failures.Count)
            await output.WriteLineAsync($"  … and {jobs.Failed - failures.Count} more");

        await output.WriteLineAsync($"Results   {Shown(crawl.ResultsPath)}");
        if (jobs.Failed > 0)
            await output.WriteLineAsync($"Failures  {Shown(crawl.FailuresPath)}");
        await WriteWebhookAsync(output, await crawl.DeliveredAsync(cancellationToken), crawl.Crawl.Spec.Webhook, end);
        await output.WriteLineAsync($"Database  {Shown(crawl.DatabasePath)}");
        if (!end.IsFinished || await IsUndeliveredAsync(crawl, cancellationToken))
            await output.WriteLineAsync($"Go on with ./farm crawl --resume {ResumeName(crawl.DatabasePath)}");
    }

    /// <summary>Whether the crawl's webhook lacks something of it.</summary>
    public static async Task<bool> IsUndeliveredAsync(LocalCrawl crawl, CancellationToken cancellationToken) =>
        await crawl.DeliveredAsync(cancellationToken) is { Undelivered: > 0 } or { WithEnd: false };

    private static async Task WriteWebhookAsync(TextWriter output, Delivered? delivered, WebhookSpec? webhook, FarmSnapshot end)
    {
        if (delivered is null)
            return;

        var left = delivered.Undelivered > 0 ? $"{delivered.Undelivered} results were not delivered" : end.IsFinished && !delivered.WithEnd ? "the end was not delivered" : null;
        await output.WriteLineAsync($"Webhook   {(left is null ? $"all was delivered to {webhook!.Url}" : $"{left}: {end.Webhook ?? "they are sent when the crawl is gone on with"}")}");
    }

    private static async Task WriteSitemapsAsync(TextWriter output, SitemapProgress sitemaps)
    {
        if (sitemaps.Files > 0)
            await output.WriteLineAsync($"Sitemaps: {sitemaps.Files} read, {sitemaps.Addresses} addresses{(sitemaps.IsDone ? "" : ", not all")}");
        foreach (var report in sitemaps.Problems.Take(FailuresShown))
            await output.WriteLineAsync($"  sitemap {report.Url}  {report.Problem}");
        if (sitemaps.ProblemCount > FailuresShown)
            await output.WriteLineAsync($"  … and {sitemaps.ProblemCount - FailuresShown} more");
    }

    public static string Duration(TimeSpan time) =>
        time.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : time.ToString(time.TotalHours < 1 ? @"m\:ss" : time.TotalDays < 1 ? @"h\:mm\:ss" : @"d' d 'h\:mm\:ss", CultureInfo.InvariantCulture);

    public static string Words(SkipReason reason) => reason switch
    {
        SkipReason.OtherHost => "to other hosts",
        SkipReason.NotIncluded => "not matching --include",
        SkipReason.Excluded => "matching --exclude",
        SkipReason.TooDeep => "beyond --max-depth",
        SkipReason.MaxPages => "beyond --max-pages",
        SkipReason.Robots => "forbidden by robots.txt",
        SkipReason.Trap => "that go on without end",
        _ => "with no usable address",
    };

    /// <summary>What to give to --resume: the crawl's name, or its folder when that is not where crawls usually are.</summary>
    public static string ResumeName(string databasePath)
    {
        var folder = Path.GetDirectoryName(databasePath)!;
        return Path.GetRelativePath(CrawlFolders.Root, folder) == Path.GetFileName(folder) ? Path.GetFileName(folder) : Shown(folder);
    }

    /// <summary>A path as short as it can be typed here.</summary>
    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : $"./{relative}";
    }
}
