using System.CommandLine;
using BrowserFarm.Cli.Remote;
using BrowserFarm.Operations.Audit;
using Spectre.Console;

namespace BrowserFarm.Cli;

/// <summary><c>farm doctor</c>: is everything here that a crawl needs, and if not, what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("doctor", "Checks this machine: runtime, configuration, browser, sandbox, memory, disk, ports; with --url, a service.");
        common.AddTo(command);
        var farm = new FarmConnection("--url");
        farm.AddTo(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            var worst = ExitCode.Ok;
            var asJson = line.GetValue(farm.Json);
            var checks = new List<Check>();
            // Only by the option: FARM_URL may be set where this machine is what somebody wants to know of.
            using var client = line.GetValue(farm.Url) is null ? null : farm.Open(line);
            await foreach (var check in client is null ? DoctorChecks.RunAsync(() => common.Load(line), cancellationToken) : RemoteDoctor.RunAsync(client, cancellationToken))
            {
                checks.Add(check);
                if (!asJson)
                    Write(check);
                if (worst == ExitCode.Ok && check.Grade == FindingGrade.Failed)
                    worst = check.ExitCode;
            }

            if (asJson)
                await Console.Out.WriteLineAsync(RemoteDoctor.ToJson(checks));
            return worst;
        });
        return command;
    }

    private static void Write(Check check)
    {
        var (mark, colour) = check.Grade switch
        {
            FindingGrade.Ok => ("ok", "green"),
            FindingGrade.Warning => ("note", "yellow"),
            _ => ("FAIL", "red"),
        };
        if (Console.IsOutputRedirected)
        {
            Console.Out.WriteLine($"{mark,-5} {check.Subject,-16} {check.Finding}");
            if (check.Remedy is { } remedy)
                Console.Out.WriteLine($"{"",-22} → {remedy}");
            return;
        }

        AnsiConsole.MarkupLine($"[{colour}]{mark,-5}[/] {Markup.Escape($"{check.Subject,-16}")} {Markup.Escape(check.Finding)}");
        if (check.Remedy is { } advice)
            AnsiConsole.MarkupLine($"{"",-22} [grey]→[/] {Markup.Escape(advice)}");
    }
}
