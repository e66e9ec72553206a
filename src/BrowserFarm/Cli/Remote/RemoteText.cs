using System.Globalization;
using System.Text;
using BrowserFarm.Api;
using BrowserFarm.Api.Answers;

namespace BrowserFarm.Cli.Remote;

/// <summary>A service's answers as lines for a terminal or a pipe. What came from sites is cleaned. Pure.</summary>
internal static class RemoteText
{
    /// <summary>The farm as a whole, and its crawls.</summary>
    public static string Status(QueueAnswer queue, PoolAnswer pool, CrawlList crawls, ReadyAnswer ready)
    {
        var text = new StringBuilder();
        Add(text, "state", $"{queue.State}: {ClientText.Clean(queue.Reason)}");
        foreach (var check in ready.Checks.Where(check => !check.Holds))
            Add(text, "not ready", $"{check.Name}: {ClientText.Clean(check.Reason)}");
        Add(text, "pages", Pages(queue.Pages));
        Add(text, "flow", $"{queue.EndedPerSecond:0.0} pages/s ended, {queue.FoundPerSecond:0.0} found; {Drain(queue)}");
        Add(text, "workers", $"{pool.WorkersBusy} of {pool.Workers} busy (bound by {pool.WorkersBound}); {pool.HttpBusy} of {pool.HttpWorkers} without a browser");
        Add(text, "contexts", $"{pool.ContextsInUse} of {pool.Contexts} in use (bound by {pool.ContextsBound}), {pool.Cells.Count} browsers; memory pressure {pool.MemoryPressure}");
        if (queue.NodesAdvised is { } nodes)
            Add(text, "advice", $"the queue grows faster than this machine reads: {nodes} like it would empty it in time");
        if (queue.Storage is { } trouble)
            Add(text, "storage", $"nothing can be written: {ClientText.Clean(trouble)}");
        foreach (var crawl in crawls.Items)
            Add(text, "crawl", $"{crawl.Id}: {crawl.State}, {Pages(crawl.Pages)}");
        if (crawls.Next is not null)
            text.AppendLine("            and older ones");
        return text.ToString();
    }

    public static string Crawl(CrawlAnswer crawl)
    {
        var text = new StringBuilder();
        Add(text, crawl.Id, $"{crawl.State}");
        Add(text, "pages", Pages(crawl.Pages));
        Add(text, "begun", $"{crawl.CreatedAt:yyyy-MM-dd HH:mm:ss}Z, {string.Join(", ", crawl.Spec.Seeds.Take(3).Select(seed => ClientText.Clean(seed)))}{(crawl.Spec.SeedCount > 3 ? " and more" : "")}");
        return text.ToString();
    }

    public static string Progress(CrawlProgressAnswer crawl) => $"{crawl.Id}: {crawl.State}, {Pages(crawl.Pages)}";

    public static string Added(AddedAnswer added, IReadOnlyList<string> urls)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{added.Accepted} added, {added.Duplicates} known already"));
        if (added.OverBudget > 0)
            text.Append(CultureInfo.InvariantCulture, $", {added.OverBudget} over the crawl's budget of pages");
        if (added.Rejected > 0)
            text.Append(CultureInfo.InvariantCulture, $", {added.Rejected} refused:");
        foreach (var error in added.Errors)
            text.Append(CultureInfo.InvariantCulture, $"\n  {(error.Line <= urls.Count ? ClientText.Clean(urls[(int)error.Line - 1]) : $"line {error.Line}")}: {ClientText.Clean(error.Message)}");
        return text.ToString();
    }

    public static string Cancelled(CancelAnswer cancelled) => string.Create(
        CultureInfo.InvariantCulture, $"{cancelled.Id} is called off: {Count(cancelled.Waiting, "page")} waited, {cancelled.Running} were open, {cancelled.Closed} of these are closed");

    public static string Targets(IReadOnlyList<TargetAnswer> targets)
    {
        var text = new StringBuilder();
        Row(text, "site", "limit", "in flight", "blocked", "first byte", "at best");
        foreach (var target in targets)
        {
            Row(text, ClientText.Clean(target.Target), Number(target.Limit), Number(target.InFlight), target.BlockedSeconds > 0 ? $"{Number(target.BlockedSeconds)} s" : "-",
                target.LatencyMs is { } latency ? $"{Number(latency)} ms" : "-", target.BaselineMs is { } baseline ? $"{Number(baseline)} ms" : "-");
        }

        return text.ToString();

        static void Row(StringBuilder text, string site, params string[] cells) =>
            text.AppendLine(CultureInfo.InvariantCulture, $"{site,-48}{string.Concat(cells.Select(cell => cell.PadLeft(11)))}");
    }

    public static string Requeued(RequeuedAnswer answer) =>
        $"{Count(answer.Requeued, "page")} back in line{(answer.OfCancelledCrawls > 0 ? $", {Count(answer.OfCancelledCrawls, "page")} of cancelled crawls left" : "")}";

    /// <param name="withCrawl">They are of several crawls, so each is told.</param>
    public static string DeadLetters(DeadLetterList letters, bool withCrawl)
    {
        var text = new StringBuilder();
        foreach (var letter in letters.Items)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{letter.Job,8}  {letter.Class,-18}  {(withCrawl ? $"{ClientText.Clean(letter.Crawl)}  " : "")}{ClientText.Clean(letter.Url)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"{"",8}  {Count(letter.Tries.Count, "try", "tries")}: {ClientText.Clean(letter.Reason)}");
        }

        if (letters.Items.Count == 0)
            text.AppendLine("no page was given up");
        if (letters.Next is not null)
            text.AppendLine("and more; --json tells the cursor of the next");
        return text.ToString();
    }

    public static string Explain(string asked, ExplainAnswer answer, DateTimeOffset now)
    {
        var text = new StringBuilder();
        Add(text, ClientText.Clean(answer.Job?.Url ?? asked), $"{answer.State}{(answer.Job is { } job ? $" (job {job.Id} of {job.Crawl}, {job.Lane} lane, priority {job.Priority}, depth {job.Depth})" : "")}");
        if (answer.Reason is { } reason)
            Add(text, "waits for", $"{ClientText.Clean(reason)}{(answer.Until is { } until && until > now ? $", for another {CrawlSummary.Duration(until - now)}" : "")}");
        if (answer.Ahead is { } ahead)
            Add(text, "before it", $"{Count(ahead, "page")} of its site");
        if (answer.About is { } about)
            Add(text, "expected", $"in about {CrawlSummary.Duration(about > now ? about - now : TimeSpan.Zero)}, at the present pace");
        if (answer.Job?.Failure is { } failure)
            Add(text, "failed", $"{failure.Class}: {ClientText.Clean(failure.Reason)}");
        foreach (var (number, one) in (answer.Job?.Tries ?? []).Index())
            Add(text, $"try {number + 1}", $"{one.StartedAt:yyyy-MM-dd HH:mm:ss}Z, {CrawlSummary.Duration(one.EndedAt - one.StartedAt)}: {one.Ended}{(one.Class is null ? "" : $", {one.Class}: {ClientText.Clean(one.Reason)}")}");
        return text.ToString();
    }

    internal static string Count(long count, string one, string? many = null) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many ?? one + "s")}");

    internal static string Pages(PageCounts pages) => string.Create(
        CultureInfo.InvariantCulture,
        $"{pages.Succeeded} done, {pages.Failed} failed, {pages.Waiting} waiting, {pages.Running} running{(pages.Deferred > 0 ? $", {pages.Deferred} outside the lines" : "")}{(pages.Cancelled > 0 ? $", {pages.Cancelled} called off" : "")}");

    internal static string Drain(QueueAnswer queue) =>
        queue.DrainSeconds is { } seconds ? $"empty in {CrawlSummary.Duration(TimeSpan.FromSeconds(seconds))}"
        : queue.Growth > 0 ? string.Create(CultureInfo.InvariantCulture, $"grows by {queue.Growth:0.0} a second")
        : "neither grows nor empties";

    private static string Number(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    private static void Add(StringBuilder text, string label, FormattableString line) => text.AppendLine(CultureInfo.InvariantCulture, $"{label,-10}  {line.ToString(CultureInfo.InvariantCulture)}");

    private static void Add(StringBuilder text, string label, string line) => text.AppendLine(CultureInfo.InvariantCulture, $"{label,-10}  {line}");
}
