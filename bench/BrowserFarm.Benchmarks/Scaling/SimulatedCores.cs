using System.Diagnostics;
using System.Globalization;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Workers;
using ContextPool;
using Microsoft.Extensions.DependencyInjection;
using TestKit;

namespace BrowserFarm.Benchmarks.Scaling;

/// <summary>
/// A crawl through the real queue, limiter, workers, extraction and results, every commit flushed; only the browser is a wait. So many pages are open as so many cores would bear, two on each, each of which takes half a
/// second: what is found out is how many cores' pages the farm's own part can keep up with, and what of this machine it takes for them.
/// </summary>
internal static class SimulatedCores
{
    private const int PagesPerCore = 2;
    private const double SecondsEachOpen = 15;

    private static readonly TimeSpan PageTime = TimeSpan.FromMilliseconds(500);
    private static readonly int[] Cores = [1, 2, 4, 8, 16, 32, 64];

    public static async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("Cores", "Pages at once", "Pages a second", "of as many as there could be", "Processor time of ours a page, ms", "Cores that ours keeps busy");
        await CrawlAsync(2, 200, cancellationToken);   // compiles
        foreach (var cores in Cores)
        {
            var atOnce = cores * PagesPerCore;
            var ideal = atOnce / PageTime.TotalSeconds;
            var pages = (int)(ideal * SecondsEachOpen);
            var (took, used) = await CrawlAsync(atOnce, pages, cancellationToken);
            var rate = pages / took.TotalSeconds;
            table.Add($"{cores}", $"{atOnce}", F(rate, "0.0"), F(rate / ideal, "0.00"), F(used.TotalMilliseconds / pages, "0.00"), F(used.TotalSeconds / took.TotalSeconds, "0.00"));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"cores: {cores}, {pages} pages in {took.TotalSeconds:0.0} s"));
        }

        return $"### Pages a second against cores\n\nSimulated: {PagesPerCore} pages at once a core, {PageTime.TotalMilliseconds:0} ms each, on {Environment.ProcessorCount} cores.\n\n{table}";
    }

    private static async Task<(TimeSpan Took, TimeSpan Used)> CrawlAsync(int atOnce, int pages, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        await using var pool = PoolApi.Open(new PoolSettings(MaxContexts: atOnce, MaxContextsPerCore: 64), new FakeBrowserLauncher(), new FakeMemoryProbe());
        var urls = Enumerable.Range(0, pages).Select(at => CanonicalUrl.Parse($"https://site-{at % atOnce}.example/page/{at}")).ToList();
        var spec = new CrawlSpec { Seeds = [urls[0].Value], MaxPages = pages, MaxDepth = 0, IgnoreRobots = true, TrapLimit = 0, Page = new PageWish([PageFormat.Html], []) };
        var options = new FarmOptions { Workers = atOnce, ConfigureServices = services => services.AddSingleton<IContextPool>(new Lent(pool)).AddSingleton<IRenderer>(new TimedRenderer(PageTime)) };
        options.TargetLimit.Start = options.TargetLimit.Max = 32;
        await using var crawl = await LocalCrawl.BeginAsync(folder.Combine("crawl"), spec, urls, PlaywrightConfigFile.Load(null), options, logging: null, cancellationToken);
        await using var stop = cancellationToken.Register(crawl.StopNow);

        var (began, before) = (Stopwatch.GetTimestamp(), Used());
        await crawl.RunAsync();
        return (Stopwatch.GetElapsedTime(began), Used() - before);
    }

    private static TimeSpan Used()
    {
        using var own = Process.GetCurrentProcess();
        return own.TotalProcessorTime;
    }

    private static string F(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>The container disposes what it is given, and the pool is disposed by whoever opened it.</summary>
    private sealed class Lent(IContextPool pool) : IContextPool
    {
        public ValueTask<ContextPool.Leasing.ContextLease> LeaseAsync(ContextPool.Leasing.LeaseRequest request, CancellationToken cancellationToken = default) => pool.LeaseAsync(request, cancellationToken);

        public ContextPool.Diagnostics.PoolSnapshot Snapshot() => pool.Snapshot();

        public ContextPool.Diagnostics.OpenContexts Contexts(int atMost) => pool.Contexts(atMost);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
