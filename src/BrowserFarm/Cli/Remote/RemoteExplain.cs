using System.CommandLine;
using System.Globalization;
using BrowserFarm.Api.Answers;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm explain</c> of a service's crawl.</summary>
internal static class RemoteExplain
{
    public static async Task<int> RunAsync(FarmConnection farm, ParseResult line, string crawl, string? url, long? job, CancellationToken cancellationToken)
    {
        using var client = farm.Open(line);
        if (url is null && job is null)
        {
            // Of the whole: how it stands, and how the farm does that works on it.
            var one = await client.GetAsync($"v1/crawls/{Uri.EscapeDataString(crawl)}", cancellationToken);
            var queue = await client.GetAsync("v1/queue", cancellationToken);
            var seen = FarmClient.Read(queue, ApiJson.Readable.QueueAnswer);
            await Console.Out.WriteLineAsync(line.GetValue(farm.Json)
                ? $$"""{"crawl":{{one}},"queue":{{queue}}}"""
                : $"{RemoteText.Crawl(FarmClient.Read(one, ApiJson.Readable.CrawlAnswer))}{"service",-10}  {seen.State}: {Api.ClientText.Clean(seen.Reason)}; {RemoteText.Drain(seen)}");
            return ExitCode.Ok;
        }

        var query = job is { } number ? string.Create(CultureInfo.InvariantCulture, $"job={number}") : $"crawl={Uri.EscapeDataString(crawl)}&url={Uri.EscapeDataString(url!)}";
        var text = await client.GetAsync($"v1/explain?{query}", cancellationToken);
        var answer = FarmClient.Read(text, ApiJson.Readable.ExplainAnswer);
        await Console.Out.WriteLineAsync(line.GetValue(farm.Json) ? text : RemoteText.Explain(url ?? $"job {job}", answer, TimeProvider.System.GetUtcNow()).TrimEnd());
        return answer.State == "unknown" ? ExitCode.Usage : ExitCode.Ok;
    }
}
