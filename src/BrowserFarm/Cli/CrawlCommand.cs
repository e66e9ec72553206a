using System.CommandLine;
using System.Globalization;
using BrowserFarm.Demo;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Workers;

namespace BrowserFarm.Cli;

/// <summary><c>farm crawl</c>: a site, a list, or the demo shop.</summary>
internal static class CrawlCommand
{
    private const string CrawlsFolder = "farm-data/crawls";

    public static Command Create()
    {
        var command = new Command("crawl", "Crawls a site from its rendered pages; without a URL, the built-in demo shop.");
        var options = new CrawlOptions();
        var common = new CommonOptions();
        options.AddTo(command);
        common.AddTo(command);
        command.SetAction((line, cancellationToken) => RunAsync(line, options, common, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult line, CrawlOptions options, CommonOptions common, CancellationToken cancellationToken)
    {
        var config = common.Load(line);
        CommonOptions.CheckBrowser(config);
        var farm = new FarmOptions { Workers = line.GetValue(options.Concurrency) };
        var logging = CommonOptions.Logging(line);

        DemoSite? demo = null;
        LocalCrawl? crawl = null;
        try
        {
            if (line.GetValue(options.Resume) is { } name)
            {
                crawl = await LocalCrawl.ResumeAsync(line.GetValue(options.Out) ?? FolderOf(name), config, farm, logging, cancellationToken);
                demo = await ReopenDemoAsync(crawl.Crawl.Spec, cancellationToken);
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

                var folder = line.GetValue(options.Out) ?? Path.Join(CrawlsFolder, NameFor(demo is null ? seeds[0].ToUri().Host : "demo"));
                crawl = await LocalCrawl.BeginAsync(folder, spec, seeds, config, farm, logging, cancellationToken);
            }

            return await RunAsync(crawl, plain: logging is not null);
        }
        finally
        {
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

        var showing = progress.ShowAsync();
        try
        {
            await crawl.RunAsync();
        }
        catch (Exception exception) when (File.Exists(crawl.DatabasePath) && exception is not QueueStorageException { IsDamaged: true })
        {
            var (exitCode, message) = CliFailure.Explain(exception);
            throw new CliException(exitCode, $"{message} What was read is kept; go on with --resume {CrawlSummary.ResumeName(crawl)}", exception);
        }
        finally
        {
            progress.End();
            await showing;
        }

        var end = await crawl.LookAsync(CancellationToken.None);
        await CrawlSummary.WriteAsync(Console.Out, crawl, end, progress.Elapsed, signals.Received, CancellationToken.None);
        return !end.Jobs.IsFinished ? ExitCode.Interrupted
            : end.Jobs.Succeeded == 0 ? ExitCode.NothingRead
            : ExitCode.Ok;
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

    /// <summary>A crawl is named by its name below the default folder, or by the path of its folder.</summary>
    private static string FolderOf(string nameOrPath) =>
        nameOrPath.Contains('/', StringComparison.Ordinal) || File.Exists(Path.Join(nameOrPath, "crawl.db")) ? nameOrPath : Path.Join(CrawlsFolder, nameOrPath);

    private static string NameFor(string host)
    {
        var safe = string.Concat(host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        return $"{safe}-{TimeProvider.System.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
    }
}
