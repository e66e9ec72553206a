using BrowserFarm.Benchmarks.Reporting;

namespace BrowserFarm.Benchmarks.Chaos;

/// <summary>The table that a run prints.</summary>
internal static class ChaosReport
{
    public static string Print(ChaosOptions options, ChaosResult result)
    {
        var (log, sum) = (result.Log, result.Log.Sum);
        var table = new MarkdownTable(options.Stop ? "Stopped and let go on" : "Killed and resumed", "")
            .Add(options.Stop ? $"Stops of the program, each longer than its claims hold ({ChaosOptions.ClaimFor.TotalSeconds:0} s)" : "Kills of the program (SIGKILL)", $"{log.Rounds} of {options.Rounds}");
        if (!options.Stop)
        {
            table.Add("Browsers and drivers killed beside it", $"{log.BrowsersKilled}")
                .Add("Killed before it had accepted anything, and begun anew", $"{log.NeverBegun}")
                .Add("Ended because its first browser was killed, and resumed", $"{log.EndedWithoutBrowser}");
        }

        return $"## Chaos\n\n{log.Crawls} crawls of {options.Pages} pages in {result.Took:hh\\:mm\\:ss}, seed {options.Seed}, {Environment.ProcessorCount} cores.\n\n"
            + table
                .Add("URLs accepted", $"{sum.Accepted}")
                .Add("URLs terminal", $"{sum.Terminal}")
                .Add("Results; lines of results.ndjson", $"{sum.Results}; {sum.Lines}")
                .Add("Results that are duplicates", $"{sum.Duplicates}")
                .Add("Pages lost", $"{sum.Lost}")
                .Add("Attempts; lost with their program", $"{sum.Attempts}; {sum.AttemptsLost}")
                .Add("Attempts fenced: settled too late, refused by their epoch", $"{sum.AttemptsFenced}")
                .Add("Pages given up after five losses, put back by `farm requeue`", $"{log.Requeued}")
                .Add("Processes left", $"{result.Left.Count}")
                .Add("Temp files and folders left", result.TempLeft.Count == 0 ? "0" : $"{result.TempLeft.Count}: {string.Join(", ", result.TempLeft.Take(5))}")
                .Add("Broken invariants", $"{log.Problems.Count}")
            + string.Concat(log.Problems.Select(problem => $"\n- {problem}\n"))
            + string.Concat(result.Left.Select(process => $"\n- left: {process.Pid} {process.CommandLine[..Math.Min(80, process.CommandLine.Length)]}\n"));
    }
}
