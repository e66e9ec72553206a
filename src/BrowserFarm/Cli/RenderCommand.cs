using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BrowserFarm.Extraction;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Failures;
using ContextPool;
using ContextPool.Browsers;
using ContextPool.Leasing;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Cli;

/// <summary><c>farm render URL</c>: one page to the standard output.</summary>
internal static class RenderCommand
{
    /// <param name="early">A driver that was begun for it; null when none was.</param>
    public static Command Create(EarlyDriver? early)
    {
        var url = new Argument<string>("URL") { Description = "The page." };
        var format = new Option<string>("--format")
        {
            Description = "html, raw (as the server sent it), text, markdown, main (what the page is about, as Markdown), metadata, json (all of these, with the fields of --select and --schema), png, jpeg, webp, pdf, mhtml, har, console or network (default html).",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "html",
        };
        var page = new PageOptions();
        var visitor = new VisitorOptions();
        var saveProfile = new Option<string?>("--save-profile") { Description = "Write the cookies and the storage that the page has left to this file, for --profile: log in once, with --actions.", HelpName = "FILE" };
        var engine = CrawlOptions.Choice<EngineChoice>("--engine", "ENGINE", "What reads the page: browser, http (as the server sends it) or auto (so first, and in a browser if it is nothing like that) (default browser).", ("browser", EngineChoice.Browser), ("http", EngineChoice.Http), ("auto", EngineChoice.Auto));
        var http = new Option<bool>("--http") { Description = "The same as --engine http." };
        var common = new CommonOptions();
        var command = new Command("render", "Renders one page and writes it to the standard output.") { url, format, engine, http };
        foreach (var option in page.All.Concat(visitor.All).Append(saveProfile))
            command.Options.Add(option);
        common.AddTo(command);
        command.SetAction((line, cancellationToken) =>
        {
            var address = CanonicalUrl.Parse(line.GetValue(url)!);
            var wanted = FormatLists.ParseOne(line.GetValue(format)!);
            var wish = page.WishFrom(line, [wanted]);
            var choice = line.GetValue(http) ? EngineChoice.Http : line.GetValue(engine) ?? EngineChoice.Browser;
            var asked = line.GetValue(http) ? http.Name : $"{engine.Name} {choice.ToString().ToLowerInvariant()}";
            if (choice != EngineChoice.Browser)
                PageOptions.ThrowIfNeedsBrowser(wish, asked);
            if (choice != EngineChoice.Browser && line.GetValue(saveProfile) is not null)
                throw new FormatException($"{saveProfile.Name} takes what a browser has, which {asked} may not use; leave out one of the two.");
            return RunAsync(address, wish, choice, visitor.From(line), line.GetValue(saveProfile), common.Load(line), early, CommonOptions.Logging(line), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        CanonicalUrl url, PageWish wish, EngineChoice engine, VisitorSpec visitor, string? saveProfile, PlaywrightConfig config, EarlyDriver? early, Action<ILoggingBuilder>? logging, CancellationToken cancellationToken)
    {
        await Visitor.PrepareAsync(config, visitor, [url.Value], cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var signals = new StopSignals(stop.Cancel, stop.Cancel);

        RenderOutcome outcome;
        try
        {
            var request = new RenderRequest(url, wish, TargetTurn.Unlimited) { KeepProfile = saveProfile is not null };
            outcome = engine == EngineChoice.Browser ? await RenderAsync(request, config, early, logging, stop.Token) : await ReadAsync(request with { MayTurn = engine == EngineChoice.Auto }, config, stop.Token);
            if (engine == EngineChoice.Auto && WhyTurn(outcome, url, wish) is { } reason)
            {
                await Console.Error.WriteLineAsync($"farm: read in a browser: {reason}");
                outcome = await RenderAsync(request, config, early, logging, stop.Token);
            }
        }
        catch (OperationCanceledException) when (signals.Received)
        {
            return ExitCode.Interrupted;
        }

        switch (outcome)
        {
            case RenderOutcome.Rendered { Page: var page }:
                if (saveProfile is not null)
                    await ProfileFile.WriteAsync(saveProfile, page.Profile!, cancellationToken);
                await WriteAsync(page, url, wish, cancellationToken);
                return ExitCode.Ok;
            case RenderOutcome.Failed { Failure: var failure }:
                throw new CliException(ExitCode.NothingRead, $"{url} could not be read: {failure.Reason} ({failure.Class})");
            default:
                throw new InvalidOperationException($"An outcome nobody knows: {outcome}.");
        }
    }

    /// <summary>Why a page that was read without a browser needs one; null when it does not.</summary>
    private static string? WhyTurn(RenderOutcome outcome, CanonicalUrl url, PageWish wish)
    {
        if (outcome is RenderOutcome.NeedsBrowser { Reason: var need })
            return need;
        if (outcome is not RenderOutcome.Rendered { Page: var page })
            return null;

        PageExtractor.Extract(page, JobOf(url), wish, out var missing);
        return missing is null ? null : $"What the server sends lacks a required field: {missing}.";
    }

    private static Job JobOf(CanonicalUrl url) => new(Id: 0, "render", url, Depth: 0, Attempts: 1, Holds: 0, Refunds: 0);

    private static async Task<RenderOutcome> ReadAsync(RenderRequest request, PlaywrightConfig config, CancellationToken cancellationToken)
    {
        using var renderer = config.CreateHttpRenderer(TimeProvider.System);
        return await renderer.ReadAsync(request, cancellationToken);
    }

    private static async Task<RenderOutcome> RenderAsync(
        RenderRequest request, PlaywrightConfig config, EarlyDriver? early, Action<ILoggingBuilder>? logging, CancellationToken cancellationToken)
    {
        CommonOptions.CheckBrowser(config);
        using var loggers = LoggerFactory.Create(logging ?? (_ => { }));
        var options = new ContextPoolOptions { MaxContexts = 1 };
        config.ApplyTo(options);
        await using var pool = new BrowserContextPool(options, loggers, early);
        await using var lease = await pool.LeaseAsync(new LeaseRequest("render") { HoldAtMost = config.Render.AttemptTimeoutOf(request.Wish) * 2 }, cancellationToken);
        return await new BrowserRenderer(config.Render, TimeProvider.System).RenderAsync(lease, request, cancellationToken);
    }

    private static async Task WriteAsync(RenderedPage page, CanonicalUrl url, PageWish wish, CancellationToken cancellationToken)
    {
        var document = PageExtractor.Extract(page, JobOf(url), wish, out var missing);
        if (missing is not null)
            throw new CliException(ExitCode.NothingRead, $"{url} lacks a required field: {missing} ({FailureClasses.FieldMissing})");
        foreach (var problem in page.CaptureProblems.Where(_ => wish.Formats[0] != PageFormat.Json))
        {
            if (!page.Files.ContainsKey(problem.Format))
                throw new CliException(ExitCode.NothingRead, $"{url} was read, but there is no {PageFormats.NameOf(problem.Format)} of it: {problem.Reason}");
            await Console.Error.WriteLineAsync($"{PageFormats.NameOf(problem.Format)}: {problem.Reason}");
        }

        var bytes = wish.Formats[0] switch
        {
            var format when PageFormats.IsFile(format) => page.Files[format],
            PageFormat.Console => Lines(document.Console!, JobsJson.Readable.ConsoleLine),
            PageFormat.Network => Lines(document.Network!, JobsJson.Readable.NetworkLine),
            PageFormat.Metadata => JsonSerializer.SerializeToUtf8Bytes(document.Metadata!, JobsJson.Readable.PageMetadata),
            PageFormat.Json => JsonSerializer.SerializeToUtf8Bytes(document, JobsJson.Readable.PageDocument),
            PageFormat.Text => Encoding.UTF8.GetBytes(document.Text!),
            PageFormat.Main => Encoding.UTF8.GetBytes(document.Main!),
            PageFormat.Markdown => Encoding.UTF8.GetBytes(document.Markdown!),
            _ => Encoding.UTF8.GetBytes(document.Html!),
        };

        try
        {
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(bytes, cancellationToken);
            if (!PageFormats.IsFile(wish.Formats[0]) && bytes is not ([] or [.., (byte)'\n']))
                await output.WriteAsync("\n"u8.ToArray(), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            throw new CliException(ExitCode.Storage, $"The page could not be written to the output: {exception.Message}", exception);
        }
    }

    private static byte[] Lines<T>(IEnumerable<T> values, JsonTypeInfo<T> type) => Encoding.UTF8.GetBytes(string.Concat(values.Select(value => JsonSerializer.Serialize(value, type) + "\n")));
}
