using System.Globalization;
using BrowserFarm.Benchmarks.Peers;
using BrowserFarm.Benchmarks.Reporting;
using ContextPool.Browsers;
using TestKit;

namespace BrowserFarm.Benchmarks.Concurrency;

/// <summary>The farm reads the same pages at each fixed number at once, and with no number given, in turn; everything is started anew each time.</summary>
internal sealed class ConcurrencyRun(int rounds, int pages, IReadOnlyList<int> fixedAt)
{
    private const string Itself = "no number given";

    /// <summary>A table for each latency, printed as soon as it is done.</summary>
    public async Task RunAsync(IReadOnlyList<TimeSpan> latencies, CancellationToken cancellationToken)
    {
        var folder = await PeerPackages.InstallAsync(cancellationToken);
        var corpus = Corpus.Load(Path.Join(folder, "corpus"));
        foreach (var latency in latencies)
        {
            await using var site = await CorpusProcess.StartAsync(Path.Join(folder, "corpus"), latency, cancellationToken);
            var standings = await MeasureAsync(corpus, site.Url, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"### Latency of {latency.TotalMilliseconds:0} ms\n\n{rounds} rounds of {pages} pages; {Environment.ProcessorCount} cores.\n\n{Print(standings)}"));
        }
    }

    private async Task<IReadOnlyList<Standing>> MeasureAsync(Corpus corpus, Uri site, CancellationToken cancellationToken)
    {
        var browser = new BrowserLocator().Locate(new LaunchProfile()).Path;
        var entrants = fixedAt.Select(number => (Number: number, Farm: (IContestant)new FarmContestant($"{number} at once", FarmMode.Warm)))
            .Append((Number: 2 * Environment.ProcessorCount, Farm: new FarmContestant(Itself, FarmMode.Warm, findsConcurrency: true))).ToList();
        var standings = entrants.ToDictionary(entrant => entrant.Farm.Name, entrant => new Standing(entrant.Farm.Name));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (number, farm) in entrants.Select((_, at) => entrants[(at + round) % entrants.Count]))
            {
                using var temp = new TempFolder();
                using var meter = new RoundMeter(measuresMemory: false);
                var plan = new RoundPlan(corpus.Pages(site, pages, $"r{round}"), corpus.Pages(site, number, "warm"), [], corpus.AnySelector, number, browser, temp.Path);
                var result = await farm.ReadAsync(plan, meter, cancellationToken);
                standings[farm.Name].Add(result.Pages.Count, result.Took, meter.ProcessorTime);
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: {farm.Name}, {result.Pages.Count} pages in {result.Took.TotalSeconds:0.0} s"));
            }
        }

        return [.. standings.Values];
    }

    private static MarkdownTable Print(IReadOnlyList<Standing> standings)
    {
        var best = standings.Where(standing => standing.Name != Itself).MaxBy(standing => standing.Rate.Median)!;
        var table = new MarkdownTable("Pages at once", "Pages a second, median (least to most)", "to the best fixed", "Processor time a page, ms");
        foreach (var standing in standings)
        {
            table.Add(
                standing.Name, string.Create(CultureInfo.InvariantCulture, $"{standing.Rate.Median:0.00} ({standing.Rate.Least:0.00} to {standing.Rate.Most:0.00})"),
                string.Create(CultureInfo.InvariantCulture, $"{standing.RatioTo(best):0.00} ×"), string.Create(CultureInfo.InvariantCulture, $"{standing.Cost:0}"));
        }

        return table;
    }
}
