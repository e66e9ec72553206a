using System.Diagnostics;
using System.Globalization;
using System.Text;
using BrowserFarm.Benchmarks.Reporting;
using TestKit;

namespace BrowserFarm.Benchmarks.Serving;

/// <summary>How long requests take while the farm crawls.</summary>
internal static class RequestMeasurements
{
    private const int SubmissionsPerSecond = 200;
    private const int BulkLines = 100_000;

    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static async Task AddSubmissionsAsync(MeasuredService service, TestSite site, MarkdownTable table, CancellationToken cancellationToken)
    {
        // What a program and its client compile in their first seconds is measured apart.
        var first = await SubmitAsync("first", WarmUp);
        var took = await SubmitAsync("single", Phase);
        table.Add($"one job over HTTP, {SubmissionsPerSecond} a second while crawling: median, p99", "p99 10 ms", Quantiles(took));
        table.Add($"the same in the first {WarmUp.TotalSeconds:0} s after the start", "", Quantiles(first));

        Task<Samples> SubmitAsync(string folder, TimeSpan time) => AtPaceAsync(
            SubmissionsPerSecond, time, number => service.PostAsync("/v1/jobs", new { url = site.UriOf($"/{folder}/{number}").AbsoluteUri, lane = "background" }, cancellationToken), cancellationToken);
    }

    public static async Task AddMetricsAsync(MeasuredService service, MarkdownTable table, CancellationToken cancellationToken)
    {
        var took = new Samples();
        var text = "";
        for (var i = 0; i < 50; i++)
        {
            var began = Stopwatch.GetTimestamp();
            text = await service.Client.GetStringAsync("/metrics", cancellationToken);
            took.Add(Stopwatch.GetElapsedTime(began));
        }

        var series = text.Split('\n').Count(line => line.Length > 0 && line[0] != '#');
        table.Add("/metrics: median, p99; series", "50 ms; bounded", $"{Quantiles(took)}; {series}");
    }

    public static async Task AddBulkAsync(MeasuredService service, TestSite site, MarkdownTable table, CancellationToken cancellationToken)
    {
        var lines = new StringBuilder();
        for (var line = 0; line < BulkLines; line++)
            lines.Append(site.UriOf($"/bulk/{line}").AbsoluteUri).Append('\n');
        var before = service.PeakBytes;
        var began = Stopwatch.GetTimestamp();
        using var answer = await service.Client.PostAsync("/v1/crawls/bulk/pages", new StringContent(lines.ToString(), Encoding.UTF8, "application/x-ndjson"), cancellationToken);
        var took = Stopwatch.GetElapsedTime(began);
        answer.EnsureSuccessStatusCode();
        table.Add(
            $"{BulkLines} lines to a paused crawl: a second; peak memory of the service before and after", "10 000",
            string.Create(CultureInfo.InvariantCulture, $"{BulkLines / took.TotalSeconds:0}; {Figures.Megabytes(before)}, {Figures.Megabytes(service.PeakBytes)}"));
    }

    public static async Task AddHealthAsync(MeasuredService service, MarkdownTable table, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource();
        var burning = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!enough.IsCancellationRequested)
                    Thread.SpinWait(1000);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        var took = await AtPaceAsync(20, Phase, _ => service.Client.GetStringAsync("/healthz", cancellationToken), cancellationToken);
        await enough.CancelAsync();
        await Task.WhenAll(burning);
        table.Add("/healthz with every core busy, browsers besides: median, p99", "p99 20 ms", Quantiles(took));
    }

    /// <summary>Asks at set times, whether the ones before were answered or not: one that waits does not hide those behind it.</summary>
    private static async Task<Samples> AtPaceAsync(int perSecond, TimeSpan time, Func<int, Task> ask, CancellationToken cancellationToken)
    {
        var took = new Samples();
        var asked = new List<Task>();
        var began = Stopwatch.GetTimestamp();
        for (var number = 0; Stopwatch.GetElapsedTime(began) < time; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / perSecond);
            if (due - Stopwatch.GetElapsedTime(began) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, TimeProvider.System, cancellationToken);
            asked.Add(OneAsync(number, due));
        }

        await Task.WhenAll(asked);
        return took;

        async Task OneAsync(int number, TimeSpan due)
        {
            await ask(number);
            took.Add(Stopwatch.GetElapsedTime(began) - due);
        }
    }

    private static string Quantiles(Samples took) => $"{Figures.Milliseconds(took.Quantile(0.5))}, {Figures.Milliseconds(took.Quantile(0.99))}";
}
