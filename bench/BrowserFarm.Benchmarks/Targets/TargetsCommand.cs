using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Workers;
using TestKit;

namespace BrowserFarm.Benchmarks.Targets;

/// <summary><c>./farm bench targets</c>: one real crawl of three sites with limits of their own, in Chromium; then with the slow one read without a browser, and without it.</summary>
/// <remarks>What the slow site takes from the others is either its tabs or its place among the targets; read without a browser it has no tabs.</remarks>
internal static class TargetsCommand
{
    private enum Slow
    {
        InTabs,
        WithoutTabs,
        Absent,
    }

    private const int PagesOfEach = 5000;

    /// <summary>The limits are sought in this time, and the machine's own budget, which grows by one page every two seconds; it does not count.</summary>
    private static readonly TimeSpan Search = TimeSpan.FromSeconds(90);

    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long each of the three crawls is counted.", HelpName = "M", DefaultValueFactory = _ => 3 };
        var workers = new Option<int>("--concurrency") { Description = "Pages at once.", HelpName = "N", DefaultValueFactory = _ => 40 };
        var only = new Option<string?>("--only") { Description = "One of the three crawls: tabs (all sites in tabs), plain (the slow one without a browser), two (without the slow one).", HelpName = "CRAWL" }
            .AcceptOnlyFromAmong("tabs", "plain", "two");
        var command = new Command("targets", "A real crawl of three sites: one bears ten requests at once, one three a second, one is slow.") { minutes, workers, only };
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
            foreach (var slow in Enum.GetValues<Slow>().Where(slow => line.GetValue(only) is not { } one || one == WordOf(slow)))
                await MeasureAsync(table, notes, slow, line.GetValue(workers), time, cancellationToken);
            Console.Out.WriteLine($"### Targets\n\n{line.GetValue(workers)} pages at once in Chromium, {Environment.ProcessorCount} cores; counted for {time.TotalSeconds:0} s after {Search.TotalSeconds:0} s of search.\n\n{table}\nAt the end: {string.Join("; ", notes)}.");
            return 0;
        });
        return command;
    }

    private static string WordOf(Slow slow) => slow switch
    {
        Slow.InTabs => "tabs",
        Slow.WithoutTabs => "plain",
        _ => "two",
    };

    private static async Task MeasureAsync(MarkdownTable table, List<string> notes, Slow slowly, int workers, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var ten = new LimitedSite("ten at once, 3 s each", atOnce: 10, perSecond: null, TimeSpan.FromSeconds(3));
        await using var three = new LimitedSite("three a second", atOnce: null, perSecond: 3, TimeSpan.Zero);
        await using var slow = new LimitedSite("slow, 10 s each", atOnce: null, perSecond: null, TimeSpan.FromSeconds(10));
        LimitedSite[] sites = slowly == Slow.Absent ? [ten, three] : [ten, three, slow];
        var run = slowly switch
        {
            Slow.InTabs => "all three",
            Slow.WithoutTabs => "the slow one without a browser",
            _ => "without the slow one",
        };
        var urls = new List<CanonicalUrl>();
        foreach (var site in sites)
            urls.AddRange((await site.StartAsync(PagesOfEach, cancellationToken)).Select(CanonicalUrl.Parse));

        using var folder = new TempFolder();
        var spec = new CrawlSpec { Seeds = [.. urls.GroupBy(url => url.Target).Select(site => site.First().Value)], MaxPages = urls.Count, MaxDepth = 0, Page = new PageWish([PageFormat.Text], []), Http = slowly == Slow.WithoutTabs ? [$"{urls[^1].Target.Value}/*"] : [] };
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
                + string.Join(", ", now.Targets.Select(target => string.Create(CultureInfo.InvariantCulture, $"{target.InFlight} of {target.Limit} in flight, {target.Duration?.TotalSeconds:0.0} s each")))
                + string.Concat(sites.Where(site => site.Refusals.Count > 0).Select(site => $"; {site.Name} refused at {string.Join(", ", site.Refusals.Select(at => at.ToString("0", CultureInfo.InvariantCulture)))} s")));
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
