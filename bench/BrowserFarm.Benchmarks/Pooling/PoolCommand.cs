using System.CommandLine;

namespace BrowserFarm.Benchmarks.Pooling;

/// <summary><c>./farm bench pool</c>: one table per section.</summary>
internal static class PoolCommand
{
    private static readonly (string Name, Func<CancellationToken, Task<string>> Run)[] Sections =
    [
        ("overhead", OverheadBenchmark.RunAsync),
        ("leases", LeasesBenchmark.RunAsync),
        ("density", DensityBenchmark.RunAsync),
        ("probe", ProbeBenchmark.RunAsync),
    ];

    public static Command Create()
    {
        var only = new Option<string?>("--only") { Description = "One section instead of all.", HelpName = string.Join('|', Sections.Select(section => section.Name)) };
        only.AcceptOnlyFromAmong([.. Sections.Select(section => section.Name)]);
        var command = new Command("pool", "The pool: its own overhead, leases of a real browser, contexts per GB, and what the memory probe costs.") { only };
        command.SetAction(async (line, cancellationToken) =>
        {
            foreach (var (name, run) in Sections.Where(section => line.GetValue(only) is null || line.GetValue(only) == section.Name))
            {
                await Console.Error.WriteLineAsync($"bench: {name}...");
                Console.Out.WriteLine(await run(cancellationToken));
            }

            return 0;
        });
        return command;
    }
}
