using System.Diagnostics;
using System.Text.Json;
using BrowserFarm.Benchmarks.Reporting;
using TestKit;

namespace BrowserFarm.Benchmarks.Serving;

/// <summary>How long from the start of the process until it is ready, and until the first page that it is asked for then is read.</summary>
internal static class StartMeasurement
{
    private const int Starts = 5;

    public static async Task AddAsync(TempFolder folder, TestSite site, MarkdownTable table, CancellationToken cancellationToken)
    {
        var (ready, first) = (new Samples(), new Samples());
        for (var start = 0; start < Starts; start++)
        {
            var began = Stopwatch.GetTimestamp();
            await using var service = await MeasuredService.StartAsync(folder.Combine($"start-{start}"), cancellationToken);
            ready.Add(Stopwatch.GetElapsedTime(began));
            await service.BeginAsync("first", [site.UriOf("/first").AbsoluteUri], new { }, cancellationToken);
            await UntilReadAsync(service, cancellationToken);
            first.Add(Stopwatch.GetElapsedTime(began));
        }

        table.Add($"from the start of the process to ready (a page was open), {Starts} times: median, slowest", "3 s", $"{Figures.Milliseconds(ready.Quantile(0.5))}, {Figures.Milliseconds(ready.Quantile(1))}");
        table.Add("to the first page read", "", $"{Figures.Milliseconds(first.Quantile(0.5))}, {Figures.Milliseconds(first.Quantile(1))}");
    }

    private static async Task UntilReadAsync(MeasuredService service, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var crawl = JsonDocument.Parse(await service.Client.GetStringAsync("/v1/crawls/first", cancellationToken));
            if (crawl.RootElement.GetProperty("pages").GetProperty("succeeded").GetInt32() == 1)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }
}
