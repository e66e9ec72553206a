using System.CommandLine;
using Spectre.Console;

namespace BrowserFarm.Cli;

/// <summary><c>farm doctor</c>: is everything here that a crawl needs, and if not, what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("doctor", "Checks this machine: runtime, configuration, browser, sandbox, memory, disk, ports.");
        common.AddTo(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            var worst = ExitCode.Ok;
            await foreach (var check in DoctorChecks.RunAsync(() => common.Load(line), cancellationToken))
            {
                Write(check);
                if (worst == ExitCode.Ok && check.Grade == CheckGrade.Failed)
                    worst = check.ExitCode;
            }

            return worst;
        });
        return command;
    }

    private static void Write(Check check)
    {
        var (mark, colour) = check.Grade switch
        {
            CheckGrade.Ok => ("ok", "green"),
            CheckGrade.Warning => ("note", "yellow"),
            _ => ("FAIL", "red"),
        };
        if (Console.IsOutputRedirected)
        {
            Console.Out.WriteLine($"{mark,-5} {check.Subject,-14} {check.Finding}");
            if (check.Remedy is { } remedy)
                Console.Out.WriteLine($"{"",-20} → {remedy}");
            return;
        }

        AnsiConsole.MarkupLine($"[{colour}]{mark,-5}[/] {Markup.Escape($"{check.Subject,-14}")} {Markup.Escape(check.Finding)}");
        if (check.Remedy is { } advice)
            AnsiConsole.MarkupLine($"{"",-20} [grey]→[/] {Markup.Escape(advice)}");
    }
}
