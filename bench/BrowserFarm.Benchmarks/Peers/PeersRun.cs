using System.Globalization;
using ContextPool.Browsers;
using TestKit;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>Has all contestants read the same pages in turn, for several rounds: what the machine does meanwhile meets all of them. One more round looks at memory.</summary>
internal sealed class PeersRun(PeersOptions options)
{
    private readonly string _browser = new BrowserLocator().Locate(new LaunchProfile()).Path;

    /// <summary>A comparison for each latency, printed as soon as it is done.</summary>
    /// <returns>Whether everybody read the same content.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var folder = await PeerPackages.InstallAsync(cancellationToken);
        var contestants = Contestants.In(folder).Where(contestant => options.Only.Count == 0 || options.Only.Contains(contestant.Name)).ToList();
        var isSame = true;
        foreach (var latency in options.Latencies)
        {
            await using var site = await CorpusProcess.StartAsync(Path.Join(folder, "corpus"), latency, cancellationToken);
            var (standings, agreement) = await CompareAsync(contestants, Corpus.Load(Path.Join(folder, "corpus")), site.Url, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"### Latency of {latency.TotalMilliseconds:0} ms\n\n{options.Rounds} rounds of {options.Pages} pages, {options.Concurrency} at once; {Environment.ProcessorCount} cores; {Path.GetFileName(_browser)}.\n\n{PeersReport.Print(standings, agreement, options.Concurrency)}"));
            isSame &= standings.All(standing => agreement.Of(standing.Name) is var (equal, asked) && equal == asked);
        }

        return isSame;
    }

    /// <summary>Enough of a site for every one of its kinds to be proven to need no frames (docs/frameless.md).</summary>
    private const int ProofPages = 108;

    private async Task<(IReadOnlyList<Standing> Standings, Agreement Agreement)> CompareAsync(List<IContestant> contestants, Corpus corpus, Uri site, CancellationToken cancellationToken)
    {
        var standings = contestants.ToDictionary(contestant => contestant.Name, contestant => new Standing(contestant.Name));
        var agreement = new Agreement();
        for (var round = 0; round <= options.Rounds; round++)
        {
            var isMemory = round == options.Rounds;
            // Every round begins with another one, so that nobody is always the one after the heaviest.
            foreach (var contestant in contestants.Select((_, at) => contestants[(at + round) % contestants.Count]))
            {
                using var temp = new TempFolder();
                var plan = new RoundPlan(
                    corpus.Pages(site, options.Pages, $"r{round}"), corpus.Pages(site, options.Concurrency, "warm"), corpus.Pages(site, ProofPages, "proof"), corpus.AnySelector, options.Concurrency, _browser, temp.Path);
                using var meter = new RoundMeter(isMemory);
                var result = await contestant.ReadAsync(plan, meter, cancellationToken);
                agreement.Add(contestant.Name, plan.Pages.Count, result.Pages);
                var standing = standings[contestant.Name];
                if (isMemory)
                    standing.PeakBytes = (meter.PeakChromiumBytes, meter.PeakBytes);
                else
                    standing.Add(result.Pages.Count, result.Took, meter.ProcessorTime);
                await Console.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{(isMemory ? "memory" : $"round {round + 1}")}: {contestant.Name}, {result.Pages.Count} pages in {result.Took.TotalSeconds:0.0} s"));
            }
        }

        return ([.. standings.Values], agreement);
    }
}
