using System.CommandLine;
using BrowserFarm.Api.Answers;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm targets</c>: the sites that a service asks, with their limits.</summary>
internal static class TargetsCommand
{
    public static Command Create()
    {
        var farm = new FarmConnection();
        var command = farm.AddTo(new Command("targets", "Lists the sites that a service asks, with their limits."));
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = farm.Open(line);
            var text = await client.GetAsync("v1/targets", cancellationToken);
            await Console.Out.WriteLineAsync(line.GetValue(farm.Json) ? text : RemoteText.Targets(FarmClient.Read(text, ApiJson.Readable.TargetList).Items).TrimEnd());
            return ExitCode.Ok;
        });
        return command;
    }
}
