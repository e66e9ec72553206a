using System.CommandLine;
using System.Diagnostics;
using BrowserFarm.Benchmarks.Reporting;
using TestKit;

namespace BrowserFarm.Benchmarks.Starting;

/// <summary><c>bench start</c>: how long a person waits for the first page: <c>./farm</c> as it is typed, on a tree that is built.</summary>
internal static class StartCommand
{
    private const int Times = 9;

    private static readonly byte[] Page = [.. "<!doctype html><title>page</title><p id=said></p><script>said.textContent = 'text'</script>"u8];

    public static Command Create()
    {
        var command = new Command("start", "From the command to the first page: ./farm render, ./farm crawl.");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        await using var site = await TestSite.StartAsync(cancellationToken);
        site.MapAll(async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.Body.WriteAsync(Page);
        });
        var table = new MarkdownTable("What", "Demanded", "Median", "Slowest");
        await AddAsync("render", "1.5 s", time => ["render", site.UriOf($"/render/{time}").AbsoluteUri, "--no-sandbox"]);
        await AddAsync("render --http", "", time => ["render", site.UriOf($"/http/{time}").AbsoluteUri, "--http"]);
        await AddAsync("crawl --max-pages 1", "2.5 s", time => ["crawl", site.UriOf($"/crawl/{time}").AbsoluteUri, "--max-pages", "1", "--no-sandbox", "--out", folder.Combine($"crawl-{time}")]);
        Console.WriteLine($"### From the command to its end\n\nA page of {Page.Length} bytes with a script, from this machine; {Times} times each, after one that does not count; {Environment.ProcessorCount} cores.\n\n{table}");
        return 0;

        async Task AddAsync(string what, string demanded, Func<int, string[]> arguments)
        {
            var took = new Samples();
            for (var time = 0; time <= Times; time++)
            {
                var one = await RunAsync(folder.Path, arguments(time));
                if (time > 0)
                    took.Add(one);
            }

            table.Add($"`./farm {what}`", demanded, Figures.Milliseconds(took.Quantile(0.5)), Figures.Milliseconds(took.Quantile(1)));
        }
    }

    private static async Task<TimeSpan> RunAsync(string folder, string[] arguments)
    {
        var began = Stopwatch.GetTimestamp();
        await using var process = FarmProcess.StartWith(Path.Join(RepositoryRoot.Path, "farm"), folder, arguments);
        var end = await process.EndAsync(Bounds.Long);
        var took = Stopwatch.GetElapsedTime(began);
        return end.ExitCode == 0 ? took : throw new InvalidOperationException($"./farm {string.Join(' ', arguments)} ended with {end.ExitCode}: {end.Errors}");
    }
}
