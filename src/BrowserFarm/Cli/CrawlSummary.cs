using System.Globalization;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;

namespace BrowserFarm.Cli;

/// <summary>What is said when a crawl ends: what came of it, what failed and why, where the results lie, how to go on.</summary>
internal static class CrawlSummary
{
    private const int FailuresShown = 5;

    public static async Task WriteAsync(
        TextWriter output, LocalCrawl crawl, FarmSnapshot end, TimeSpan elapsed, bool wasStopped, CancellationToken cancellationToken)
    {
        var jobs = end.Jobs;
        var state = jobs.IsFinished ? "Finished" : wasStopped ? "Stopped" : "Ended early";
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{state} after {Duration(elapsed)}: {jobs.Succeeded} pages read, {jobs.Failed} failed{(jobs.IsFinished ? "" : $", {jobs.Queued + jobs.Running} to do")}"));

        if (end.Skipped.Count > 0)
        {
            var skipped = end.Skipped.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} {Words(reason.Key)}");
            await output.WriteLineAsync($"Links not followed: {string.Join(", ", skipped)}");
        }

        var failures = await crawl.FailuresAsync(FailuresShown, cancellationToken);
        foreach (var failure in failures)
            await output.WriteLineAsync($"  failed  {failure.Job.Url}  {failure.Failure.Reason}");
        if (jobs.Failed > failures.Count)
            await output.WriteLineAsync($"  … and {jobs.Failed - failures.Count} more");

        await output.WriteLineAsync($"Results   {Shown(crawl.ResultsPath)}");
        if (jobs.Failed > 0)
            await output.WriteLineAsync($"Failures  {Shown(crawl.FailuresPath)}");
        await output.WriteLineAsync($"Database  {Shown(crawl.DatabasePath)}");
        if (!jobs.IsFinished)
            await output.WriteLineAsync($"Go on with ./farm crawl --resume {ResumeName(crawl)}");
    }

    public static string Duration(TimeSpan time) =>
        time.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : time.ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture);

    private static string Words(SkipReason reason) => reason switch
    {
        SkipReason.OtherHost => "to other hosts",
        SkipReason.NotIncluded => "not matching --include",
        SkipReason.Excluded => "matching --exclude",
        SkipReason.TooDeep => "beyond --max-depth",
        SkipReason.MaxPages => "beyond --max-pages",
        SkipReason.Robots => "forbidden by robots.txt",
        _ => "with no usable address",
    };

    /// <summary>What to give to --resume: the crawl's name, or its folder when that is not where crawls usually are.</summary>
    public static string ResumeName(LocalCrawl crawl)
    {
        var folder = Path.GetDirectoryName(crawl.DatabasePath)!;
        return Path.GetRelativePath("farm-data/crawls", folder) == Path.GetFileName(folder) ? Path.GetFileName(folder) : Shown(folder);
    }

    /// <summary>A path as short as it can be typed here.</summary>
    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : $"./{relative}";
    }
}
