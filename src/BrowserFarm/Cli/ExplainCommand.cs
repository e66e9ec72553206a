using System.CommandLine;
using BrowserFarm.Cli.Remote;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Cli;

/// <summary><c>farm explain</c>: what a crawl, or one page of it, waits for.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var crawl = new Argument<string>("NAME") { Description = "The crawl, by its name or folder; it may be running." };
        var url = new Option<string?>("--url") { Description = "One page, by its address.", HelpName = "URL" };
        var job = new Option<long?>("--job") { Description = "One page, by the number of its job.", HelpName = "N" };
        var target = new Option<string?>("--target") { Description = "Only sites whose address contains this.", HelpName = "TEXT" };

        var farm = new FarmConnection();
        var command = farm.AddTo(new Command("explain", "Tells what a crawl or a page of it waits for, and until when; with --farm or FARM_URL, of a service's crawl.") { crawl, url, job, target });
        command.Validators.Add(result =>
        {
            if (result.GetResult(url) is not null && result.GetResult(job) is not null)
                result.AddError("--url and --job name the same thing; give one of them.");
        });
        command.SetAction(async (line, cancellationToken) => farm.IsNamed(line)
            ? await RemoteExplain.RunAsync(farm, line, line.GetRequiredValue(crawl), line.GetValue(url), line.GetValue(job), cancellationToken)
            : line.GetValue(farm.Json) ? throw new FormatException($"{farm.Json.Name} is a service's answer; name the service with {farm.Url.Name}.")
            : await RunAsync(line.GetRequiredValue(crawl), line.GetValue(url), line.GetValue(job), line.GetValue(target)));
        return command;
    }

    private static async Task<int> RunAsync(string name, string? url, long? job, string? target)
    {
        using var crawl = CrawlInspection.Open(CrawlFolders.Find(name));
        var now = TimeProvider.System.GetUtcNow();
        var text = new ExplainText(name, crawl.Status(now), now);
        if (url is null && job is null)
        {
            await Console.Out.WriteAsync(text.Overview(crawl.Crawl, crawl.Recurring, crawl.Count(), crawl.Waited(), crawl.Lines(atMost: 10_000), target ?? ""));
            return ExitCode.Ok;
        }

        var (asked, found) = url is not null && CanonicalUrl.Parse(url) is var address
            ? (address.Value, crawl.Locate(address, now))
            : ($"Job {job}", crawl.Locate(job!.Value, now));
        await Console.Out.WriteAsync(text.Page(asked, found));
        return found is Whereabouts.Unknown ? ExitCode.Usage : ExitCode.Ok;
    }
}
