using System.CommandLine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace BrowserFarm.Cli;

/// <summary>The log of <c>farm serve</c>, on the error output: lines for people, JSON for collectors, or none.</summary>
internal sealed class ServeLogging
{
    private static readonly string[] Formats = ["text", "json", "off"];

    public Option<string> Format { get; } = new("--log")
    {
        Description = "The log on the error output: text, json (a document a line, with the numbers of trace and span), or off; --verbose tells more.",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => Formats[0],
    };

    public ServeLogging() => Format.AcceptOnlyFromAmong(Formats);

    public Action<ILoggingBuilder>? From(ParseResult line)
    {
        var format = line.GetValue(Format);
        if (format == "off")
            return null;

        var level = line.GetValue(CommonOptions.Verbose) ? LogLevel.Debug : LogLevel.Information;
        return logging =>
        {
            logging.SetMinimumLevel(level)
                .AddFilter("Microsoft", LogLevel.Warning)
                .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)   // why it did not start, or broke, is told as the program's last line
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            if (format == "json")
                logging.AddJsonConsole(json => (json.IncludeScopes, json.UseUtcTimestamp, json.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
            else
                logging.AddSimpleConsole(text => (text.SingleLine, text.UseUtcTimestamp, text.TimestampFormat, text.ColorBehavior) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ ", LoggerColorBehavior.Disabled));
        };
    }
}
