using System.Diagnostics;
using BrowserFarm.Benchmarks.Machine;
using BrowserFarm.Cli;
using TestKit;

namespace BrowserFarm.Benchmarks.Chaos;

/// <summary>What was found when the last crawl had ended.</summary>
internal sealed record ChaosResult(TimeSpan Took, ChaosLog Log, IReadOnlyList<ProcessEntry> Left, IReadOnlyList<string> TempLeft, bool IsComplete)
{
    /// <summary>Every invariant held.</summary>
    public bool IsClean => Log.Problems.Count == 0 && Left.Count == 0 && TempLeft.Count == 0;
}

/// <summary>Crawls a site again and again with the real program, which is killed or stopped, and resumed, until so many rounds are done.</summary>
internal sealed class ChaosRun(ChaosOptions options)
{
    /// <summary>Longest time for a crawl, or what is left of it, to end when nobody disturbs it.</summary>
    private static readonly TimeSpan EndBound = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly ChaosLog _log = new();
    private readonly ProcessCensus _census = new();

    public async Task<ChaosResult> RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var folders = new TempFolder();   // before the next line: what the programs leave is to be alone in theirs
        using var temp = new OwnTempFolder();
        await using var site = await ChaosSite.StartAsync(options.Pages, cancellationToken);
        var faults = new ChaosFaults(options, site, _log, _census);

        while (_log.Rounds < options.Rounds && _log.Problems.Count == 0 && !cancellationToken.IsCancellationRequested)
        {
            var name = $"crawl-{_log.Crawls + 1}";
            Directory.CreateDirectory(folders.Combine(name));
            site.Forget();
            try
            {
                await CrawlAsync(name, new FarmCommandLines(options, folders.Combine(name), site.Start), site, faults, cancellationToken);
            }
            catch (TimeoutException exception)
            {
                _log.AddProblem($"{name}: {exception.Message}");
            }
        }

        var grace = Stopwatch.GetTimestamp();
        while (_census.Orphans([]).Count > 0 && Stopwatch.GetElapsedTime(grace) < Grace)
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        return new ChaosResult(Stopwatch.GetElapsedTime(started), _log, _census.Orphans([]), temp.LeftByPrograms(), _log.Rounds == options.Rounds);
    }

    /// <summary>One crawl, through as many programs as it takes to finish it.</summary>
    private async Task CrawlAsync(string name, FarmCommandLines farm, ChaosSite site, ChaosFaults faults, CancellationToken cancellationToken)
    {
        var arguments = farm.Begin;
        while (true)
        {
            var (end, killedBrowser) = await RunProgramAsync(farm, arguments, faults, cancellationToken);
            arguments = farm.Resume;
            if (end is null)
                continue;

            if (end.ExitCode == ExitCode.Storage && !HasAccepted(farm.Crawl))
            {
                // It died before it had taken anything, and says so. Whoever asked for the crawl was told nothing yet and asks again.
                _log.NeverBegun++;
                if (Directory.Exists(farm.Crawl))
                    Directory.Delete(farm.Crawl, recursive: true);
                arguments = farm.Begin;
            }
            else if (end.ExitCode == ExitCode.NoBrowser && killedBrowser)
            {
                // The very first browser of a program has to start. A new crawl then leaves nothing behind and is begun anew, by the branch above.
                _log.EndedWithoutBrowser++;
            }
            else if (end.ExitCode != ExitCode.Ok)
            {
                _log.AddProblem($"{name}: the program ended with exit code {end.ExitCode}: {end.Output}\n{end.Errors}");
                return;
            }
            else if (!await RequeueAsync(farm))
            {
                var (figures, problems) = CrawlAudit.Of(farm.Crawl, site);
                _log.AddCrawl(name, figures, problems);
                return;
            }
        }
    }

    /// <returns>How the program ended by itself; null when it was killed.</returns>
    private async Task<(FarmResult? End, bool KilledBrowser)> RunProgramAsync(FarmCommandLines farm, string[] arguments, ChaosFaults faults, CancellationToken cancellationToken)
    {
        var browsersKilled = _log.BrowsersKilled;
        await using var program = farm.Start(arguments);
        var end = program.EndAsync(EndBound + ((options.Rounds - _log.Rounds) * TimeSpan.FromSeconds(20)));
        while (_log.Rounds < options.Rounds && !cancellationToken.IsCancellationRequested)
        {
            if (options.Stop)
            {
                if (!await faults.StopAsync(program, end))
                    break;
            }
            else if (await faults.KillAsync(program, end))
            {
                await end;
                return (null, false);
            }
            else
            {
                break;
            }
        }

        return (await end, _log.BrowsersKilled > browsersKilled);
    }

    /// <summary>Five programs died while they had the same page: by the rule it is then kept for a person, who finds that it was not the page.</summary>
    /// <returns>Whether there was such a page.</returns>
    private async Task<bool> RequeueAsync(FarmCommandLines farm)
    {
        using var database = CrawlDatabase.TryOpen(farm.Crawl);
        var given = database?.Number("SELECT count(*) FROM finished WHERE failure_class IN ('claim-lost', 'browser-lost')") ?? 0;
        if (given == 0)
            return false;

        _log.Requeued += (int)given;
        await using var requeue = farm.Start(farm.Requeue);
        await requeue.EndAsync(EndBound);
        return true;
    }

    private static bool HasAccepted(string folder)
    {
        using var database = CrawlDatabase.TryOpen(folder);
        return database?.Number("SELECT count(*) FROM seen") > 0;
    }
}
