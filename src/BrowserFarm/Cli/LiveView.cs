using System.Globalization;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Operations;
using BrowserFarm.Scheduling;
using ContextPool.Memory;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BrowserFarm.Cli;

/// <summary>Draws a running crawl: how far, how fast, on what, and how each target takes it. Pure.</summary>
internal static class LiveView
{
    private const int BarWidth = 40;
    private const int TargetsShown = 5;

    public static IRenderable Draw(Crawl crawl, FarmSnapshot now, double pagesPerSecond, TimeSpan elapsed, string note)
    {
        var jobs = now.Jobs;
        var ended = jobs.Succeeded + jobs.Failed;
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn());

        grid.AddRow(new Markup($"[bold]{Markup.Escape(crawl.Id)}[/]"), new Markup($"[grey]{CrawlSummary.Duration(elapsed)}[/]"));
        grid.AddRow(new Markup("pages"), new Markup(Invariant(
            $"[green]{jobs.Succeeded} done[/]  {(jobs.Failed > 0 ? $"[red]{jobs.Failed} failed[/]" : "0 failed")}  {jobs.Queued} queued  {jobs.Running} running  [bold]{pagesPerSecond:0.0} pages/s[/]")));
        grid.AddRow(new Markup(""), Bar(ended, jobs.Total));
        grid.AddRow(new Markup("queue"), new Markup($"{State(now.Pipeline)}  [grey]{Markup.Escape(now.Pipeline.Reason)}[/]  {Flow(now.Flow)}"));
        if (now.NodesAdvised is { } nodes)
            grid.AddRow(new Markup(""), new Markup(Invariant($"[yellow]it grows faster than this machine reads: {nodes} like it would empty it in an hour[/]")));
        if (now.Discovery is { Deferred: > 0 } or { Pause: not DiscoveryPause.None } or { Targets.Count: > 0 })
            grid.AddRow(new Markup("outside"), new Markup(Invariant($"{now.Discovery.Deferred} pages wait for room in line  [grey]{Markup.Escape(Paused(now.Discovery))}[/]")));
        if (now.Webhook is { } problem)
            grid.AddRow(new Markup("webhook"), new Markup($"[yellow]{Markup.Escape(problem)}[/]"));
        if (!now.Sitemaps.IsDone)
            grid.AddRow(new Markup("sitemaps"), new Markup(Invariant($"{now.Sitemaps.Files} read, {now.Sitemaps.Addresses} addresses")));
        grid.AddRow(new Markup("workers"), new Markup(Invariant(
            $"{now.Budget.Busy} of {now.Budget.Limit} busy  [grey]({BoundWords.Of(now.Budget.Bound)})[/]  {Room(now.Budget)}")));
        if (now.HttpSlots > 0)
            grid.AddRow(new Markup("http"), new Markup(Invariant($"{now.HttpBusy} of {now.HttpSlots} busy")));
        grid.AddRow(new Markup("contexts"), new Markup(Invariant(
            $"{now.Pool.InUse} of {now.Pool.Capacity.Contexts} in use  [grey](bound by {BoundWords.Of(now.Pool.Capacity.Bound)})[/]  {now.Pool.Cells.Count} browser{(now.Pool.Cells.Count == 1 ? "" : "s")}")));
        grid.AddRow(new Markup("memory"), new Markup(Invariant(
            $"{Gigabytes(now.Pool.Memory.AvailableBytes)} of {Gigabytes(now.Pool.Memory.LimitBytes)} GB free  [grey]({Words(now.Pool.Memory.Source)})[/]")));
        foreach (var target in now.Targets.Take(TargetsShown))
            grid.AddRow(new Markup("target"), new Markup($"{Markup.Escape(target.Target.Value)}  {Load(target)}"));
        if (note.Length > 0)
            grid.AddRow(new Markup(""), new Markup($"[yellow]{Markup.Escape(note)}[/]"));
        return grid;
    }

    private static string Paused(DiscoverySnapshot discovery) =>
        BoundWords.Of(discovery.Pause)
        ?? (discovery.Targets.Count > 0 ? Invariant($"discovery pauses for {discovery.Targets[0]}{(discovery.Targets.Count > 1 ? Invariant($" and {discovery.Targets.Count - 1} more") : "")}") : "");

    private static string State(PipelineVerdict verdict) => verdict.State switch
    {
        PipelineState.Stalled => "[red]stalled[/]",
        PipelineState.Starved => "[yellow]starved[/]",
        PipelineState.Throttled => "[yellow]throttled[/]",
        PipelineState.Flowing => "flowing",
        _ => "idle",
    };

    private static string Flow(FlowSnapshot flow) =>
        flow.Drain is { } drain ? $"empty in {CrawlSummary.Duration(drain)}"
        : flow.Growth > 0 ? Invariant($"grows by {flow.Growth:0.0} pages/s")
        : "";

    private static Markup Bar(long ended, long total)
    {
        var filled = total == 0 ? 0 : (int)(BarWidth * ended / total);
        return new Markup($"[green]{new string('█', filled)}[/][grey]{new string('░', BarWidth - filled)}[/]");
    }

    private static string Load(TargetLimitSnapshot target) => target.BlockedFor > TimeSpan.Zero
        ? Invariant($"[yellow]asked us to wait {target.BlockedFor.TotalSeconds:0.0} s[/]  limit {target.Limit}")
        : Invariant($"{target.InFlight} in flight, limit {target.Limit}{(target.SpacedFor > TimeSpan.FromSeconds(1) ? Invariant($", next in {target.SpacedFor.TotalSeconds:0} s") : "")}");

    private static string Room(HostBudgetSnapshot budget) => budget.PossiblePerSecond is { } possible
        ? Invariant($"{budget.PerSecond:0.0} pages/s × {budget.MeanTime.TotalSeconds:0.0} s = {budget.AtOnce:0.0} at once; room for {possible:0.0} pages/s, sites bear {budget.TargetsBear} at once")
        : "";

    private static string Words(MemorySource source) => source == MemorySource.Host ? "this machine" : "container limit";

    private static string Gigabytes(long bytes) => (bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
