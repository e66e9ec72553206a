using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Workers;
using TestKit;

namespace BrowserFarm.Benchmarks.Targets;

/// <summary><c>./farm bench targets</c>: one real crawl of three sites with limits of their own, in Chromium; then without the slow one.</summary>
internal static class TargetsCommand
{
    private const int PagesOfEach = 5000;

    /// <summary>The limits are sought in this time; it does not count.</summary>
    private static readonly TimeSpan Search = TimeSpan.FromSeconds(45);

    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long each of the two crawls is counted.", HelpName = "M", DefaultValueFactory = _ => 3 };
        var workers = new Option<int>("--concurrency") { Description = "Pages at once.", HelpName = "N", DefaultValueFactory = _ => 40 };
        var command = new Command("targets", "A real crawl of three sites: one bears ten requests at once, one three a second, one is slow.") { minutes, workers };
        minutes.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<double>() is < 0.1 or > 600)
                result.AddError("--minutes must be from 0.1 to 600.");
        });
        workers.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > 128)
                result.AddError("--concurrency must be from 1 to 128.");
        });
        command.SetAction(async (line, cancellationToken) =>
        {
            var time = TimeSpan.FromMinutes(line.GetValue(minutes));
            var table = new MarkdownTable("Sites", "Site", "Served", "Refused", "Utilisation", "Share of 429");
            var notes = new List<string>();
            await MeasureAsync(table, notes, "all three", withSlow: true, line.GetValue(workers), time, cancellationToken);
            await MeasureAsync(table, notes, "without the slow one", withSlow: false, line.GetValue(workers), time, cancellationToken);
            Console.Out.WriteLine($"### Targets\n\n{line.GetValue(workers)} pages at once in Chromium, {Environment.ProcessorCount} cores; counted for {time.TotalSeconds:0} s after {Search.TotalSeconds:0} s of search.\n\n{table}\nAt the end: {string.Join("; ", notes)}.");
            return 0;
        });
        return command;
    }

    private static async Task MeasureAsync(MarkdownTable table, List<string> notes, string run, bool withSlow, int workers, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var ten = new LimitedSite("ten at once, 3 s each", atOnce: 10, perSecond: null, TimeSpan.FromSeconds(3));
        await using var three = new LimitedSite("three a second", atOnce: null, perSecond: 3, TimeSpan.Zero);
        await using var slow = new LimitedSite("slow, 10 s each", atOnce: null, perSecond: null, TimeSpan.FromSeconds(10));
        LimitedSite[] sites = withSlow ? [ten, three, slow] : [ten, three];
        var urls = new List<CanonicalUrl>();
        foreach (var site in sites)
            urls.AddRange((await site.StartAsync(PagesOfEach, cancellationToken)).Select(CanonicalUrl.Parse));

        using var folder = new TempFolder();
        var spec = new CrawlSpec { Seeds = [.. urls.GroupBy(url => url.Target).Select(site => site.First().Value)], MaxPages = urls.Count, MaxDepth = 0, Page = new PageWish([PageFormat.Text], []) };
        await using var crawl = await LocalCrawl.BeginAsync(
            folder.Combine("crawl"), spec, urls, PlaywrightConfigFile.Load(null), new FarmOptions { Workers = workers }, logging: null, cancellationToken);
        var running = crawl.RunAsync();
        try
        {
            await Task.WhenAny(running, Task.Delay(Search, TimeProvider.System, cancellationToken));
            foreach (var site in sites)
                site.BeginCounting();
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAny(running, Task.Delay(time, TimeProvider.System, cancellationToken));
            var took = Stopwatch.GetElapsedTime(began);
            var now = await crawl.LookAsync(cancellationToken);
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{run}: {now.Budget.Busy} of {now.Budget.Limit} workers busy ({now.Budget.Bound}); ")
                + string.Join(", ", now.Targets.Select(target => string.Create(CultureInfo.InvariantCulture, $"{target.InFlight} of {target.Limit} in flight, {target.Duration?.TotalSeconds:0.0} s each"))));
            foreach (var site in sites)
            {
                var (served, refused) = (site.Served, site.Refused);
                table.Add(run, site.Name, $"{served}", $"{refused}", site.Utilisation(took) is { } used ? $"{used:0.00}" : "–", $"{100.0 * refused / Math.Max(1, served + refused):0.00} %");
            }
        }
        finally
        {
            crawl.StopNow();
            await running;
        }
    }
}
