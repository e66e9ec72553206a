using System.Globalization;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Operations;
using ContextPool.Memory;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BrowserFarm.Cli;

/// <summary>Draws a running crawl: how far, how fast, on what, and how each target takes it. Pure.</summary>
internal static class LiveView
{
    private const int BarWidth = 40;

    public static IRenderable Draw(Crawl crawl, FarmSnapshot now, double pagesPerSecond, TimeSpan elapsed, string note)
    {
        var jobs = now.Jobs;
        var ended = jobs.Succeeded + jobs.Failed;
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn());

        grid.AddRow(new Markup($"[bold]{Markup.Escape(crawl.Id)}[/]"), new Markup($"[grey]{CrawlSummary.Duration(elapsed)}[/]"));
        grid.AddRow(new Markup("pages"), new Markup(Invariant(
            $"[green]{jobs.Succeeded} done[/]  {(jobs.Failed > 0 ? $"[red]{jobs.Failed} failed[/]" : "0 failed")}  {jobs.Queued} queued  {jobs.Running} running  [bold]{pagesPerSecond:0.0} pages/s[/]")));
        grid.AddRow(new Markup(""), Bar(ended, jobs.Total));
        grid.AddRow(new Markup("contexts"), new Markup(Invariant(
            $"{now.Pool.InUse} of {now.Pool.Capacity.Contexts} in use  [grey](bound by {Words(now.Pool.Capacity.Bound)})[/]  {now.Pool.Cells.Count} browser{(now.Pool.Cells.Count == 1 ? "" : "s")}")));
        grid.AddRow(new Markup("memory"), new Markup(Invariant(
            $"{Gigabytes(now.Pool.Memory.AvailableBytes)} of {Gigabytes(now.Pool.Memory.LimitBytes)} GB free  [grey]({Words(now.Pool.Memory.Source)})[/]")));
        foreach (var target in now.Targets)
            grid.AddRow(new Markup("target"), new Markup($"{Markup.Escape(target.Target.Value)}  {Load(target)}"));
        if (note.Length > 0)
            grid.AddRow(new Markup(""), new Markup($"[yellow]{Markup.Escape(note)}[/]"));
        return grid;
    }

    private static Markup Bar(long ended, long total)
    {
        var filled = total == 0 ? 0 : (int)(BarWidth * ended / total);
        return new Markup($"[green]{new string('█', filled)}[/][grey]{new string('░', BarWidth - filled)}[/]");
    }

    private static string Load(TargetLimitSnapshot target) => target.BlockedFor > TimeSpan.Zero
        ? Invariant($"[yellow]asked us to wait {target.BlockedFor.TotalSeconds:0.0} s[/]  limit {target.Limit}")
        : Invariant($"{target.InFlight} in flight, limit {target.Limit}");

    private static string Words(CapacityBound bound) => bound switch
    {
        CapacityBound.Memory => "free memory",
        CapacityBound.Processor => "processor",
        CapacityBound.Pressure => "memory pressure",
        _ => "--concurrency",
    };

    private static string Words(MemorySource source) => source == MemorySource.Host ? "this machine" : "container limit";

    private static string Gigabytes(long bytes) => (bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
