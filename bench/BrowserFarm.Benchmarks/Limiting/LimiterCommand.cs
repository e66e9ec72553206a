using System.CommandLine;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Simulation;

namespace BrowserFarm.Benchmarks.Limiting;

/// <summary><c>./farm bench limiter</c>: the limit per target against others, on a virtual clock; the same figures on every machine.</summary>
internal static class LimiterCommand
{
    public static Command Create()
    {
        var seeds = new Option<int>("--seeds") { Description = "Runs of each pair, averaged.", HelpName = "N", DefaultValueFactory = _ => 10 };
        var plot = new Option<FileInfo?>("--plot") { Description = "Also draw limits over time into this SVG file.", HelpName = "FILE" };
        var command = new Command("limiter", "The limit per target: utilisation and refusals against other ways to limit, simulated.") { seeds, plot };
        seeds.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > 1000)
                result.AddError("--seeds must be from 1 to 1000.");
        });
        command.SetAction(async (line, cancellationToken) =>
        {
            Console.Out.WriteLine(Compare(line.GetValue(seeds), cancellationToken));
            if (line.GetValue(plot) is { } file)
                await File.WriteAllTextAsync(file.FullName, LimitPlot.Draw(), cancellationToken);
            return 0;
        });
        return command;
    }

    private static string Compare(int seeds, CancellationToken cancellationToken)
    {
        var table = new MarkdownTable(["Target", .. Scenarios.Contestants.Select(contestant => contestant.Name)]);
        foreach (var scenario in Scenarios.All)
        {
            cancellationToken.ThrowIfCancellationRequested();
            table.Add([scenario.Name, .. Scenarios.Contestants.Select(contestant => Cell(scenario, contestant, seeds))]);
        }

        return $"### Limiter\n\nUtilisation, share of refusals, median time to the first byte; {Scenarios.Time.TotalSeconds:0} s, {seeds} seeds, "
            + $"round trips of {Scenarios.RoundTrip.TotalMilliseconds:0} ms, always more work than the target takes.\n\n{table}";
    }

    private static string Cell(Scenario scenario, Contestant contestant, int seeds)
    {
        var results = Enumerable.Range(0, seeds).Select(seed => Scenarios.Run(scenario, contestant, seed)).ToList();
        return $"{results.Average(result => result.Utilisation):0.00}, {100 * results.Average(result => result.RefusedShare):0.00} %, {results.Average(result => result.MedianFirstByte):0} ms";
    }
}
