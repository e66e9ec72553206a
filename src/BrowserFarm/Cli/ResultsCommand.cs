using System.CommandLine;
using System.Globalization;
using BrowserFarm.Cli.Remote;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Storage;
using BrowserFarm.Storage.Exports;

namespace BrowserFarm.Cli;

/// <summary><c>farm results</c>: what a crawl has read so far, as lines, as a table or as an array; also while it runs.</summary>
internal sealed class ResultsCommand
{
    private readonly Argument<string> _crawl = new("NAME") { Description = "The crawl, by its name or folder." };

    private readonly Option<ResultFormat?> _format = CrawlOptions.Choice<ResultFormat>(
        "--format", "FORMAT", "ndjson (a document a line), csv (a row a page) or json (one array) (default: by the ending of --out, else ndjson).",
        ("ndjson", ResultFormat.Ndjson), ("csv", ResultFormat.Csv), ("json", ResultFormat.Json));

    private readonly Option<string[]> _columns = new("--columns")
    {
        Description = "With csv: what is in it, for example url,title,fields.price; comma-separated or repeated (default: address, status, title, time, and all fields).",
        HelpName = "NAMES",
    };

    private readonly Option<string?> _run = new("--run") { Description = $"Of a recurring crawl: the run by its number or name, or '{CrawlInspection.EveryRun}' (default: the last).", HelpName = "RUN" };

    private readonly Option<long?> _after = new("--after")
    {
        Description = "Only results with a higher 'seq' than this: what came since.",
        HelpName = "SEQ",
        CustomParser = result =>
        {
            if (long.TryParse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "", NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
                return sequence;
            result.AddError("--after must be the 'seq' of a result.");
            return null;
        },
    };

    private readonly FarmConnection _farm = new();

    private readonly Option<string?> _out = new("--out") { Description = "Write to this file, whole or not at all (default: the output).", HelpName = "FILE" };

    public static Command Create()
    {
        var results = new ResultsCommand();
        var command = new Command("results", "Hands out what a crawl has read so far, as lines of JSON, a table or an array; with --farm or FARM_URL, of a service's crawl.")
        {
            results._crawl, results._format, results._columns, results._run, results._after, results._out, results._farm.Url,
        };
        command.SetAction(results.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var file = line.GetValue(_out);
        var format = line.GetValue(_format) ?? FormatOf(file);
        if (_farm.IsNamed(line))
            return await OfServiceAsync(line, file, format, cancellationToken);

        using var crawl = CrawlInspection.Open(CrawlFolders.Find(line.GetRequiredValue(_crawl)));
        var columns = ColumnsFrom(line.GetValue(_columns) ?? [], format, crawl.Crawl.Spec.Page);
        if (file is null)
        {
            await using var output = new PipeOutput();
            await output.WriteAsync(stream => ExportAsync(crawl, stream, format, columns, line, cancellationToken));
            return ExitCode.Ok;
        }

        var written = 0L;
        await WholeFile.WriteAsync(file, async stream => written = await ExportAsync(crawl, stream, format, columns, line, cancellationToken));
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{written} results of {crawl.Crawl.Id} are in {file}"));
        return ExitCode.Ok;
    }

    private async Task<int> OfServiceAsync(ParseResult line, string? file, ResultFormat format, CancellationToken cancellationToken)
    {
        foreach (var option in new Option[] { _columns, _run })
        {
            if (line.GetResult(option) is { Implicit: false })
                throw new FormatException($"{option.Name} is for crawls of this machine; a service's results have the columns that its crawl asked for.");
        }

        using var farm = _farm.Open(line);
        return await new RemoteResults(farm, line.GetRequiredValue(_crawl)).WriteAsync(file, format, line.GetValue(_after) ?? 0, cancellationToken);
    }

    private async Task<long> ExportAsync(
        CrawlInspection crawl, Stream stream, ResultFormat format, IReadOnlyList<ResultColumn> columns, ParseResult line, CancellationToken cancellationToken)
    {
        await using var buffered = new BufferedStream(stream, 64 * 1024);
        await using IResultWriter writer = format == ResultFormat.Csv ? new CsvResults(buffered, columns) : new JsonResults(buffered, asArray: format == ResultFormat.Json);
        return await crawl.ExportAsync(writer, line.GetValue(_run), line.GetValue(_after) ?? 0, cancellationToken);
    }

    private static IReadOnlyList<ResultColumn> ColumnsFrom(string[] lists, ResultFormat format, PageWish wish) => lists switch
    {
        [] => ResultColumn.Of(wish),
        _ when format != ResultFormat.Csv => throw new FormatException("--columns says something only with --format csv."),
        _ => ResultColumn.Parse(lists, wish),
    };

    private static ResultFormat FormatOf(string? file) => Path.GetExtension(file)?.ToUpperInvariant() switch
    {
        ".CSV" => ResultFormat.Csv,
        ".JSON" => ResultFormat.Json,
        _ => ResultFormat.Ndjson,
    };
}
