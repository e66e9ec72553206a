using System.CommandLine;
using BrowserFarm.Api.Answers;
using BrowserFarm.Api.Requests;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm dead-letters</c>: pages that a service gave up, of one crawl or of all, why, and back in line.</summary>
internal static class DeadLettersCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "The crawl; left out, all crawls.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all-crawls") { Description = "With --requeue and no name: of all crawls." };
        var wanted = new Option<string?>("--class") { Description = "Only those that failed for this, for example http-404.", HelpName = "CLASS" };
        var jobs = new Option<long[]>("--job") { Description = "With --requeue: only these, by the numbers of their jobs; may be repeated.", HelpName = "N" };
        var requeue = new Option<bool>("--requeue") { Description = "Put them back in line." };
        var limit = CrawlOptions.Number("--limit", 1, 1_000, "Most to show (default 50).");
        var cursor = new Option<string?>("--cursor") { Description = "Go on where the last list ended.", HelpName = "CURSOR" };
        var farm = new FarmConnection();
        var command = farm.AddTo(new Command("dead-letters", "Lists pages that a service gave up, of one crawl or of all, or puts them back in line.") { name, wanted, jobs, requeue, all, limit, cursor });
        command.Validators.Add(result =>
        {
            if (result.GetResult(jobs) is { Implicit: false } && !result.GetValue(requeue))
                result.AddError("--job says which to put back; give --requeue with it.");
            if (result.GetValue(name) is null && result.GetResult(jobs) is { Implicit: false })
                result.AddError("--job needs the name of the crawl that they are of.");
            else if (result.GetValue(requeue) && result.GetValue(name) is null != result.GetValue(all))
                result.AddError(result.GetValue(all) ? "A name and --all-crawls say two things; leave out one of them." : "Name the crawl whose pages go back in line, or give --all-crawls.");
            else if (result.GetValue(all) && !result.GetValue(requeue))
                result.AddError("--all-crawls is of --requeue; without it, and without a name, those of all crawls are listed.");
        });
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = farm.Open(line);
            var (crawl, asJson) = (line.GetValue(name), line.GetValue(farm.Json));
            if (line.GetValue(requeue))
            {
                var request = new RequeueRequest { Crawl = crawl, AllCrawls = crawl is null, Class = line.GetValue(wanted), Jobs = line.GetValue(jobs) is { Length: > 0 } numbers ? numbers : null };
                var done = await client.PostAsync("v1/dead-letters/requeue", FarmClient.Json(request, ApiJson.Readable.RequeueRequest), key: null, cancellationToken);
                await Console.Out.WriteLineAsync(asJson ? done : RemoteText.Requeued(FarmClient.Read(done, ApiJson.Readable.RequeuedAnswer)));
                return ExitCode.Ok;
            }

            var query = $"limit={line.GetValue(limit) ?? 50}" + (crawl is null ? "" : $"&crawl={Uri.EscapeDataString(crawl)}")
                + (line.GetValue(wanted) is { } one ? $"&class={Uri.EscapeDataString(one)}" : "") + (line.GetValue(cursor) is { } from ? $"&cursor={Uri.EscapeDataString(from)}" : "");
            var text = await client.GetAsync($"v1/dead-letters?{query}", cancellationToken);
            await Console.Out.WriteLineAsync(asJson ? text : RemoteText.DeadLetters(FarmClient.Read(text, ApiJson.Readable.DeadLetterList), withCrawl: crawl is null).TrimEnd());
            return ExitCode.Ok;
        });
        return command;
    }
}
