using BrowserFarm.Benchmarks.Reporting;
using TestKit;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>The tables that a soak prints.</summary>
internal static class SoakReport
{
    private static readonly string[] Groups = [.. Enum.GetNames<HostileKind>(), "Renderer killed"];

    public static string Print(SoakOptions options, SoakResult result) =>
        $"## Soak\n\n{Settings(options, result)}\n\n{Leases(result.Log)}\n{Recovery(options, result.Log)}\n{ByPage(result.Log)}\n{Hangs(result)}\n{Remains(result)}\n{Reasons(result)}";

    private static string Settings(SoakOptions options, SoakResult result)
    {
        var pool = options.Pool;
        var kill = pool.KillAfter is { } bounds
            ? $"T_kill {bounds.Default.TotalSeconds:0.#} s ({bounds.Least.TotalSeconds:0.#} to {bounds.Most.TotalSeconds:0.#} s)"
            : "T_kill as by default";
        var beat = pool.HeartbeatInterval is { } interval ? $"every {interval.TotalMilliseconds:0} ms" : "as by default";
        return $"{result.Log.Visits} leases in {result.Took:hh\\:mm\\:ss}, {options.HostilePercent} % of them hostile, {options.Concurrency} at once, seed {options.Seed}, "
            + $"{Environment.ProcessorCount} cores, leases held {options.HoldAtMost.TotalSeconds:0} s at most. "
            + $"Heartbeat {beat}, {kill}.";
    }

    private static MarkdownTable Leases(SoakLog log)
    {
        var table = new MarkdownTable("Pages", "Read", "Taken back", "Failed", "Wrong content", "Not granted");
        foreach (var group in Groups)
        {
            table.Add(group, Number(log, group, VisitEnd.Read), Number(log, group, VisitEnd.Lost), Number(log, group, VisitEnd.Failed),
                Number(log, group, VisitEnd.Wrong), Number(log, group, VisitEnd.NotGranted));
        }

        return table;
    }

    /// <summary>A page that never answers is bounded by T_kill from the call it did not answer; one that answers and is never done, by the bound on holding.</summary>
    private static MarkdownTable Recovery(SoakOptions options, SoakLog log)
    {
        var table = new MarkdownTable("Place free again, taken back from", "Count", "p50", "p99", "Worst", "Bound", "p99 ≤ bound + 2 s", "Worst ≤ bound + 10 s");
        var kill = PoolApi.KillAfterAtMost(options.Pool, options.HoldAtMost);
        foreach (var group in Groups)
        {
            var times = log.Recoveries(group);
            var bound = group == nameof(HostileKind.Hangs) || kill > options.HoldAtMost ? kill : options.HoldAtMost;
            table.Add(group, $"{times.Count}", Figures.Seconds(times.Quantile(0.5)), Figures.Seconds(times.Quantile(0.99)), Figures.Seconds(times.Quantile(1)),
                Figures.Seconds(bound), Holds(times.Quantile(0.99), bound, 2), Holds(times.Quantile(1), bound, 10));
        }

        return table;
    }

    private static MarkdownTable ByPage(SoakLog log)
    {
        var table = new MarkdownTable("Place free again, by page", "Count", "p50", "Worst");
        foreach (var page in log.PagesTakenBack)
            table.Add(page, $"{log.Recoveries(page).Count}", Figures.Seconds(log.Recoveries(page).Quantile(0.5)), Figures.Seconds(log.Recoveries(page).Quantile(1)));
        return table;
    }

    /// <summary>Where the time of a hung page went, as the pool itself tells it.</summary>
    private static MarkdownTable Hangs(SoakResult result)
    {
        var table = new MarkdownTable("Hung pages, by the pool's own meter", "Count", "p50", "p99", "Worst");
        foreach (var (name, times) in result.HangTimes)
            table.Add($"`{name}`", $"{times.Count}", Figures.Seconds(times.Quantile(0.5)), Figures.Seconds(times.Quantile(0.99)), Figures.Seconds(times.Quantile(1)));
        return table;
    }

    private static MarkdownTable Remains(SoakResult result) => new MarkdownTable("After all leases had ended", "")
        .Add("Places lost (still in use after 30 s)", $"{result.SlotsLost}")
        .Add("Holders that never got their lease ended", $"{result.HoldersStuck}")
        .Add("Orphan processes while the pool was open", Processes(result.OrphansWhileOpen))
        .Add("Processes left after closing the pool", Processes(result.LeftAfterClosing))
        .Add("The pool closed within 30 s", result.ClosedInTime ? "yes" : "**no**")
        .Add("Temp files and folders left", result.TempLeft.Count == 0 ? "0" : $"{result.TempLeft.Count}: {string.Join(", ", result.TempLeft.Take(5))}")
        .Add("Kernel OOM kills in our control group", result.OomKills is { } kills ? $"{kills}" : "unknown: no control group")
        .Add("Renderers killed by the soak", $"{result.RenderersKilled}")
        .Add("Most memory of drivers and browsers (PSS, every 3 s)", Figures.Megabytes(result.PeakBytes))
        .Add("Most memory of this program (RSS)", Figures.Megabytes(result.OwnPeakBytes));

    private static MarkdownTable Reasons(SoakResult result)
    {
        var table = new MarkdownTable("Counted", "Times");
        foreach (var (reason, count) in result.Log.Reasons)
            table.Add(reason.Replace("|", "\\|", StringComparison.Ordinal), $"{count}");
        foreach (var (name, sum) in result.Meter)
            table.Add($"`{name}`", $"{sum:0.###}");
        return table;
    }

    private static string Number(SoakLog log, string group, VisitEnd end) => $"{log.Count(group, end)}";

    private static string Holds(TimeSpan? time, TimeSpan bound, int seconds) =>
        time is not { } value ? "–" : value <= bound + TimeSpan.FromSeconds(seconds) ? "yes" : "**no**";

    private static string Processes(IReadOnlyList<ProcessEntry> processes) => processes.Count == 0
        ? "0"
        : $"**{processes.Count}**: " + string.Join("; ", processes.Take(5).Select(process => $"{process.Pid} {process.CommandLine[..Math.Min(60, process.CommandLine.Length)]}"));
}
