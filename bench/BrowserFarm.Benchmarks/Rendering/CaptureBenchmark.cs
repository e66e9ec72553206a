using System.Diagnostics;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Extraction;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using ContextPool;
using ContextPool.Leasing;
using TestKit;

namespace BrowserFarm.Benchmarks.Rendering;

/// <summary>What it costs to read a page that a script has made, once it stands still.</summary>
internal static class CaptureBenchmark
{
    private const int Renders = 60;
    private const int Warmup = 5;
    private const int PageBytes = 100_000;

    public static async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var site = await TestSite.StartAsync(cancellationToken);
        site.MapHtml("/", SamplePages.Shell("/content")).MapHtml("/content", SamplePages.Html(PageBytes));
        var options = new ContextPoolOptions { MaxContexts = 1 };
        var config = PlaywrightConfigFile.Load(null);
        config.ApplyTo(options);
        await using var pool = new BrowserContextPool(options);
        var renderer = new BrowserRenderer(config.Render, TimeProvider.System);

        var table = new MarkdownTable("Read of a page of 100 KB", "In the browser: median, p95", "Made into the result: median, p95", "Both: median");
        foreach (var (name, wish) in Wishes())
        {
            var (captured, extracted, both) = (new Samples(), new Samples(), new Samples());
            for (var i = 0; i < Renders + Warmup; i++)
            {
                await using var lease = await pool.LeaseAsync(new LeaseRequest("bench") { Key = new ContextKey("bench", site.BaseUri.Authority) }, cancellationToken);
                var outcome = await renderer.RenderAsync(lease, new RenderRequest(CanonicalUrl.Parse(site.BaseUri.AbsoluteUri), wish, TargetTurn.Unlimited), cancellationToken);
                if (outcome is not RenderOutcome.Rendered { Page: var page } || page.Html.Length < PageBytes)
                    throw new InvalidOperationException($"The page was not read whole: {outcome}");

                var began = Stopwatch.GetTimestamp();
                PageExtractor.Extract(page, new Job(Id: 1, "bench", CanonicalUrl.Parse(site.BaseUri.AbsoluteUri), Depth: 0, Attempts: 1, Holds: 0, Refunds: 0), wish, out _);
                if (i < Warmup)
                    continue;

                var (reading, making) = (TimeSpan.FromMilliseconds(page.Timings.Total - page.Timings.Settled), Stopwatch.GetElapsedTime(began));
                captured.Add(reading);
                extracted.Add(making);
                both.Add(reading + making);
            }

            table.Add(name, $"{Figures.Milliseconds(captured.Quantile(0.5))}, {Figures.Milliseconds(captured.Quantile(0.95))}", $"{Figures.Milliseconds(extracted.Quantile(0.5))}, {Figures.Milliseconds(extracted.Quantile(0.95))}", Figures.Milliseconds(both.Quantile(0.5)));
        }

        return $"### Capture\n\n{Renders} renders each in one warm tab, {Environment.ProcessorCount} cores.\n\n{table}";
    }

    private static IEnumerable<(string Name, PageWish Wish)> Wishes() =>
    [
        ("HTML, title, links, text", new PageWish([PageFormat.Html, PageFormat.Text], [])),
        ("the same and metadata", new PageWish([PageFormat.Html, PageFormat.Text, PageFormat.Metadata], [])),
        ("the same and 50 fields", new PageWish([PageFormat.Html, PageFormat.Text, PageFormat.Metadata], SamplePages.Fields(50))),
        ("the same and a PNG of the window", new PageWish([PageFormat.Html, PageFormat.Text, PageFormat.Metadata, PageFormat.Png], [])),
    ];
}
