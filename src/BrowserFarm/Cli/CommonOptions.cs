using System.CommandLine;
using BrowserFarm.Hosting;
using ContextPool.Browsers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace BrowserFarm.Cli;

/// <summary>Options that every command with a browser has.</summary>
internal sealed class CommonOptions
{
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Configuration file (default: ./playwright.config.json, else the program's own).",
        HelpName = "FILE",
    };

    public Option<bool> NoSandbox { get; } = new("--no-sandbox")
    {
        Description = "Run pages without Chromium's sandbox; only for pages that you trust.",
    };

    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Write the log to the error output.",
        Recursive = true,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Config);
        command.Options.Add(NoSandbox);
    }

    /// <summary>The configuration with the command line's wishes applied.</summary>
    public PlaywrightConfig Load(ParseResult line)
    {
        var config = PlaywrightConfigFile.Load(line.GetValue(Config));
        if (line.GetValue(NoSandbox))
            config.Launch.Sandbox = SandboxMode.Off;
        return config;
    }

    /// <summary>Finds the browser before anything is begun, and says in one line when pages will run without a sandbox.</summary>
    /// <exception cref="ContextPool.BrowserNotFoundException">There is none.</exception>
    public static void CheckBrowser(PlaywrightConfig config)
    {
        new BrowserLocator().Locate(config.Launch);
        if (config.Launch.UsesSandbox)
            return;

        var why = config.Launch.Sandbox == SandboxMode.Auto ? "root cannot have it; run as another user" : "as asked";
        Console.Error.WriteLine($"farm: pages run without Chromium's sandbox ({why}).");
    }

    /// <summary>Where log messages go: nowhere, or with --verbose to the error output.</summary>
    public static Action<ILoggingBuilder>? Logging(ParseResult line) => !line.GetValue(Verbose)
        ? null
        : logging => logging
            .SetMinimumLevel(LogLevel.Debug)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddSimpleConsole(format =>
            {
                format.SingleLine = true;
                format.TimestampFormat = "HH:mm:ss.fff ";
                format.ColorBehavior = LoggerColorBehavior.Disabled;
            });
}
