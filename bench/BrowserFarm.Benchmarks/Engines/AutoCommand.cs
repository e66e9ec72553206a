using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Workers;
using TestKit;

namespace BrowserFarm.Benchmarks.Engines;

/// <summary><c>./farm bench auto</c>: crawls of a site half of which is sent whole and half drawn by script, with the engines browser and auto.</summary>
internal static class AutoCommand
{
    private const int PagesOfAKind = 100;

    /// <summary>Of a target: what is learned with them does not count.</summary>
    private const int Learning = 20;

    private const string Said = "There is enough said on this page for anybody who came to read it, and nothing of it is drawn by a script. The ships lie at the quay, and the ropes are made in the old rope walk.";

    public static Command Create()
    {
        var command = new Command("auto", "The engine auto: whether pages come out whole, and how many are rendered without need.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var table = new MarkdownTable("Crawl", "Pages", "Complete", "Read in a browser", "Rendered without need after the first 20", "Requests to the site", "Wall time", "Processor time of the machine");
            foreach (var engine in new[] { EngineChoice.Browser, EngineChoice.Auto })
                await MeasureAsync(engine, table, cancellationToken);
            Console.Out.WriteLine($"### Engines\n\n{4 * PagesOfAKind} pages of one site, half of them sent whole: two paths of one kind each, and one where both kinds take turns; {Environment.ProcessorCount} cores.\n\n{table}");
            return 0;
        });
        return command;
    }

    private static async Task MeasureAsync(EngineChoice engine, MarkdownTable table, CancellationToken cancellationToken)
    {
        await using var site = await TestSite.StartAsync(cancellationToken);
        var urls = MapPages(site);
        using var folder = new TempFolder();
        var spec = new CrawlSpec
        {
            Seeds = [site.BaseUri.AbsoluteUri],
            MaxPages = urls.Count,
            MaxDepth = 0,
            IgnoreRobots = true,
            Engine = engine,
            Page = new PageWish([PageFormat.Text], [new FieldSpec("said", ".said", null, false)]),
        };
        var (began, before) = (Stopwatch.GetTimestamp(), MachineTime.Now());
        await using (var crawl = await LocalCrawl.BeginAsync(folder.Combine("crawl"), spec, urls, PlaywrightConfigFile.Load(null), new FarmOptions(), logging: null, cancellationToken))
        {
            await using var stop = cancellationToken.Register(crawl.StopNow);
            await crawl.RunAsync();
        }

        var (took, used) = (Stopwatch.GetElapsedTime(began), MachineTime.Now() - before);
        var pages = File.ReadLines(folder.Combine("crawl/results.ndjson")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var rendered = pages.Count(page => page.GetProperty("engine").GetString() == "Browser");
        var withoutNeed = pages.Skip(Learning).Count(page => page.GetProperty("engine").GetString() == "Browser" && IsWhole(new Uri(page.GetProperty("url").GetString()!).AbsolutePath));
        table.Add(
            engine.ToString().ToLowerInvariant(),
            $"{pages.Count} of {urls.Count}",
            $"{100.0 * pages.Count(IsComplete) / urls.Count:0.0} %",
            $"{rendered}",
            $"{100.0 * withoutNeed / (urls.Count - Learning):0.0} %",
            $"{urls.Sum(url => site.VisitsTo(url.ToUri().AbsolutePath))}",
            Figures.Seconds(took),
            Figures.Seconds(used));
    }

    private static bool IsComplete(JsonElement page) => page.GetProperty("fields").TryGetProperty("said", out var said) && said.GetString() is { Length: > 10 };

    private static bool IsWhole(string path) => path.StartsWith("/blog/", StringComparison.Ordinal) || (path.StartsWith("/mixed/", StringComparison.Ordinal) && int.Parse(path.AsSpan(7)) % 2 == 0);

    private static List<CanonicalUrl> MapPages(TestSite site)
    {
        var whole = $"<!doctype html><title>whole</title><main><p class=said>{Said}</p></main><script src=/alive.js></script>";
        var shell = $"<!doctype html><title>shell</title><div id=root></div><script src=/alive.js></script><script>setTimeout(() => root.innerHTML = '<p class=said>{Said}</p>', 20)</script>";
        site.MapText("/alive.js", "window.alive = true", "text/javascript");
        var paths = new List<string>();
        for (var i = 0; i < PagesOfAKind; i++)
        {
            site.MapHtml($"/blog/{i}", whole).MapHtml($"/app/{i}", shell).MapHtml($"/mixed/{2 * i}", whole).MapHtml($"/mixed/{(2 * i) + 1}", shell);
            paths.AddRange([$"/blog/{i}", $"/app/{i}", $"/mixed/{2 * i}", $"/mixed/{(2 * i) + 1}"]);
        }

        return [.. paths.Select(path => CanonicalUrl.Parse(site.UriOf(path).AbsoluteUri))];
    }
}
