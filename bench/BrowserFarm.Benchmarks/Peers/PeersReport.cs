using System.Globalization;
using BrowserFarm.Benchmarks.Reporting;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>The tables of one comparison.</summary>
internal static class PeersReport
{
    private static readonly ProcessKind[] Kinds = [ProcessKind.Browser, ProcessKind.Renderer, ProcessKind.Gpu, ProcessKind.Network, ProcessKind.Driver, ProcessKind.Own];

    /// <param name="standings">In the order of the rows.</param>
    public static string Print(IReadOnlyList<Standing> standings, Agreement agreement, int concurrency)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Speed(standings, agreement)}\n{Costs(standings)}\n{Memory(standings, concurrency)}");
        var differences = agreement.Differences();
        return differences.Count == 0 ? text : $"{text}\n{string.Concat(differences.Select(line => $"- {line}\n"))}";
    }

    private static MarkdownTable Speed(IReadOnlyList<Standing> standings, Agreement agreement)
    {
        Standing? Find(params string[] names) => standings.Where(standing => standing.HasRounds && names.Contains(standing.Name)).MaxBy(standing => standing.Rate.Median);
        var (crawlee, cluster, fresh, warm) = (Find(Contestants.Crawlee), Find(Contestants.ClusterPage, Contestants.ClusterContext), Find(Contestants.BareFresh), Find(Contestants.BareWarm));
        var table = new MarkdownTable("Contestant", "Pages a second, median (least to most)", "to Crawlee", "to puppeteer-cluster's better", "to new contexts", "to warm tabs", "Same content");
        foreach (var standing in standings)
        {
            var (equal, asked) = agreement.Of(standing.Name);
            table.Add(
                standing.Name, standing.HasRounds ? Number(standing.Rate.Median, "0.00") + $" ({Number(standing.Rate.Least, "0.00")} to {Number(standing.Rate.Most, "0.00")})" : "–",
                Ratio(standing.RatioTo(crawlee)), Ratio(standing.RatioTo(cluster)), Ratio(standing.RatioTo(fresh)), Ratio(standing.RatioTo(warm)), $"{equal} of {asked}");
        }

        return table;
    }

    private static MarkdownTable Costs(IReadOnlyList<Standing> standings)
    {
        var table = new MarkdownTable(["Processor time a page, ms", "all", .. Kinds.Select(kind => kind.ToString().ToLowerInvariant())]);
        foreach (var standing in standings.Where(standing => standing.HasRounds))
            table.Add([standing.Name, Number(standing.Cost, "0"), .. Kinds.Select(kind => Number(standing.CostOf(kind), "0.0"))]);
        return table;
    }

    private static MarkdownTable Memory(IReadOnlyList<Standing> standings, int concurrency)
    {
        var table = new MarkdownTable("Most memory (PSS)", "Chromium", "for each page open at once", "all processes");
        foreach (var standing in standings.Where(standing => standing.PeakBytes.All > 0))
            table.Add(standing.Name, Figures.Megabytes(standing.PeakBytes.Chromium), Figures.Megabytes(standing.PeakBytes.Chromium / concurrency), Figures.Megabytes(standing.PeakBytes.All));
        return table;
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Ratio(double? ratio) => ratio is { } value ? $"{Number(value, "0.00")} ×" : "–";
}
