using System.CommandLine;
using BrowserFarm.Benchmarks.Reporting;

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

    public static Command Create() =>
        SectionedCommand.Create("pool", "The pool: its own overhead, leases of a real browser, contexts per GB, and what the memory probe costs.", Sections);
}
