using System.Globalization;
using BrowserFarm.Api;
using BrowserFarm.Api.Answers;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BrowserFarm.Cli.Remote;

/// <summary>Draws a service as it was seen last. Pure.</summary>
internal static class TopView
{
    private const int TargetsShown = 15;

    public static string Line(FarmEvent seen) => string.Create(
        CultureInfo.InvariantCulture,
        $"{seen.At:HH:mm:ss} {seen.Queue.State}: {RemoteText.Pages(seen.Queue.Pages)}; {seen.Queue.EndedPerSecond:0.0} pages/s, {RemoteText.Drain(seen.Queue)}; {seen.Pool.ContextsInUse}/{seen.Pool.Contexts} contexts, pressure {seen.Pool.MemoryPressure}");

    /// <param name="problem">Why this is old; null when it is not.</param>
    public static IRenderable Draw(string service, FarmEvent seen, string? problem)
    {
        var (queue, pool) = (seen.Queue, seen.Pool);
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn());
        Add("[bold]service[/]", $"{Markup.Escape(service)}  [grey]{seen.At.ToLocalTime():HH:mm:ss}[/]{(problem is null ? "" : $"  [red]{Markup.Escape(problem)}[/]")}");
        Add("state", $"[{Colour(queue.State)}]{queue.State}[/]  [grey]{Markup.Escape(ClientText.Clean(queue.Reason))}[/]");
        Add("pages", $"[green]{queue.Pages.Succeeded} done[/]  {(queue.Pages.Failed > 0 ? $"[red]{queue.Pages.Failed} failed[/]" : "0 failed")}  {queue.Pages.Waiting} waiting  {queue.Pages.Running} running{(queue.Pages.Deferred > 0 ? $"  {queue.Pages.Deferred} outside the lines" : "")}");
        Add("flow", $"[bold]{queue.EndedPerSecond:0.0} pages/s[/]  {queue.FoundPerSecond:0.0} found/s  {RemoteText.Drain(queue)}");
        Add("workers", $"{pool.WorkersBusy} of {pool.Workers} busy  [grey](bound by {pool.WorkersBound})[/]  http {pool.HttpBusy} of {pool.HttpWorkers}");
        Add("contexts", $"{pool.ContextsInUse} of {pool.Contexts} in use  [grey](bound by {pool.ContextsBound})[/]  {pool.Idle} warm  {pool.Waiting} wait");
        Add("memory", $"pressure {pool.MemoryPressure}  {pool.TabBytes >> 20} MB a tab, {pool.CellBytes >> 20} MB a browser");
        if (queue.Storage is { } trouble)
            Add("storage", $"[red]{Markup.Escape(ClientText.Clean(trouble))}[/]");
        return new Rows(grid, Cells(pool), Targets(seen.Targets));

        void Add(string label, FormattableString text) => grid.AddRow(new Markup(label), new Markup(text.ToString(CultureInfo.InvariantCulture)));
    }

    private static Table Cells(PoolAnswer pool)
    {
        var table = Columns("browser", "pid", "contexts", "served", "memory", "age", "silent", "state");
        foreach (var cell in pool.Cells)
        {
            table.AddRow(
                Number(cell.Id), cell.BrowserPid is { } pid ? Number(pid) : "-", Number(cell.Contexts), Number(cell.Served), $"{cell.MemoryBytes >> 20} MB",
                CrawlSummary.Duration(TimeSpan.FromSeconds(cell.AgeSeconds)), $"{Number(cell.SilentSeconds)} s", cell.State);
        }

        return table;
    }

    private static Table Targets(IReadOnlyList<TargetAnswer> targets)
    {
        var table = Columns("site", "limit", "in flight", "blocked", "first byte", "at best");
        foreach (var target in targets.Take(TargetsShown))
        {
            table.AddRow(
                Markup.Escape(ClientText.Clean(target.Target)), Number(target.Limit), Number(target.InFlight), target.BlockedSeconds > 0 ? $"[yellow]{Number(target.BlockedSeconds)} s[/]" : "-",
                target.LatencyMs is { } latency ? $"{Number(latency)} ms" : "-", target.BaselineMs is { } baseline ? $"{Number(baseline)} ms" : "-");
        }

        return table;
    }

    private static Table Columns(params string[] names)
    {
        var table = new Table().Border(TableBorder.None).Expand();
        foreach (var name in names)
            table.AddColumn(new TableColumn($"[grey]{name}[/]"));
        return table;
    }

    private static string Colour(string state) => state switch
    {
        "flowing" or "idle" => "green",
        "stalled" => "red",
        _ => "yellow",
    };

    private static string Number(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
