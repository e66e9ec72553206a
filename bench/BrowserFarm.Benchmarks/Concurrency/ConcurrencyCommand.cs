using System.CommandLine;

namespace BrowserFarm.Benchmarks.Concurrency;

/// <summary><c>./farm bench concurrency</c>: how near the farm comes by itself to the best number of pages at once.</summary>
internal static class ConcurrencyCommand
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Times that everything is read.", HelpName = "N", DefaultValueFactory = _ => 3 };
        var pages = new Option<int>("--pages") { Description = "Pages that are read each time.", HelpName = "N", DefaultValueFactory = _ => 216 };
        var fixedAt = new Option<int[]>("--fixed") { Description = "A fixed number of pages at once to compare with; may be given again.", HelpName = "N", DefaultValueFactory = _ => [2, 4, 6, 8, 12, 16] };
        var latency = new Option<double[]>("--latency") { Description = "Before every response of the corpus, in milliseconds; may be given again.", HelpName = "MS", DefaultValueFactory = _ => [0, 50, 300] };
        foreach (var (number, most) in new[] { (rounds, 100), (pages, 10_000) })
        {
            number.Validators.Add(result =>
            {
                if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is var value && (value < 1 || value > most))
                    result.AddError($"{number.Name} must be from 1 to {most}.");
            });
        }

        fixedAt.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>() is { } values && values.Any(value => value is < 1 or > 64))
                result.AddError($"{fixedAt.Name} must be from 1 to 64.");
        });

        var command = new Command("concurrency", "Pages a second at fixed numbers of pages at once, and with none given, on the pages of bench peers.") { rounds, pages, fixedAt, latency };
        command.SetAction(async (line, cancellationToken) =>
        {
            await new ConcurrencyRun(line.GetValue(rounds), line.GetValue(pages), [.. line.GetValue(fixedAt)!.Distinct().Order()]).RunAsync([.. line.GetValue(latency)!.Select(TimeSpan.FromMilliseconds)], cancellationToken);
            return 0;
        });
        return command;
    }
}
