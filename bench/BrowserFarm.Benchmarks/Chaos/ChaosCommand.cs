using System.CommandLine;

namespace BrowserFarm.Benchmarks.Chaos;

/// <summary><c>./farm chaos</c>: options in, table out, exit code 1 when an invariant is broken.</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Kill, or stop, the program so many times.", HelpName = "N", DefaultValueFactory = _ => 20 };
        var seed = new Option<int>("--seed") { Description = "Chooses moments and victims.", HelpName = "S", DefaultValueFactory = _ => 1 };
        var pages = new Option<int>("--pages") { Description = "Pages of the site that is crawled.", HelpName = "P", DefaultValueFactory = _ => 200 };
        var stop = new Option<bool>("--stop") { Description = "Stop the program for longer than its claims hold and let it go on (SIGSTOP, SIGCONT), instead of killing it." };
        foreach (var (number, most) in new[] { (rounds, 10_000), (pages, 100_000) })
        {
            number.Validators.Add(result =>
            {
                if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is var value && (value < 1 || value > most))
                    result.AddError($"{number.Name} must be from 1 to {most}.");
            });
        }

        var command = new Command("chaos", "Kill a crawl at random moments, resume it, and prove that nothing is lost or doubled.") { rounds, seed, pages, stop };
        command.SetAction(async (line, cancellationToken) =>
        {
            var options = new ChaosOptions(line.GetValue(rounds), line.GetValue(seed), line.GetValue(stop), line.GetValue(pages));
            var result = await new ChaosRun(options).RunAsync(cancellationToken);
            Console.Out.Write(ChaosReport.Print(options, result));
            // Without a refusal the stops have proved nothing: the fence was not tried.
            var isProof = result.IsComplete && (!options.Stop || result.Log.Sum.AttemptsFenced > 0);
            return result.IsClean && isProof ? 0 : 1;
        });
        return command;
    }
}
