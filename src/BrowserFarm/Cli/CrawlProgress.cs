using System.Globalization;
using BrowserFarm.Hosting;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using Spectre.Console;

namespace BrowserFarm.Cli;

/// <summary>Shows a crawl while it runs: in place on a terminal, as plain lines elsewhere.</summary>
internal abstract class CrawlProgress(LocalCrawl crawl) : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_start);

    protected LocalCrawl Crawl => crawl;

    protected RateMeter Rate { get; } = new();

    /// <param name="plain">Lines even on a terminal, as beside a log.</param>
    public static CrawlProgress For(LocalCrawl crawl, bool plain) =>
        plain || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi ? new PlainProgress(crawl) : new LiveProgress(crawl);

    /// <summary>Shows until <see cref="End"/>, or until there is nothing left to look at.</summary>
    public async Task ShowAsync()
    {
        try
        {
            await ShowAsync(_end.Token);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or QueueStorageException)
        {
            // A crawl that came to nothing is gone before we are told to end. Why it broke is told by the crawl, not by who watches it.
        }
    }

    public void End() => _end.Cancel();

    /// <summary>One more line for the person.</summary>
    public abstract void Note(string text);

    public void Dispose() => _end.Dispose();

    protected abstract Task ShowAsync(CancellationToken end);

    protected async Task<FarmSnapshot> LookAsync()
    {
        var snapshot = await Crawl.LookAsync(CancellationToken.None);
        Rate.Add(Elapsed, snapshot.Jobs.Succeeded + snapshot.Jobs.Failed);
        return snapshot;
    }

    /// <summary>One line every few seconds; the first at once, so that a pipe sees at once that something happens.</summary>
    private sealed class PlainProgress(LocalCrawl crawl) : CrawlProgress(crawl)
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

        public override void Note(string text) => Console.Out.WriteLine(text);

        protected override async Task ShowAsync(CancellationToken end)
        {
            await Console.Out.WriteLineAsync($"Crawling {string.Join(", ", Crawl.Crawl.Spec.Seeds.Take(3))} as {Crawl.Crawl.Id}");
            using var timer = new PeriodicTimer(Interval);
            try
            {
                while (await timer.WaitForNextTickAsync(end))
                    await Console.Out.WriteLineAsync(Line(await LookAsync()));
            }
            catch (OperationCanceledException)
            {
                // The summary follows.
            }
        }

        private string Line(FarmSnapshot now) => string.Create(
            CultureInfo.InvariantCulture,
            $"{now.Jobs.Succeeded} done, {now.Jobs.Failed} failed, {now.Jobs.Queued} queued, {now.Jobs.Running} running{(now.Jobs.Deferred > 0 ? string.Create(CultureInfo.InvariantCulture, $", {now.Jobs.Deferred} outside the lines") : "")}, {Rate.PerSecond:0.0} pages/s, "
            + $"{now.Pool.InUse}/{now.Pool.Capacity.Contexts} contexts, {now.Pool.Memory.AvailableBytes >> 20} MB free{(now.Sitemaps.IsDone ? "" : ", reading sitemaps")}"
            + $"{(now.Storage is { } trouble ? $"; waiting: {trouble.Reason}" : "")}{(now.Webhook is { } problem ? $"; webhook: {problem}" : "")}");
    }

    /// <summary>A few lines that are redrawn where they stand.</summary>
    private sealed class LiveProgress(LocalCrawl crawl) : CrawlProgress(crawl)
    {
        private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

        private volatile string _note = "";

        public override void Note(string text) => _note = text;

        protected override Task ShowAsync(CancellationToken end) => AnsiConsole
            .Live(new Text($"Crawling {Crawl.Crawl.Id} …"))
            .AutoClear(true)
            .StartAsync(async live =>
            {
                using var timer = new PeriodicTimer(Interval);
                try
                {
                    do
                        live.UpdateTarget(LiveView.Draw(Crawl.Crawl, await LookAsync(), Rate.PerSecond, Elapsed, _note));
                    while (await timer.WaitForNextTickAsync(end));
                }
                catch (OperationCanceledException)
                {
                    // The summary takes the place of the display.
                }
            });
    }
}
