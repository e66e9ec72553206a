using System.Globalization;
using BrowserFarm.Hosting;
using Spectre.Console;

namespace BrowserFarm.Cli;

/// <summary>Shows how long it is until the next run: a line that counts down on a terminal, one that is written once elsewhere.</summary>
internal abstract class RunWait(TimeZoneInfo zone) : IDisposable
{
    /// <param name="plain">A line even on a terminal, as beside a log.</param>
    public static RunWait For(LocalRuns runs, bool plain) =>
        plain || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi ? new PlainWait(runs.TimeZone) : new LiveWait(runs.TimeZone);

    /// <summary>Called once a second, or as often as it is convenient.</summary>
    public void Show(DateTimeOffset until) => Show(until, until - TimeProvider.System.GetUtcNow(), Time(until, zone));

    /// <summary>An instant by the clock of a zone, with its name.</summary>
    public static string Time(DateTimeOffset time, TimeZoneInfo zone) => string.Create(
        CultureInfo.InvariantCulture, $"{TimeZoneInfo.ConvertTime(time, zone):yyyy-MM-dd HH:mm:ss} {zone.Id}");

    public virtual void Dispose()
    {
    }

    protected abstract void Show(DateTimeOffset until, TimeSpan left, string time);

    private sealed class PlainWait(TimeZoneInfo zone) : RunWait(zone)
    {
        private DateTimeOffset _told;

        protected override void Show(DateTimeOffset until, TimeSpan left, string time)
        {
            if (_told == until)
                return;

            _told = until;
            Console.Out.WriteLine($"Next run {time}, in {CrawlSummary.Duration(left)}");
        }
    }

    /// <summary>Written over itself: with <c>\r</c>, and the rest of the line erased.</summary>
    private sealed class LiveWait(TimeZoneInfo zone) : RunWait(zone)
    {
        private bool _isOpen;

        public override void Dispose()
        {
            if (_isOpen)
                Console.Out.Write("\r\u001b[K");
            base.Dispose();
        }

        protected override void Show(DateTimeOffset until, TimeSpan left, string time)
        {
            _isOpen = true;
            Console.Out.Write($"\rNext run {time}, in {CrawlSummary.Duration(TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)))}  (Ctrl-C stops)\u001b[K");
        }
    }
}
