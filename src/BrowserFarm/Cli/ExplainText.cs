using System.Globalization;
using System.Text;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;

namespace BrowserFarm.Cli;

/// <summary>Explanations as lines for a terminal or a pipe. Pure.</summary>
/// <param name="name">What the person called the crawl.</param>
/// <param name="status">Null when no farm works on it.</param>
internal sealed class ExplainText(string name, FarmStatus? status, DateTimeOffset now)
{
    private const int MaxTargets = 20;

    /// <summary>The whole crawl: its state, and each site with why its pages wait.</summary>
    /// <param name="lines">The longest first.</param>
    /// <param name="target">Only sites whose address contains it.</param>
    /// <param name="waited">What the tries that ended had waited for, all together.</param>
    /// <param name="recurring">Null when the crawl is run once; otherwise it is the last run.</param>
    public string Overview(Crawl crawl, RecurringCrawl? recurring, CrawlCounts counts, Waits waited, IReadOnlyList<LineView> lines, string target)
    {
        var text = new StringBuilder();
        Add(text, recurring?.Id ?? crawl.Id, State(recurring, counts));
        if (recurring is not null)
            AddRuns(text, recurring, counts);
        Add(text, "pages", $"{counts.Succeeded} done, {counts.Failed} failed, {counts.Queued} queued, {counts.Running} running{(counts.Deferred > 0 ? $", {counts.Deferred} waiting outside of the lines" : "")}");
        if (status is { Slots: > 0 })
        {
            Add(text, "flow", $"{status.EndedPerSecond:0.0} pages/s ended, {status.FoundPerSecond:0.0} found; {Drain()}");
            if (status.NodesAdvised is { } nodes)
                Add(text, "advice", $"the queue grows faster than this machine reads: {nodes} like it would empty it in an hour");
            if (status.Discovery is { Deferred: > 0 } or { Pause: not DiscoveryPause.None } or { Targets.Count: > 0 })
                Add(text, "discovery", $"{Pages(status.Discovery.Deferred, "")} wait outside of the lines; {Discovery(status.Discovery)}");
            if (status.HttpSlots > 0)
                Add(text, "http", $"{status.HttpBusy} of {status.HttpSlots} workers without a browser busy");
            Add(text, "workers", $"{status.Busy} of {status.Slots} busy ({BoundWords.Of(status.Bound)}); {status.ContextsInUse} of {status.Contexts} contexts in use (bound by {BoundWords.Of(status.ContextsBound)})");
            Add(text, "at once", $"{status.AtOnce:0.0} is what this pace takes (pages a second by the time of one); sites bear {status.TargetsBear}, memory and processors {status.Contexts}");
        }

        if (status?.Webhook is { } problem)
            Add(text, "webhook", $"takes nothing, and is tried again: {problem}");
        if (waited.ByLength.Count > 0)
            Add(text, "waiting", $"of all tries so far: {Shares(waited)}");
        var wanted = lines.Where(line => line.Target.Value.Contains(target, StringComparison.OrdinalIgnoreCase)).ToList();
        if (wanted.Count == 0 && target.Length > 0)
            Add(text, "sites", $"no page waits of a site whose address contains \"{target}\"");
        foreach (var line in wanted.Take(MaxTargets))
        {
            var lane = $"{(line.Lane == Lane.Normal ? "" : $" ({line.Lane.ToString().ToLowerInvariant()})")}{(line.Engine == Engine.Http ? " (http)" : "")}";
            Add(text, "site", $"{line.Target.Value}{lane}: {Pages(line.Queued)}: {Words(Explanation.Of(line, status, now))}");
        }

        if (wanted.Count > MaxTargets)
            Add(text, "", $"and {wanted.Count - MaxTargets} sites more");
        return text.ToString();
    }

    /// <summary>One page.</summary>
    /// <param name="asked">As the person named it.</param>
    public string Page(string asked, Whereabouts found)
    {
        var text = new StringBuilder();
        switch (found)
        {
            case Whereabouts.Queued queued:
                var why = Explanation.Of(queued, status, now);
                Add(text, queued.Job.Url.Value, $"waits (job {queued.Job.Id}, {queued.Job.Lane.ToString().ToLowerInvariant()} lane, priority {queued.Job.Priority}, depth {queued.Job.Depth})");
                Add(text, "waits for", Words(why.Wait));
                Add(text, "before it", why.Position == 0 ? "no page of its site" : $"{Pages(why.Position, "")} of its site");
                Add(text, "expected", why.About is { } about ? $"in about {CrawlSummary.Duration(Positive(about - now))}, at the present pace" : "nobody can say");
                AddWaits(text, Positive(now - queued.QueuedAt), queued.Waited);
                AddTries(text, queued.Attempts);
                break;
            case Whereabouts.Deferred deferred:
                Add(text, deferred.Job.Url.Value, $"waits outside of the lines (job {deferred.Job.Id}, {deferred.Job.Lane.ToString().ToLowerInvariant()} lane, priority {deferred.Job.Priority}, depth {deferred.Job.Depth})");
                Add(text, "waits for", status is null ? "nobody works on this crawl" : Discovery(status.Discovery));
                Add(text, "before it", $"{Pages(deferred.Line.Queued, "")} of its site in line, {Pages(deferred.Ahead, "")} outside");
                break;
            case Whereabouts.Running running:
                Add(text, running.Job.Url.Value, $"is being worked on (job {running.Job.Id}) by {running.Worker}, for {CrawlSummary.Duration(Positive(now - running.Since))}");
                if (status is null)
                    Add(text, "", "by a program that does not run any more; whoever resumes the crawl takes the page up again");
                AddTries(text, running.Attempts);
                break;
            case Whereabouts.Ended ended:
                Add(text, ended.Job.Url.Value, $"is over (job {ended.Job.Id}): {ended.State.ToString().ToLowerInvariant()}{(ended.Failure is { } failure ? $", {failure.Class}: {failure.Reason}" : "")}");
                AddTries(text, ended.Attempts);
                break;
            case Whereabouts.Skipped skipped:
                Add(text, asked, $"was not taken: a link {CrawlSummary.Words(skipped.Reason)}{(skipped.FoundOn is { } page ? $", found on {page}" : "")}");
                break;
            default:
                Add(text, asked, $"is not known to {name}: no page linked to it, and nobody asked for it");
                break;
        }

        return text.ToString();
    }

    private static string Discovery(DiscoverySnapshot discovery) =>
        BoundWords.Of(discovery.Pause)
        ?? (discovery.Targets.Count > 0 ? $"discovery pauses for {string.Join(", ", discovery.Targets.Take(3))}{(discovery.Targets.Count > 3 ? " and more" : "")}" : "they come into line as there is room");

    private string State(RecurringCrawl? recurring, CrawlCounts counts) =>
        status is not null ? $"{status.State.ToString().ToLowerInvariant()}: {status.Reason}"
        : recurring is null && counts.IsFinished ? "finished"
        : $"nobody works on it; go on with ./farm crawl --resume {name}";

    private void AddRuns(StringBuilder text, RecurringCrawl crawl, CrawlCounts counts)
    {
        var recurrence = crawl.Spec.Recurrence!;
        Add(text, "recurs", $"{recurrence.Cron} by the clock of {recurrence.TimeZone}{(recurrence.FreshFor is { } age ? $"; pages are fresh for {Age.Write(age)}" : "")}");
        if (crawl.LastRun is not { } run)
        {
            Add(text, "runs", "none yet");
        }
        else
        {
            var end = run.EndedAt is { } ended ? $"ended after {CrawlSummary.Duration(Positive(ended - run.StartedAt))}" : "has not ended";
            Add(text, "runs", $"{run.Number}; the last began {run.StartedAt:yyyy-MM-dd HH:mm:ss}Z and {end}: {counts.Succeeded - run.Reused} read, {run.Reused} still fresh, {counts.Failed} failed");
        }

        var left = crawl.NextRunAt - now;
        Add(text, "next run", left > TimeSpan.Zero
            ? $"{crawl.NextRunAt:yyyy-MM-dd HH:mm:ss}Z, in {CrawlSummary.Duration(left)}"
            : $"was due {crawl.NextRunAt:yyyy-MM-dd HH:mm:ss}Z, {CrawlSummary.Duration(-left)} ago; {(status is null ? "--resume catches it up, once" : "it begins when this one ends")}");
    }

    private string Drain() =>
        status!.DrainSeconds is { } seconds ? $"empty in {CrawlSummary.Duration(TimeSpan.FromSeconds(seconds))}"
        : status.FoundPerSecond > status.EndedPerSecond ? $"grows by {(status.FoundPerSecond - status.EndedPerSecond).ToString("0.0", CultureInfo.InvariantCulture)} a second"
        : "neither grows nor empties";

    private string Words(Wait wait) =>
        wait.Until is { } until ? $"{wait.Reason}, for another {CrawlSummary.Duration(Positive(until - now))}" : wait.Reason;

    /// <summary>How long, and how much of it for what.</summary>
    private static void AddWaits(StringBuilder text, TimeSpan whole, Waits waited) =>
        Add(text, "so far", $"{CrawlSummary.Duration(whole)}{(waited.ByLength.Count > 0 ? $": {Causes(waited)}" : "")}");

    private static string Shares(Waits waited)
    {
        var whole = waited.ByLength.Sum(wait => wait.Time.TotalMilliseconds);
        return string.Join(", ", waited.ByLength.Select(wait => string.Create(CultureInfo.InvariantCulture, $"{wait.Time.TotalMilliseconds / whole:P0} {WaitWords.Of(wait.Cause)}")));
    }

    private static string Causes(Waits waited) => string.Join(", ", waited.ByLength.Select(wait => $"{CrawlSummary.Duration(wait.Time)} {WaitWords.Of(wait.Cause)}"));

    private static void AddTries(StringBuilder text, IReadOnlyList<AttemptRecord> attempts)
    {
        for (var i = 0; i < attempts.Count; i++)
        {
            var (attempt, at) = (attempts[i], attempts[i].StartedAt);
            Add(text, $"try {i + 1}", $"{at:yyyy-MM-dd HH:mm:ss}Z, {CrawlSummary.Duration(Positive(attempt.EndedAt - at))}: {attempt.Ended}{(attempt.Class is null ? "" : $", {attempt.Class}: {attempt.Reason}")}");
            if (attempt.Waited.ByLength.Count > 0)
                Add(text, "", $"waited {CrawlSummary.Duration(Positive(at - attempt.QueuedAt))} before it: {Causes(attempt.Waited)}");
        }
    }

    private static string Pages(long count, string verb = " wait") => count == 1 ? $"1 page{(verb.Length > 0 ? " waits" : "")}" : $"{count} pages{verb}";

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static void Add(StringBuilder text, string label, FormattableString line) => Add(text, label, line.ToString(CultureInfo.InvariantCulture));

    private static void Add(StringBuilder text, string label, string line) => text.AppendLine(CultureInfo.InvariantCulture, $"{label,-10}  {line}");
}
