using System.CommandLine;
using BrowserFarm.Benchmarks.Reporting;
using TestKit;

namespace BrowserFarm.Benchmarks.Serving;

/// <summary><c>bench service</c>: what the API costs, while the farm crawls. The service is the program as a process; the site and those who ask are another.</summary>
internal static class ServiceCommand
{
    private static readonly byte[] Page = [.. "<title>page</title><p>text</p>"u8];

    public static Command Create()
    {
        var command = new Command("service", "The API: submissions while crawling, bulk lines, health with every core busy, metrics, start, and what the dashboard costs.");
        var only = new Option<string[]>("--only") { Description = "Only these: start, dashboard, submissions, metrics, bulk, health.", AllowMultipleArgumentsPerToken = true };
        only.AcceptOnlyFromAmong("start", "dashboard", "submissions", "metrics", "bulk", "health");
        command.Options.Add(only);
        command.SetAction((line, cancellationToken) => RunAsync([.. line.GetValue(only) ?? []], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(HashSet<string> only, CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("What", "Demanded", "Measured");
        using var folder = new TempFolder();
        await using var site = await TestSite.StartAsync(cancellationToken);
        site.MapAll(async context =>
        {
            var path = context.Request.Path;
            await Task.Delay(TimeSpan.FromMilliseconds(path.StartsWithSegments("/steady", StringComparison.Ordinal) ? 1000 : path.StartsWithSegments("/first", StringComparison.Ordinal) ? 0 : 50), TimeProvider.System);
            context.Response.ContentType = "text/html";
            await context.Response.Body.WriteAsync(Page);
        });

        if (Wanted("start"))
            await StartMeasurement.AddAsync(folder, site, table, cancellationToken);
        await using var service = await MeasuredService.StartAsync(folder.Combine("busy"), cancellationToken);
        if (Wanted("dashboard"))
        {
            // Without browsers of its own, at a steady pace for minutes: what is measured is looking on.
            await service.BeginAsync("steady", Pages(site, "steady", 3000), new { engine = "http" }, cancellationToken);
            await DashboardMeasurement.AddAsync(service, table, cancellationToken);
            await service.PostAsync("/v1/crawls/steady/cancel", new { }, cancellationToken);
        }

        // The crawl is of one site that nothing limits.
        await service.BeginAsync("busy", Pages(site, "busy", 3000), new { }, cancellationToken);
        if (Wanted("submissions"))
            await RequestMeasurements.AddSubmissionsAsync(service, site, table, cancellationToken);
        if (Wanted("metrics"))
            await RequestMeasurements.AddMetricsAsync(service, table, cancellationToken);
        if (Wanted("bulk"))
        {
            await service.BeginAsync("bulk", Pages(site, "bulk", 1), new { }, cancellationToken);
            await service.PostAsync("/v1/crawls/bulk/pause", new { }, cancellationToken);
            await RequestMeasurements.AddBulkAsync(service, site, table, cancellationToken);
        }

        if (Wanted("health"))
            await RequestMeasurements.AddHealthAsync(service, table, cancellationToken);
        Console.WriteLine($"### Service\n\n`farm serve --concurrency {MeasuredService.Concurrency}` as a process; site and client in one of their own; {Environment.ProcessorCount} cores.\n\n{table}");
        return 0;

        bool Wanted(string part) => only.Count == 0 || only.Contains(part);
    }

    private static IEnumerable<string> Pages(TestSite site, string folder, int count) => Enumerable.Range(0, count).Select(page => site.UriOf($"/{folder}/{page}").AbsoluteUri);
}
