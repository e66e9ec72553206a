using System.CommandLine;
using System.Globalization;
using BrowserFarm.Api.Answers;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm cancel</c>, <c>farm pause</c>, <c>farm resume</c>: a service's crawl called off, held, and gone on with.</summary>
internal static class PhaseCommands
{
    public static Command CreateCancel()
    {
        var name = new Argument<string?>("NAME") { Description = "The crawl.", Arity = ArgumentArity.ZeroOrOne };
        var job = new Option<long?>("--job") { Description = "Call off one page instead, by the number of its job.", HelpName = "N" };
        var farm = new FarmConnection();
        var command = farm.AddTo(new Command("cancel", "Calls off a service's crawl: waiting pages end at once, open ones are closed within two seconds.") { name, job });
        command.Validators.Add(result =>
        {
            if (result.GetResult(name) is { Tokens.Count: > 0 } == result.GetResult(job) is not null)
                result.AddError("Give the name of a crawl, or --job with the number of a page.");
        });
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = farm.Open(line);
            var path = line.GetValue(job) is { } number ? string.Create(CultureInfo.InvariantCulture, $"v1/jobs/{number}/cancel") : $"v1/crawls/{Uri.EscapeDataString(line.GetValue(name)!)}/cancel";
            var text = await client.PostAsync(path, content: null, key: null, cancellationToken);
            await Console.Out.WriteLineAsync(line.GetValue(farm.Json) ? text : RemoteText.Cancelled(FarmClient.Read(text, ApiJson.Readable.CancelAnswer)));
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command CreatePause() => Create("pause", "Begins no more pages of a service's crawl until it is resumed.", "is paused; ./farm resume goes on with it");

    public static Command CreateResume() => Create("resume", "Goes on with a service's paused crawl.", "goes on");

    private static Command Create(string verb, string description, string done)
    {
        var name = new Argument<string>("NAME") { Description = "The crawl." };
        var farm = new FarmConnection();
        var command = farm.AddTo(new Command(verb, description) { name });
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = farm.Open(line);
            var text = await client.PostAsync($"v1/crawls/{Uri.EscapeDataString(line.GetRequiredValue(name))}/{verb}", content: null, key: null, cancellationToken);
            await Console.Out.WriteLineAsync(line.GetValue(farm.Json) ? text : $"{FarmClient.Read(text, ApiJson.Readable.PhaseAnswer).Id} {done}");
            return ExitCode.Ok;
        });
        return command;
    }
}
