using System.Diagnostics;
using System.Globalization;
using BrowserFarm.Benchmarks.Reporting;
using TestKit;

namespace BrowserFarm.Benchmarks.Serving;

/// <summary>What looking on costs: how soon the dashboard is there, and what one that is open takes of the processor while a crawl runs.</summary>
internal static class DashboardMeasurement
{
    /// <summary>So many look on at once, and a share of what they cost is what one does: the crawl's own ups and downs would hide a single one.</summary>
    private const int Listeners = 20;
    private const int Openings = 7;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    public static async Task AddAsync(MeasuredService service, MarkdownTable table, CancellationToken cancellationToken)
    {
        await using var viewer = await ViewerBrowser.StartAsync();
        await AddPaintAsync(viewer, service.Url, table);
        var serving = await ServingAsync(service, cancellationToken);
        var (open, closed) = await LookingAsync(viewer, service.Url, cancellationToken);
        table.Add(
            "one open dashboard, of one core: of the service, of the browser that shows it (less an empty page)", "2 % together",
            string.Create(CultureInfo.InvariantCulture, $"{serving:P1}, {Math.Max(0, open - closed):P1}"));
    }

    /// <summary>Each time in a browser profile that has nothing of it yet.</summary>
    private static async Task AddPaintAsync(ViewerBrowser viewer, Uri service, MarkdownTable table)
    {
        var (paints, numbers) = (new Samples(), new Samples());
        for (var opening = 0; opening < Openings; opening++)
        {
            await using var context = await viewer.Browser.NewContextAsync();
            var page = await context.NewPageAsync();
            await page.GotoAsync(service.AbsoluteUri);
            await page.WaitForSelectorAsync(".hero .state");
            numbers.Add(TimeSpan.FromMilliseconds(await page.EvaluateAsync<double>("performance.now()")));
            paints.Add(TimeSpan.FromMilliseconds(await page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime")));
        }

        table.Add($"dashboard opened {Openings} times while crawling: first paint, median and slowest; its numbers are there", "1 s", $"{Figures.Milliseconds(paints.Quantile(0.5))}, {Figures.Milliseconds(paints.Quantile(1))}; {Figures.Milliseconds(numbers.Quantile(0.5))}");
    }

    /// <summary>Share of a core that one stream of events costs the service.</summary>
    private static async Task<double> ServingAsync(MeasuredService service, CancellationToken cancellationToken)
    {
        var without = await ShareAsync(() => service.ProcessorTime, cancellationToken);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = Enumerable.Range(0, Listeners).Select(_ => ListenAsync(service.Client, enough.Token)).ToList();
        var with = await ShareAsync(() => service.ProcessorTime, cancellationToken);
        await enough.CancelAsync();
        await Task.WhenAll(listening);
        return Math.Max(0, with - without) / Listeners;
    }

    private static async Task ListenAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await using var events = await client.GetStreamAsync("/v1/events", cancellationToken);
            var buffer = new byte[16 * 1024];
            while (await events.ReadAsync(buffer, cancellationToken) > 0)
            {
                // Only its being read matters.
            }
        }
        catch (OperationCanceledException)
        {
            // It has listened enough.
        }
    }

    private static async Task<(double Open, double Closed)> LookingAsync(ViewerBrowser viewer, Uri service, CancellationToken cancellationToken)
    {
        await using var context = await viewer.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(service.AbsoluteUri);
        await page.WaitForSelectorAsync(".hero .state");
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellationToken);
        var open = await ShareAsync(() => TimeOf(viewer), cancellationToken);
        await page.GotoAsync("about:blank");
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellationToken);
        return (open, await ShareAsync(() => TimeOf(viewer), cancellationToken));
    }

    private static async Task<double> ShareAsync(Func<TimeSpan> read, CancellationToken cancellationToken)
    {
        var (began, before) = (Stopwatch.GetTimestamp(), read());
        await Task.Delay(Window, TimeProvider.System, cancellationToken);
        return (read() - before) / Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Processor time of all processes of the viewer's browser.</summary>
    private static TimeSpan TimeOf(ViewerBrowser viewer)
    {
        var sum = TimeSpan.Zero;
        foreach (var process in ProcessTable.WithArgument(viewer.Mark).Where(process => !process.CommandLine.Contains("--type=", StringComparison.Ordinal)).SelectMany(main => ProcessTable.DescendantsOf(main.Pid).Prepend(main)).DistinctBy(process => process.Pid))
        {
            try
            {
                using var one = Process.GetProcessById(process.Pid);
                sum += one.TotalProcessorTime;
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                // It has ended meanwhile.
            }
        }

        return sum;
    }
}
