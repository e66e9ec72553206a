using System.CommandLine;
using BrowserFarm.Api.Answers;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm status</c>: how a service does, or one of its crawls.</summary>
internal static class StatusCommand
{
    private const int CrawlsShown = 10;

    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "One crawl; without, the service as a whole.", Arity = ArgumentArity.ZeroOrOne };
        var farm = new FarmConnection();
        var command = farm.AddTo(new Command("status", "Tells how a service does, or one of its crawls.") { name });
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = farm.Open(line);
            var asJson = line.GetValue(farm.Json);
            if (line.GetValue(name) is { } crawl)
            {
                var one = await client.GetAsync($"v1/crawls/{Uri.EscapeDataString(crawl)}", cancellationToken);
                await Console.Out.WriteLineAsync(asJson ? one : RemoteText.Crawl(FarmClient.Read(one, ApiJson.Readable.CrawlAnswer)).TrimEnd());
                return ExitCode.Ok;
            }

            var queue = await client.GetAsync("v1/queue", cancellationToken);
            var pool = await client.GetAsync("v1/pool", cancellationToken);
            var crawls = await client.GetAsync($"v1/crawls?limit={CrawlsShown}", cancellationToken);
            var (_, ready) = await client.AskAsync("readyz", cancellationToken);
            await Console.Out.WriteLineAsync(asJson
                ? $$"""{"queue":{{queue}},"pool":{{pool}},"crawls":{{crawls}},"ready":{{ready}}}"""
                : RemoteText.Status(
                    FarmClient.Read(queue, ApiJson.Readable.QueueAnswer), FarmClient.Read(pool, ApiJson.Readable.PoolAnswer), FarmClient.Read(crawls, ApiJson.Readable.CrawlList),
                    FarmClient.Read(ready, ApiJson.Readable.ReadyAnswer)).TrimEnd());
            return ExitCode.Ok;
        });
        return command;
    }
}
