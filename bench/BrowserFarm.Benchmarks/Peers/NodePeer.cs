using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>A peer written for node: one of the scripts in <c>bench/peers</c>, whose <c>common.mjs</c> says how it is talked to.</summary>
/// <param name="folder">Where the scripts and their packages are.</param>
/// <param name="script">For example <c>crawlee.mjs</c>.</param>
/// <param name="mode">What the script is told; empty for nothing.</param>
internal sealed class NodePeer(string name, string folder, string script, string mode) : IContestant
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(15);

    public string Name => name;

    public async Task<RoundResult> ReadAsync(RoundPlan plan, RoundMeter meter, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Bound);
        var (job, output) = (Path.Join(plan.Folder, "job.json"), Path.Join(plan.Folder, "pages.ndjson"));
        await File.WriteAllTextAsync(
            job,
            JsonSerializer.Serialize(
                new { plan.Pages, plan.WarmUp, plan.Concurrency, executable = plan.Browser, args = Switches, plan.Folder, output }, JsonSerializerOptions.Web),
            late.Token);

        var start = new ProcessStartInfo("node", [Path.Join(folder, script), job, .. mode.Length > 0 ? [mode] : Array.Empty<string>()])
        {
            WorkingDirectory = plan.Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["CRAWLEE_STORAGE_DIR"] = Path.Join(plan.Folder, "storage");
        start.Environment["CRAWLEE_LOG_LEVEL"] = "ERROR";
        using var process = Process.Start(start)!;
        try
        {
            await UntilAsync(process, "ready", late.Token);
            meter.Begin(process.Id);
            await process.StandardInput.WriteLineAsync("go".AsMemory(), late.Token);
            var end = await UntilAsync(process, "end ", late.Token);
            await meter.EndAsync();
            await process.StandardInput.WriteLineAsync("bye".AsMemory(), late.Token);
            await process.StandardOutput.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return new RoundResult(TimeSpan.FromSeconds(double.Parse(end["end ".Length..], CultureInfo.InvariantCulture)), await PagesAsync(output, late.Token));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>What all of them, and the farm, have their browser started with besides what their library adds.</summary>
    private static string[] Switches => ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];

    private async Task<string> UntilAsync(Process process, string prefix, CancellationToken cancellationToken)
    {
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
                return line;
        }

        throw new InvalidOperationException($"{name} ended before it said '{prefix}'.");
    }

    private static async Task<IReadOnlyList<ReadPage>> PagesAsync(string path, CancellationToken cancellationToken) =>
        [.. (await File.ReadAllLinesAsync(path, cancellationToken)).Select(line => JsonSerializer.Deserialize<ReadPage>(line, JsonSerializerOptions.Web)!)];
}
