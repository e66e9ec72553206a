using System.CommandLine;
using System.Globalization;
using BrowserFarm.Demo;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Workers;
using ContextPool.Browsers;
using Microsoft.Extensions.DependencyInjection;

namespace BrowserFarm.Cli;

/// <summary><c>farm crawl</c>: a site, a list, or the demo shop.</summary>
internal static class CrawlCommand
{
    /// <param name="early">A driver that was begun for it; null when none was.</param>
    public static Command Create(EarlyDriver? early)
    {
        var command = new Command("crawl", "Crawls a site from its rendered pages; without a URL, the built-in demo shop.");
        var options = new CrawlOptions();
        var common = new CommonOptions();
        options.AddTo(command);
        common.AddTo(command);
        command.SetAction((line, cancellationToken) => RunAsync(line, options, common, early, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult line, CrawlOptions options, CommonOptions common, EarlyDriver? early, CancellationToken cancellationToken)
    {
        var config = common.Load(line);
        var farm = new FarmOptions { Workers = line.GetValue(options.Concurrency) };
        if (line.GetValue(options.Claim) is { } seconds)
            farm.ClaimFor = TimeSpan.FromSeconds(seconds);
        if (line.GetValue(options.MaxQueued) is { } queued)
            farm.Discovery = new DiscoveryOptions { PauseAt = queued };
        farm.MaxBytes = line.GetValue(options.MaxBytes);
        if (early is not null)
            farm.ConfigureServices = services => services.AddSingleton(early);
        var logging = CommonOptions.Logging(line);

        DemoSite? demo = null;
        LocalCrawl? crawl = null;
        LocalRuns? runs = null;
        try
        {
            if (line.GetValue(options.Resume) is { } name)
            {
                var folder = line.GetValue(options.Out) ?? CrawlFolders.Find(name);
                runs = await LocalRuns.TryResumeAsync(folder, config, farm, logging, TimeProvider.System, cancellationToken);
                if (runs is null)
                    crawl = await LocalCrawl.ResumeAsync(folder, config, farm, logging, cancellationToken);
                CheckBrowserFor(runs?.Crawl.Spec ?? crawl!.Crawl.Spec, config);
                demo = await ReopenDemoAsync(runs?.Crawl.Spec ?? crawl!.Crawl.Spec, cancellationToken);
            }
            else
            {
                var seeds = await UrlInput.ReadAsync(line.GetValue(options.Urls) ?? [], line.GetValue(options.UrlList), Console.In, cancellationToken);
                var spec = seeds.Count > 0 ? options.SpecFrom(line, seeds, demoProducts: null) : null;
                if (spec is null)
                {
                    demo = await DemoCommand.StartAnywhereAsync(cancellationToken);
                    seeds = [CanonicalUrl.Parse(demo.BaseUri.AbsoluteUri)];
                    spec = options.SpecFrom(line, seeds, new DemoSiteOptions().Products);
                }

                CheckBrowserFor(spec, config);
                var folder = line.GetValue(options.Out) ?? Path.Join(CrawlFolders.Root, NameFor(demo is null ? seeds[0].ToUri().Host : "demo"));
                if (spec.Recurrence is null)
                    crawl = await LocalCrawl.BeginAsync(folder, spec, seeds, config, farm, logging, cancellationToken);
                else
                    runs = await LocalRuns.BeginAsync(folder, spec, seeds, config, farm, logging, TimeProvider.System, cancellationToken);
            }

            return runs is not null ? await RecurringCrawls.RunAsync(runs, plain: logging is not null) : await RunAsync(crawl!, plain: logging is not null);
        }
        finally
        {
            if (runs is not null)
                await runs.DisposeAsync();
            if (crawl is not null)
                await crawl.DisposeAsync();
            if (demo is not null)
                await demo.DisposeAsync();
        }
    }

    private static async Task<int> RunAsync(LocalCrawl crawl, bool plain)
    {
        using var progress = CrawlProgress.For(crawl, plain);
        using var signals = new StopSignals(
            stop: () =>
            {
                progress.Note("Stopping: open pages are finished (again to stop at once) …");
                crawl.Stop();
            },
            stopNow: crawl.StopNow);
        return await ShowAsync(crawl, progress, crawl.RunAsync, () => signals.Received);
    }

    /// <summary>Runs a crawl before the eyes of a person, to its end or until it is stopped, and tells what came of it.</summary>
    /// <param name="run">Runs the crawl.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> ShowAsync(LocalCrawl crawl, CrawlProgress progress, Func<Task> run, Func<bool> wasStopped)
    {
        var showing = progress.ShowAsync();
        try
        {
            await run();
        }
        catch (Exception exception) when (File.Exists(crawl.DatabasePath) && exception is not QueueStorageException { IsDamaged: true })
        {
            var (exitCode, message) = CliFailure.Explain(exception);
            throw new CliException(exitCode, $"{message} What was read is kept; go on with --resume {CrawlSummary.ResumeName(crawl.DatabasePath)}", exception);
        }
        finally
        {
            progress.End();
            await showing;
        }

        var end = await crawl.LookAsync(CancellationToken.None);
        await CrawlSummary.WriteAsync(Console.Out, crawl, end, progress.Elapsed, wasStopped(), CancellationToken.None);
        return !end.IsFinished && crawl.IsQuotaUsedUp ? ExitCode.QuotaUsedUp
            : !end.IsFinished ? ExitCode.Interrupted
            : end.Jobs.Succeeded == 0 ? ExitCode.NothingRead
            : await CrawlSummary.IsUndeliveredAsync(crawl, CancellationToken.None) ? ExitCode.Undelivered
            : ExitCode.Ok;
    }

    /// <summary>A crawl that reads everything without a browser needs none.</summary>
    private static void CheckBrowserFor(CrawlSpec spec, PlaywrightConfig config)
    {
        if (!spec.NeedsNoBrowser)
            CommonOptions.CheckBrowser(config);
    }

    private static async Task<DemoSite?> ReopenDemoAsync(CrawlSpec spec, CancellationToken cancellationToken)
    {
        if (spec.DemoProducts is not { } products)
            return null;

        try
        {
            var port = new Uri(spec.Seeds[0]).Port;
            return await DemoSite.StartAsync(new DemoSiteOptions { Port = port, Products = products }, TimeProvider.System, cancellationToken);
        }
        catch (PortInUseException taken)
        {
            throw new CliException(ExitCode.PortInUse,
                $"This crawl of the demo shop was begun at port {taken.Port}, which another program uses now; stop that program and resume again.", taken);
        }
    }

    private static string NameFor(string host)
    {
        var safe = string.Concat(host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        return $"{safe}-{TimeProvider.System.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
    }
}
