using System.CommandLine;
using BrowserFarm.Api.Answers;
using BrowserFarm.Api.Requests;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm dead-letters</c>: pages that a service's crawl gave up, why, and back in line.</summary>
internal static class DeadLettersCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The crawl." };
        var wanted = new Option<string?>("--class") { Description = "Only those that failed for this, for example http-404.", HelpName = "CLASS" };
        var jobs = new Option<long[]>("--job") { Description = "With --requeue: only these, by the numbers of their jobs; may be repeated.", HelpName = "N" };
        var requeue = new Option<bool>("--requeue") { Description = "Put them back in line." };
        var limit = CrawlOptions.Number("--limit", 1, 1_000, "Most to show (default 50).");
        var cursor = new Option<string?>("--cursor") { Description = "Go on where the last list ended.", HelpName = "CURSOR" };
        var farm = new FarmConnection();
        var command = farm.AddTo(new Command("dead-letters", "Lists pages that a service's crawl gave up, or puts them back in line.") { name, wanted, jobs, requeue, limit, cursor });
        command.Validators.Add(result =>
        {
            if (result.GetResult(jobs) is { Implicit: false } && !result.GetValue(requeue))
                result.AddError("--job says which to put back; give --requeue with it.");
        });
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = farm.Open(line);
            var (crawl, asJson) = (line.GetRequiredValue(name), line.GetValue(farm.Json));
            if (line.GetValue(requeue))
            {
                var request = new RequeueRequest { Crawl = crawl, Class = line.GetValue(wanted), Jobs = line.GetValue(jobs) is { Length: > 0 } numbers ? numbers : null };
                var done = await client.PostAsync("v1/dead-letters/requeue", FarmClient.Json(request, ApiJson.Readable.RequeueRequest), key: null, cancellationToken);
                await Console.Out.WriteLineAsync(asJson ? done : $"{RemoteText.Count(FarmClient.Read(done, ApiJson.Readable.RequeuedAnswer).Requeued, "page")} back in line");
                return ExitCode.Ok;
            }

            var query = $"crawl={Uri.EscapeDataString(crawl)}&limit={line.GetValue(limit) ?? 50}"
                + (line.GetValue(wanted) is { } one ? $"&class={Uri.EscapeDataString(one)}" : "") + (line.GetValue(cursor) is { } from ? $"&cursor={Uri.EscapeDataString(from)}" : "");
            var text = await client.GetAsync($"v1/dead-letters?{query}", cancellationToken);
            await Console.Out.WriteLineAsync(asJson ? text : RemoteText.DeadLetters(FarmClient.Read(text, ApiJson.Readable.DeadLetterList)).TrimEnd());
            return ExitCode.Ok;
        });
        return command;
    }
}
