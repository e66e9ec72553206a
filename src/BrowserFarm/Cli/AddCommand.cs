using System.CommandLine;
using System.Globalization;
using BrowserFarm.Hosting;
using BrowserFarm.Queueing;

namespace BrowserFarm.Cli;

/// <summary><c>farm add</c>: more pages for a crawl that was begun.</summary>
internal static class AddCommand
{
    public static Command Create()
    {
        var crawl = new Argument<string>("NAME") { Description = "The crawl, by its name or folder." };
        var urls = new Argument<string[]>("URL") { Description = "Pages to add.", Arity = ArgumentArity.ZeroOrMore };
        var list = new Option<string?>("--urls") { Description = "Read more URLs from a file, one a line; - reads them from the input.", HelpName = "FILE|-" };
        var key = new Option<string?>("--key")
        {
            Description = "A name for this addition, up to 255 characters without spaces: done again under it within a week, it changes nothing.",
            HelpName = "KEY",
        };
        key.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !SubmissionKey.IsLegal(result.Tokens[0].Value))
                result.AddError($"--key must be 1 to {SubmissionKey.MaxLength} visible ASCII characters.");
        });

        var command = new Command("add", "Adds pages to a crawl that was begun; go on with 'crawl --resume'.") { crawl, urls, list, key };
        command.Validators.Add(result =>
        {
            if (result.GetResult(urls) is not { Tokens.Count: > 0 } && result.GetResult(list) is null)
                result.AddError("No page is given: write URLs, or --urls FILE.");
        });
        command.SetAction((line, cancellationToken) =>
            RunAsync(line.GetRequiredValue(crawl), line.GetValue(urls) ?? [], line.GetValue(list), line.GetValue(key), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string name, string[] arguments, string? list, string? key, CancellationToken cancellationToken)
    {
        var urls = await UrlInput.ReadAsync(arguments, list, Console.In, cancellationToken);
        SubmitReceipt receipt;
        try
        {
            receipt = await AddedPages.AddAsync(CrawlFolders.Find(name), urls, key, cancellationToken);
        }
        catch (SubmissionKeyException exception)
        {
            throw new CliException(ExitCode.Usage, exception.Message, exception);
        }

        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{receipt.Accepted} of {urls.Count} pages added, {receipt.Duplicates} were known{(receipt.OverBudget > 0 ? $", {receipt.OverBudget} are beyond the crawl's --max-pages" : "")}. "
            + $"Go on with ./farm crawl --resume {name}"));
        return ExitCode.Ok;
    }
}
