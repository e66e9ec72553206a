using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using BrowserFarm.Api;
using BrowserFarm.Api.Access;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Hosting;
using BrowserFarm.Workers;
using TestKit;

namespace BrowserFarm.Benchmarks.Serving;

/// <summary><c>bench service</c>: what the API costs, while the farm crawls.</summary>
internal static class ServiceCommand
{
    private const int RequestsPerSecond = 200;
    private const int BulkLines = 100_000;
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(15);

    public static Command Create()
    {
        var command = new Command("service", "The API: submissions while crawling, bulk lines, health with every core busy, metrics, start, and what the dashboard costs.");
        var dashboard = new Option<bool>("--dashboard") { Description = "Only what looking on costs." };
        command.Options.Add(dashboard);
        command.SetAction((line, cancellationToken) => RunAsync(line.GetValue(dashboard), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool dashboardOnly, CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("What", "Demanded", "Measured");
        using var folder = new TempFolder();
        await using var site = await TestSite.StartAsync(cancellationToken);
        site.MapAll(async context =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(context.Request.Path.StartsWithSegments("/steady", StringComparison.Ordinal) ? 1000 : 50), TimeProvider.System);
            context.Response.ContentType = "text/html";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"<title>{context.Request.Path}</title><p>text</p>"));
        });

        var began = Stopwatch.GetTimestamp();
        await using var server = Build(folder.Combine("service"), await DashboardBuild.FolderAsync());
        await server.StartAsync(cancellationToken);
        using var client = new HttpClient { BaseAddress = server.Urls[0] };
        await UntilReadyAsync(client, cancellationToken);
        table.Add("from nothing to ready, in a process that runs", "3 s", Figures.Milliseconds(Stopwatch.GetElapsedTime(began)));

        // Without browsers of its own, at a steady pace for minutes: what is measured is looking on.
        await PostAsync(client, "/v1/crawls", new { name = "steady", urls = Enumerable.Range(0, 3000).Select(page => site.UriOf($"/steady/{page}").AbsoluteUri), maxPages = 3000, ignoreRobots = true, maxDepth = 0, engine = "http" }, cancellationToken);
        await DashboardMeasurement.AddAsync(server.Urls[0], client, table, cancellationToken);
        await PostAsync(client, "/v1/crawls/steady/cancel", new { }, cancellationToken);
        if (dashboardOnly)
            return await EndAsync(server, table);

        // The crawl is of many sites on paper, one in truth: no limit of a site holds it.
        await PostAsync(client, "/v1/crawls", new { name = "busy", urls = Enumerable.Range(0, 3000).Select(page => site.UriOf($"/{page}").AbsoluteUri), maxPages = 100_000, ignoreRobots = true, maxDepth = 0 }, cancellationToken);
        await AddSubmissionsAsync(client, site, table, cancellationToken);
        await AddMetricsAsync(client, table, cancellationToken);
        await PostAsync(client, "/v1/crawls", new { name = "bulk", urls = new[] { site.UriOf("/bulk").AbsoluteUri }, maxPages = 10_000_000, maxDepth = 0 }, cancellationToken);
        await PostAsync(client, "/v1/crawls/bulk/pause", new { }, cancellationToken);
        await AddBulkAsync(client, site, table, cancellationToken);
        await AddHealthAsync(client, table, cancellationToken);

        return await EndAsync(server, table);
    }

    private static async Task<int> EndAsync(ApiServer server, MarkdownTable table)
    {
        Console.WriteLine($"### Service\n\nOne process with site, service and client, {Environment.ProcessorCount} cores, six pages open at once.\n\n{table}");
        await server.StopAsync();
        return 0;
    }

    private static ApiServer Build(string folder, string dashboard)
    {
        var addresses = new AddressOptions();
        addresses.AllowedAddresses.Add("127.0.0.1");
        return ApiServer.Build(
            new ServeOptions { DataFolder = folder, DashboardFolder = dashboard, Urls = [new Uri("http://127.0.0.1:0")], Addresses = addresses, Farm = new FarmOptions { Workers = 6, DrainGrace = TimeSpan.FromSeconds(1) } },
            () => PlaywrightConfigFile.Load(null), TimeProvider.System);
    }

    private static async Task UntilReadyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var answer = await client.GetAsync("/readyz", cancellationToken);
            if (answer.IsSuccessStatusCode)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>At their times, whether the ones before were answered or not: one that waits does not hide those behind it.</summary>
    private static async Task AddSubmissionsAsync(HttpClient client, TestSite site, MarkdownTable table, CancellationToken cancellationToken)
    {
        var took = new Samples();
        await AtPaceAsync(RequestsPerSecond, Phase, took, number => PostAsync(client, "/v1/jobs", new { url = site.UriOf($"/single/{number}").AbsoluteUri, lane = "background" }, cancellationToken), cancellationToken);
        table.Add($"one job over HTTP, {RequestsPerSecond} a second while crawling: median, p99", "p99 10 ms", $"{Figures.Milliseconds(took.Quantile(0.5))}, {Figures.Milliseconds(took.Quantile(0.99))}");
    }

    private static async Task AddMetricsAsync(HttpClient client, MarkdownTable table, CancellationToken cancellationToken)
    {
        var took = new Samples();
        var text = "";
        for (var i = 0; i < 50; i++)
        {
            var began = Stopwatch.GetTimestamp();
            text = await client.GetStringAsync("/metrics", cancellationToken);
            took.Add(Stopwatch.GetElapsedTime(began));
        }

        var series = text.Split('\n').Count(line => line.Length > 0 && line[0] != '#');
        table.Add("/metrics: median, p99; series", "50 ms; bounded", string.Create(CultureInfo.InvariantCulture, $"{Figures.Milliseconds(took.Quantile(0.5))}, {Figures.Milliseconds(took.Quantile(0.99))}; {series}"));
    }

    private static async Task AddBulkAsync(HttpClient client, TestSite site, MarkdownTable table, CancellationToken cancellationToken)
    {
        var lines = new StringBuilder();
        for (var line = 0; line < BulkLines; line++)
            lines.Append(site.UriOf($"/bulk/{line}").AbsoluteUri).Append('\n');
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var began = Stopwatch.GetTimestamp();
        using var answer = await client.PostAsync("/v1/crawls/bulk/pages", new StringContent(lines.ToString(), Encoding.UTF8, "application/x-ndjson"), cancellationToken);
        var took = Stopwatch.GetElapsedTime(began);
        answer.EnsureSuccessStatusCode();
        table.Add($"{BulkLines} lines to a paused crawl: a second; memory held afterwards", "10 000", string.Create(CultureInfo.InvariantCulture, $"{BulkLines / took.TotalSeconds:0}; {Figures.Megabytes(GC.GetTotalMemory(forceFullCollection: true) - before)}"));
    }

    private static async Task AddHealthAsync(HttpClient client, MarkdownTable table, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource();
        var burning = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!enough.IsCancellationRequested)
                    Thread.SpinWait(1000);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        var took = new Samples();
        await AtPaceAsync(20, Phase, took, _ => client.GetStringAsync("/healthz", cancellationToken), cancellationToken);
        await enough.CancelAsync();
        await Task.WhenAll(burning);
        table.Add("/healthz with every core busy, browsers besides: median, p99", "p99 20 ms", $"{Figures.Milliseconds(took.Quantile(0.5))}, {Figures.Milliseconds(took.Quantile(0.99))}");
    }

    private static async Task AtPaceAsync(int perSecond, TimeSpan time, Samples took, Func<int, Task> ask, CancellationToken cancellationToken)
    {
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

        async Task OneAsync(int number, TimeSpan due)
        {
            await ask(number);
            lock (took)
                took.Add(Stopwatch.GetElapsedTime(began) - due);
        }
    }

    private static async Task PostAsync(HttpClient client, string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await client.PostAsJsonAsync(path, body, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{path}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
