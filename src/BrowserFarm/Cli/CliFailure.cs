using BrowserFarm.Api;
using BrowserFarm.Api.Access;
using BrowserFarm.Demo;
using BrowserFarm.Hosting;
using BrowserFarm.Queueing;
using BrowserFarm.Storage;
using ContextPool;
using Microsoft.Extensions.Options;

namespace BrowserFarm.Cli;

/// <summary>Turns what went wrong into one line and an exit code. A stack trace is for our own faults only, and only with --verbose.</summary>
internal static class CliFailure
{
    public static (int ExitCode, string Message) Explain(Exception exception) => exception switch
    {
        CliException cli => (cli.ExitCode, cli.Message),
        FormatException => (ExitCode.Usage, exception.Message),
        ConfigFileException or TokenFileException or LimitsFileException or OptionsValidationException => (ExitCode.Config, exception.Message),
        BrowserNotFoundException or BrowserLaunchException => (ExitCode.NoBrowser, exception.Message),
        AddressTakenException => (ExitCode.PortInUse, exception.Message),
        PortInUseException port => (ExitCode.PortInUse, $"Port {port.Port} is used by another program; stop it, or choose another with --port."),
        CrawlFolderException or QueueStorageException => (ExitCode.Storage, exception.Message),
        IOException when StorageWait.IsPassing(exception) => (ExitCode.Storage, $"{StorageWait.Words(exception)}; free some space."),
        UnauthorizedAccessException or IOException => (ExitCode.Storage, exception.Message),
        _ => (ExitCode.Unexpected, $"This is a fault in the program, please report it: {exception.GetType().Name}: {exception.Message}"),
    };

    public static int Report(Exception exception, bool verbose)
    {
        var (exitCode, message) = Explain(exception);
        Console.Error.WriteLine($"farm: {message}");
        if (verbose)
            Console.Error.WriteLine(exception);
        return exitCode;
    }
}
