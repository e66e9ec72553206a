using System.CommandLine;
using BrowserFarm.Api.Answers;
using Spectre.Console;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm top</c>: a service live, until Ctrl-C: redrawn in place on a terminal, a line a second elsewhere.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan BeforeAskingAgain = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var farm = new FarmConnection();
        var command = farm.AddTo(new Command("top", "Shows a service live: queue, sites, browsers, once a second."));
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = farm.Open(line);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var signals = new StopSignals(stop.Cancel, stop.Cancel);
            try
            {
                if (line.GetValue(farm.Json) || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi)
                    await LinesAsync(client, line.GetValue(farm.Json), stop.Token);
                else
                    await LiveAsync(client, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Enough was seen.
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task LinesAsync(FarmClient client, bool asJson, CancellationToken cancellationToken)
    {
        await foreach (var (_, data) in client.EventsAsync("v1/events", cancellationToken))
            await Console.Out.WriteLineAsync(asJson ? data : TopView.Line(FarmClient.Read(data, ApiJson.Readable.FarmEvent)));
        throw new CliException(ExitCode.Service, $"{client.Name} has ended.");
    }

    private static Task LiveAsync(FarmClient client, CancellationToken cancellationToken) => AnsiConsole.Live(new Text($"Asking {client.Name} …")).AutoClear(true).StartAsync(async live =>
    {
        FarmEvent? last = null;
        for (var begun = false; ;)
        {
            try
            {
                await foreach (var (_, data) in client.EventsAsync("v1/events", cancellationToken))
                {
                    begun = true;
                    last = FarmClient.Read(data, ApiJson.Readable.FarmEvent);
                    live.UpdateTarget(TopView.Draw(client.Name, last, problem: null));
                }
            }
            catch (Exception exception) when (begun && exception is IOException or HttpRequestException or CliException { ExitCode: ExitCode.Service })
            {
                // It is restarted, or the network broke: what was seen last stays, and says so.
            }

            if (last is not null)
                live.UpdateTarget(TopView.Draw(client.Name, last, "no answer; asking again"));
            await Task.Delay(BeforeAskingAgain, TimeProvider.System, cancellationToken);
        }
    });
}
