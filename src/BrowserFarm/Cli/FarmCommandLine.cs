using System.CommandLine;

namespace BrowserFarm.Cli;

/// <summary>The command line: which commands there are, and how a mistake in it is answered.</summary>
internal static class FarmCommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Renders JavaScript-heavy pages in Chromium: one, or a whole site.")
        {
            CrawlCommand.Create(),
            RenderCommand.Create(),
            DoctorCommand.Create(),
            DemoCommand.Create(),
        };
        root.Options.Add(CommonOptions.Verbose);

        var line = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (line.Errors.Count > 0)
        {
            var command = line.CommandResult.Command == root ? "farm" : $"farm {line.CommandResult.Command.Name}";
            Console.Error.WriteLine($"farm: {string.Join(" ", line.Errors.Select(error => Sentence(error.Message)).Distinct(StringComparer.Ordinal))} See '{command} --help'.");
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

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";
}
