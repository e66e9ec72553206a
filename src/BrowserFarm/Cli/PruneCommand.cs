using System.CommandLine;
using System.Globalization;
using BrowserFarm.Hosting;

namespace BrowserFarm.Cli;

/// <summary><c>farm prune</c>: old runs of a recurring crawl are forgotten.</summary>
internal static class PruneCommand
{
    public static Command Create()
    {
        var crawl = new Argument<string>("NAME") { Description = "The recurring crawl, by its name or folder." };
        var keep = CrawlOptions.Number("--keep-runs", 1, 1_000_000, "As many of the last runs stay; required.");
        keep.Required = true;
        var command = new Command("prune", "Forgets old runs of a recurring crawl with their results and files; 'crawl --keep-runs' does so after each run.") { crawl, keep };
        command.SetAction(async (line, cancellationToken) =>
        {
            var forgotten = await OldRuns.ForgetAsync(CrawlFolders.Find(line.GetRequiredValue(crawl)), line.GetValue(keep)!.Value, cancellationToken);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{forgotten} runs forgotten"));
            return ExitCode.Ok;
        });
        return command;
    }
}
