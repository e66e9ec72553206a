using System.CommandLine;
using BrowserFarm.Crawling;
using BrowserFarm.Hosting;

namespace BrowserFarm.Cli;

/// <summary><c>farm requeue</c>: failed pages back in line, all of them or those that a filter lets through.</summary>
internal static class RequeueCommand
{
    public static Command Create()
    {
        var crawl = new Argument<string>("NAME") { Description = "The crawl, by its name or folder." };
        var @class = new Option<string[]>("--class") { Description = "Only failures of this class, as failures.ndjson has it; may be given again.", HelpName = "CLASS" };
        var url = new Option<string[]>("--url") { Description = "Only pages whose URL matches this glob; may be given again.", HelpName = "GLOB" };
        url.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                try
                {
                    _ = new UrlGlob(token.Value);
                }
                catch (FormatException exception)
                {
                    result.AddError(exception.Message);
                }
            }
        });

        var command = new Command("requeue", "Puts failed pages of a crawl back in line; go on with 'crawl --resume'.") { crawl, @class, url };
        command.SetAction((line, cancellationToken) => RunAsync(line.GetRequiredValue(crawl), line.GetValue(@class) ?? [], line.GetValue(url) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string name, string[] classes, string[] urls, CancellationToken cancellationToken)
    {
        var folder = CrawlFolders.Find(name);
        var globs = urls.Select(pattern => new UrlGlob(pattern)).ToList();
        var (requeued, failed) = await FailedPages.RequeueAsync(
            folder,
            letter => (classes.Length == 0 || classes.Contains(letter.Failure.Class, StringComparer.Ordinal))
                && (globs.Count == 0 || globs.Exists(glob => glob.Matches(letter.Job.Url.ToUri()))),
            cancellationToken);
        await Console.Out.WriteLineAsync(requeued == 0
            ? $"None of {failed} failed pages matches; nothing was changed."
            : $"{requeued} of {failed} failed pages are back in line. Go on with ./farm crawl --resume {name}");
        return ExitCode.Ok;
    }
}
