using System.Globalization;
using BrowserFarm.Hosting;

namespace BrowserFarm.Cli;

/// <summary>Runs a recurring crawl before the eyes of a person: run, wait, run, until it is stopped.</summary>
internal static class RecurringCrawls
{
    /// <returns>Stopped in a run, <see cref="ExitCode.Interrupted"/>; stopped between two, the exit code of the last.</returns>
    public static async Task<int> RunAsync(LocalRuns runs, bool plain)
    {
        using var noMore = new CancellationTokenSource();
        LocalCrawl? current = null;
        CrawlProgress? progress = null;
        using var signals = new StopSignals(
            stop: () =>
            {
                noMore.Cancel();
                Volatile.Read(ref progress)?.Note("Stopping: open pages are finished (again to stop at once) …");
                Volatile.Read(ref current)?.Stop();
            },
            stopNow: () => Volatile.Read(ref current)?.StopNow());

        var exitCode = ExitCode.Ok;
        while (!noMore.IsCancellationRequested)
        {
            LocalCrawl run;
            using (var wait = RunWait.For(runs, plain))
            {
                try
                {
                    run = await runs.NextAsync(wait.Show, noMore.Token);
                }
                catch (OperationCanceledException) when (noMore.IsCancellationRequested)
                {
                    break;
                }
            }

            await using (run)
            {
                await Console.Out.WriteLineAsync(Heading(runs));
                using var showing = CrawlProgress.For(run, plain);
                Volatile.Write(ref progress, showing);
                Volatile.Write(ref current, run);
                if (noMore.IsCancellationRequested)
                    run.Stop();   // the signal came before there was anything to stop
                try
                {
                    exitCode = await CrawlCommand.ShowAsync(run, showing, () => runs.RunAsync(run), () => signals.Received);
                    if (exitCode == ExitCode.QuotaUsedUp)
                        return exitCode;
                }
                finally
                {
                    Volatile.Write(ref current, null);
                    Volatile.Write(ref progress, null);
                }
            }
        }

        if (exitCode != ExitCode.Interrupted)
            await Console.Out.WriteLineAsync($"Stopped between two runs; the next is due {RunWait.Time(runs.Crawl.NextRunAt, runs.TimeZone)}. Go on with ./farm crawl --resume {CrawlSummary.ResumeName(runs.DatabasePath)}");
        return exitCode;
    }

    private static string Heading(LocalRuns runs)
    {
        var run = runs.Crawl.LastRun!;
        var late = run.StartedAt - run.DueAt;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Run {run.Number} of {runs.Crawl.Id}, due {RunWait.Time(run.DueAt, runs.TimeZone)}"
            + $"{(late > TimeSpan.FromSeconds(5) ? $", caught up {CrawlSummary.Duration(late)} late" : "")}; the next {RunWait.Time(runs.Crawl.NextRunAt, runs.TimeZone)}");
    }
}
