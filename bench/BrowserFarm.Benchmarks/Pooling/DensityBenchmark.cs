using System.Diagnostics;
using System.Text.Json;
using BrowserFarm.Benchmarks.Reporting;
using TestKit;

namespace BrowserFarm.Benchmarks.Pooling;

/// <summary>What one run inside the control group found.</summary>
/// <param name="LimitBytes">The group's limit; null when it has none.</param>
/// <param name="Learning">Contexts held at the end of the first rounds, while the cost of a tab was being learned.</param>
/// <param name="Calm">Contexts held at the end of each round of ordinary pages.</param>
/// <param name="Bombed">The same of the rounds in which bombs were set off.</param>
/// <param name="Bombs">Tabs that were sent to a memory bomb.</param>
/// <param name="BombsTakenBack">How many of them the pool took back.</param>
/// <param name="OthersTakenBack">Ordinary tabs lost in the rounds with bombs.</param>
/// <param name="OomKills">Processes killed by the kernel; null when it cannot be told.</param>
internal sealed record DensityFound(
    long? LimitBytes, IReadOnlyList<int> Learning, IReadOnlyList<int> Calm, IReadOnlyList<int> Bombed, int Bombs, int BombsTakenBack, int OthersTakenBack, long? OomKills, long PeakBytes);

/// <summary>Contexts per GB in a container of 1.5 GB, with the measured cost of a tab and with the fixed rule of 150 MB; bombs among the pages.</summary>
internal static class DensityBenchmark
{
    private const int LimitMegabytes = 1536;

    /// <summary>What dividing by 150 MB makes of a GB, nothing set aside for browsers or anybody else.</summary>
    private const double BareRulePerGigabyte = 1024 / 150.0;

    /// <summary>What <c>bench/in-cgroup.sh</c> says when it may not make a group.</summary>
    private const int NotPermitted = 77;

    public static async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var measured = await InGroupAsync(measure: true, cancellationToken);
        var pinned = await InGroupAsync(measure: false, cancellationToken);
        var table = new MarkdownTable("Cost of a tab", "Contexts held, first rounds", "Contexts held, ordinary pages", "Contexts per GB", "Rounds with bombs", "Bombs taken back", "Others lost", "Kernel OOM kills", "Most memory used")
            .Add(Row("measured", measured))
            .Add(Row("pinned to 150 MB", pinned));
        var where = measured.LimitBytes is { } limit
            ? $"Everything, this program too, in a control group of {Figures.Megabytes(limit)}."
            : "**Without a memory limit**: a control group could not be made here (that needs root and a writable hierarchy), so these figures say nothing about a container.";
        return $"### Density\n\n{where} Measured against the pool with the cost pinned: {PerGigabyte(measured) / PerGigabyte(pinned):0.0} times as many; "
            + $"against the bare rule of 150 MB a tab, {BareRulePerGigabyte:0.0} per GB: {PerGigabyte(measured) / BareRulePerGigabyte:0.0} times as many.\n\n{table}";
    }

    private static async Task<DensityFound> InGroupAsync(bool measure, CancellationToken cancellationToken)
    {
        string[] inside = [Environment.ProcessPath!, typeof(DensityBenchmark).Assembly.Location, DensityCommand.Name, .. measure ? ["--measure"] : Array.Empty<string>()];
        if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.Ordinal))
            inside = [inside[0], .. inside[2..]];

        var script = Path.Combine(RepositoryRoot.Path, "bench", "in-cgroup.sh");
        var (code, output) = await RunAsync([script, $"{LimitMegabytes}", .. inside], cancellationToken);
        if (code == NotPermitted)
            (code, output) = await RunAsync(inside, cancellationToken);
        return code == 0
            ? JsonSerializer.Deserialize<DensityFound>(output)!
            : throw new InvalidOperationException($"The run inside the control group ended with exit code {code}.");
    }

    private static async Task<(int Code, string Output)> RunAsync(string[] command, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, output);
        }
        catch (OperationCanceledException)
        {
            Signal.Terminate(process.Id);
            throw;
        }
    }

    private static string[] Row(string name, DensityFound found) =>
    [
        name, string.Join(", ", found.Learning), string.Join(", ", found.Calm), $"{PerGigabyte(found):0.0}", string.Join(", ", found.Bombed), $"{found.BombsTakenBack} of {found.Bombs}",
        $"{found.OthersTakenBack}", found.OomKills is { } kills ? $"{kills}" : "unknown", Figures.Megabytes(found.PeakBytes),
    ];

    /// <summary>The fewest of the calm rounds: what can be relied on.</summary>
    private static double PerGigabyte(DensityFound found) =>
        found.Calm.Min() / ((found.LimitBytes ?? (LimitMegabytes * (1L << 20))) / (double)(1L << 30));
}
