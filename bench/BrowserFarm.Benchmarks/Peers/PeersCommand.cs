using System.CommandLine;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary><c>./farm bench peers</c>: options in, tables out, exit code 1 when somebody read something else.</summary>
internal static class PeersCommand
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Times that everybody reads all pages, in turn.", HelpName = "N", DefaultValueFactory = _ => 4 };
        var pages = new Option<int>("--pages") { Description = "Pages of a round.", HelpName = "N", DefaultValueFactory = _ => 108 };
        var concurrency = new Option<int>("--concurrency") { Description = "Pages open at once.", HelpName = "N", DefaultValueFactory = _ => 4 };
        var latency = new Option<double[]>("--latency") { Description = "Before every response of the corpus, in milliseconds; given again, it is all done again.", HelpName = "MS", DefaultValueFactory = _ => [0] };
        var only = new Option<string[]>("--only") { Description = "Only this one; may be given again.", HelpName = "NAME" };
        only.AcceptOnlyFromAmong([.. Contestants.Names]);
        foreach (var (number, most) in new[] { (rounds, 1000), (pages, 10_000), (concurrency, 100) })
        {
            number.Validators.Add(result =>
            {
                if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is var value && (value < 1 || value > most))
                    result.AddError($"{number.Name} must be from 1 to {most}.");
            });
        }

        var command = new Command("peers", "The farm beside Crawlee, puppeteer-cluster and bare loops over the DevTools protocol: the same pages, browser and concurrency.") { rounds, pages, concurrency, latency, only };
        command.SetAction(async (line, cancellationToken) => await new PeersRun(new PeersOptions(
            line.GetValue(rounds), line.GetValue(pages), line.GetValue(concurrency), [.. line.GetValue(latency)!.Select(TimeSpan.FromMilliseconds)], line.GetValue(only) ?? []))
            .RunAsync(cancellationToken) ? 0 : 1);
        return command;
    }
}
