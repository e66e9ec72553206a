using System.CommandLine;
using System.Net;
using BrowserFarm.Api;
using BrowserFarm.Cli.Remote;

namespace BrowserFarm.Cli;

/// <summary><c>farm health</c>: asks a service whether it lives, for health checks in a container that has no other client for HTTP.</summary>
internal static class HealthCommand
{
    public static Command Create()
    {
        var farm = new FarmConnection("--url");
        var ready = new Option<bool>("--ready") { Description = "Ask whether it can take work, too." };
        var command = new Command("health", "Tells whether a service answers: exit code 0, or 1.") { farm.Url, ready };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = farm.Open(line);
            try
            {
                var (status, answer) = await client.AskAsync(line.GetValue(ready) ? "readyz" : "healthz", cancellationToken);
                if (status == HttpStatusCode.OK)
                    return ExitCode.Ok;
                await Console.Error.WriteLineAsync($"{client.Name} answered {(int)status}: {ClientText.Clean(answer)}");
            }
            catch (CliException exception) when (exception.ExitCode == ExitCode.Service)
            {
                await Console.Error.WriteLineAsync(exception.Message);
            }

            return ExitCode.Unexpected;   // engines know 0 and 1
        });
        return command;
    }
}
