using System.CommandLine;
using System.CommandLine.Help;
using BrowserFarm.Cli.Remote;
using ContextPool.Browsers;

namespace BrowserFarm.Cli;

/// <summary>The command line: which commands there are, and how a mistake in it is answered.</summary>
internal static class FarmCommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        // First of all, for it takes longer than everything below.
        await using var early = BrowserForesight.IsWanted(args) ? EarlyDriver.Begin() : null;

        // Not a RootCommand, whose name in the help is that of the executable and not what a person types.
        var root = new Command("./farm", "Renders JavaScript-heavy pages in Chromium: one, or a whole site.")
        {
            new HelpOption(),
            new VersionOption(),
            CrawlCommand.Create(early),
            RenderCommand.Create(early),
            AddCommand.Create(),
            RequeueCommand.Create(),
            ResultsCommand.Create(),
            PruneCommand.Create(),
            ExplainCommand.Create(),
            DoctorCommand.Create(),
            ServeCommand.Create(),
            TokenCommand.Create(),
            HealthCommand.Create(),
            DemoCommand.Create(),
            SubmitCommand.Create(),
            StatusCommand.Create(),
            TopCommand.Create(),
            PhaseCommands.CreateCancel(),
            PhaseCommands.CreatePause(),
            PhaseCommands.CreateResume(),
            DeadLettersCommand.Create(),
            TargetsCommand.Create(),
        };
        root.Add(CompletionCommand.Create(root));
        root.Options.Add(CommonOptions.Verbose);

        // No response files: '@daily' is a cron expression.
        var line = root.Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (line.Errors.Count > 0)
        {
            var command = line.CommandResult.Command == root ? root.Name : $"{root.Name} {line.CommandResult.Command.Name}";
            Console.Error.WriteLine($"farm: {string.Join(" ", Messages(line))} See '{command} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            // Stopping is ours: a crawl drains on Ctrl-C.
            return await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception exception)
        {
            return CliFailure.Report(exception, line.GetValue(CommonOptions.Verbose));
        }
    }

    /// <summary>What is wrong; when a word is not known, that no command was found is no news.</summary>
    private static IEnumerable<string> Messages(ParseResult line)
    {
        var messages = line.Errors.Select(error => Sentence(error.Message)).Distinct(StringComparer.Ordinal).ToList();
        return line.UnmatchedTokens.Count > 0 && messages.Count > 1 ? messages.Where(message => !message.StartsWith("Required command", StringComparison.Ordinal)) : messages;
    }

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";
}
