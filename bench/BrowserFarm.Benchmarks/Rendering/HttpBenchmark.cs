using System.Diagnostics;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Extraction;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using TestKit;

namespace BrowserFarm.Benchmarks.Rendering;

/// <summary>Pages a second without a browser, from a server in this very process: what it takes is ours as well.</summary>
internal static class HttpBenchmark
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Counted = TimeSpan.FromSeconds(10);

    public static async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var site = await TestSite.StartAsync(cancellationToken);
        var table = new MarkdownTable("Page", "Pages a second", "Processor time a page, server included", "Failed");
        foreach (var kilobytes in new[] { 2, 10, 100 })
        {
            site.MapHtml("/", SamplePages.Html(kilobytes * 1000));
            await ReadAsync(site.BaseUri, Warmup, cancellationToken);
            var before = Environment.CpuUsage.TotalTime;
            var began = Stopwatch.GetTimestamp();
            var (read, failed) = await ReadAsync(site.BaseUri, Counted, cancellationToken);
            var (took, used) = (Stopwatch.GetElapsedTime(began), Environment.CpuUsage.TotalTime - before);
            table.Add($"{kilobytes} KB", $"{read / took.TotalSeconds:0}", $"{used.TotalMilliseconds / Math.Max(1, read):0.00} ms", $"{failed}");
        }

        return $"### Without a browser\n\n{AtOnce} at once, {Counted.TotalSeconds:0} s each after {Warmup.TotalSeconds:0} s, {Environment.ProcessorCount} cores; each page is made into HTML, text and links.\n\n{table}";
    }

    private static async Task<(int Read, int Failed)> ReadAsync(Uri address, TimeSpan time, CancellationToken cancellationToken)
    {
        using var renderer = PlaywrightConfigFile.Load(null).CreateHttpRenderer(TimeProvider.System);
        var url = CanonicalUrl.Parse(address.AbsoluteUri);
        var wish = new PageWish([PageFormat.Html, PageFormat.Text], []);
        var (read, failed) = (0, 0);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(
            async () =>
            {
                while (Stopwatch.GetElapsedTime(began) < time)
                {
                    if (await renderer.ReadAsync(new RenderRequest(url, wish, TargetTurn.Unlimited), cancellationToken) is RenderOutcome.Rendered { Page: var page })
                    {
                        PageExtractor.Extract(page, new Job(Id: 1, "bench", url, Depth: 0, Attempts: 1, Holds: 0, Refunds: 0), wish, out var _);
                        Interlocked.Increment(ref read);
                    }
                    else
                    {
                        Interlocked.Increment(ref failed);
                    }
                }
            },
            cancellationToken)));
        return (read, failed);
    }
}
