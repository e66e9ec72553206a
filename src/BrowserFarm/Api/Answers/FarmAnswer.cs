using BrowserFarm.Limiting;
using BrowserFarm.Operations;
using BrowserFarm.Operations.Audit;
using BrowserFarm.Queueing;
using ContextPool.Diagnostics;

namespace BrowserFarm.Api.Answers;

/// <summary>How the farm as a whole does.</summary>
/// <param name="State"><c>flowing</c>, <c>idle</c>, <c>throttled</c>, <c>starved</c> or <c>stalled</c>.</param>
/// <param name="Reason">In words.</param>
/// <param name="FoundPerSecond">Pages that come into the queue, over the last minute.</param>
/// <param name="EndedPerSecond">Pages that leave it.</param>
/// <param name="Growth">By how many pages a second the queue grows; negative while it empties.</param>
/// <param name="DrainSeconds">Until it is empty at this pace; null while it does not empty.</param>
/// <param name="Discovery">Why links that are found wait outside; <c>none</c> when they do not.</param>
/// <param name="NodesAdvised">Machines like this one that would empty the queue in time; null when this one does, or more would not help.</param>
/// <param name="Storage">Why nothing can be written at the moment; null when everything can.</param>
public sealed record QueueAnswer(
    string State, string Reason, PageCounts Pages, double FoundPerSecond, double EndedPerSecond, double Growth, double? DrainSeconds, string Discovery, int? NodesAdvised, string? Storage)
{
    public static QueueAnswer Of(FarmSnapshot now) => new(
        now.Pipeline.State.ToString().ToLowerInvariant(), now.Pipeline.Reason, PageCounts.Of(now.Jobs), Round(now.Flow.FoundPerSecond), Round(now.Flow.EndedPerSecond), Round(now.Flow.Growth),
        now.Flow.Drain?.TotalSeconds, now.Discovery.Pause.ToString().ToLowerInvariant(), now.NodesAdvised, now.Storage?.Reason);

    private static double Round(double number) => Math.Round(number, 3);
}

/// <summary>The pool and the workers that use it.</summary>
/// <param name="Workers">Pages worked on in browsers at once, at most, and why not more.</param>
/// <param name="Contexts">Contexts that may be open at once.</param>
/// <param name="ContextsBound">What bounds them.</param>
/// <param name="MemoryPressure"><c>normal</c> and up.</param>
/// <param name="MemoryLimitBytes">Memory of the machine, or of the container.</param>
/// <param name="MemoryUsedBytes">Of that, what is in use, by whomever.</param>
/// <param name="Totals">What has happened since the service started.</param>
/// <param name="Ends">The same by reason: what was closed, lost and replaced.</param>
public sealed record PoolAnswer(
    int Workers, int WorkersBusy, string WorkersBound, int HttpWorkers, int HttpBusy, int Contexts, int ContextsInUse, string ContextsBound, int Leased, int Opening, int Closing, int Idle, int Waiting,
    string MemoryPressure, long MemoryLimitBytes, long MemoryUsedBytes, long TabBytes, long CellBytes, double KillAfterSeconds, double LaunchRefusedSeconds, PoolTotalsAnswer Totals,
    IReadOnlyList<PoolEndAnswer> Ends, IReadOnlyList<CellAnswer> Cells)
{
    public static PoolAnswer Of(FarmSnapshot now)
    {
        var pool = now.Pool;
        return new PoolAnswer(
            now.Budget.Limit, now.Budget.Busy, Words(now.Budget.Bound), now.HttpSlots, now.HttpBusy, pool.Capacity.Contexts, pool.InUse, Words(pool.Capacity.Bound), pool.Leased, pool.Opening, pool.Closing,
            pool.Idle, pool.Waiting, Words(pool.Pressure), pool.Memory.LimitBytes, Math.Max(0, pool.Memory.LimitBytes - pool.Memory.AvailableBytes), pool.TabBytes, pool.CellBaseBytes, pool.KillAfter.TotalSeconds, pool.LaunchRefusedFor.TotalSeconds,
            PoolTotalsAnswer.Of(pool.Totals),
            PoolEndAnswer.All(pool.Totals),
            [.. pool.Cells.Select(cell => new CellAnswer(
                cell.Id, Words(cell.State), cell.BrowserPid, cell.Contexts, cell.Served, Math.Round(cell.Age.TotalSeconds, 1), cell.PssBytes, cell.Crashes, Math.Round(cell.BrowserSilentFor.TotalSeconds, 1)))]);
    }

    private static string Words(Enum value) => value.ToString().ToLowerInvariant();
}

/// <summary>What has happened in the pool since the service started.</summary>
/// <param name="ContextsReused">Pages that were given a warm context.</param>
/// <param name="Kills">Contexts that did not close as asked.</param>
/// <param name="MemoryKills">Processes killed because memory was about to run out.</param>
/// <param name="CellsLost">Browsers that died or were killed.</param>
/// <param name="CellsRecycled">Browsers replaced in the orderly way.</param>
public sealed record PoolTotalsAnswer(long ContextsOpened, long ContextsReused, long Kills, long MemoryKills, long CellsStarted, long CellsLost, long CellsRecycled)
{
    public static PoolTotalsAnswer Of(PoolTotals totals) => new(
        totals.ContextsOpened, totals.ContextsReused, totals.Kills, totals.MemoryKills, totals.CellsStarted, totals.CellsLost, totals.CellsRetired);
}

/// <summary>One browser with its driver.</summary>
public sealed record CellAnswer(int Id, string State, int? BrowserPid, int Contexts, int Served, double AgeSeconds, long MemoryBytes, int Crashes, double SilentSeconds);

/// <summary>One target, as the farm that asks it sees it.</summary>
/// <param name="Limit">Requests that may be in flight at once.</param>
/// <param name="BlockedSeconds">It refused and is left alone for this long; 0 when it is not.</param>
/// <param name="SpacedSeconds">Until the gap between two requests is over.</param>
/// <param name="LatencyMs">Median time to the first byte of its last answers.</param>
/// <param name="BaselineMs">Its least median of late.</param>
/// <param name="Answered">Requests that ended since the service started.</param>
/// <param name="Refused">Of these, those that it refused: 429, or not able to serve them.</param>
public sealed record TargetAnswer(string Target, int Limit, int InFlight, double BlockedSeconds, double SpacedSeconds, double? LatencyMs, double? BaselineMs, long Answered, long Refused)
{
    public static TargetAnswer Of(TargetLimitSnapshot target) => new(
        target.Target.Value, target.Limit, target.InFlight, Math.Round(target.BlockedFor.TotalSeconds, 1), Math.Round(target.SpacedFor.TotalSeconds, 1), target.LatencyMilliseconds, target.BaselineMilliseconds,
        target.Answered, target.Refused);
}

/// <summary>Targets that are being asked, the busiest first.</summary>
public sealed record TargetList(IReadOnlyList<TargetAnswer> Items);

/// <summary>For an autoscaler, in the shape of KEDA's metrics-api.</summary>
/// <param name="Value">Machines like this one that the work needs now.</param>
/// <param name="Waiting">Pages that wait.</param>
public sealed record ScalingAnswer(int Value, long Waiting);

/// <summary>Everything that the overview shows, once a second.</summary>
public sealed record FarmEvent(DateTimeOffset At, QueueAnswer Queue, PoolAnswer Pool, IReadOnlyList<TargetAnswer> Targets);

/// <summary>Whether the service can take work.</summary>
public sealed record ReadyAnswer(bool Ready, IReadOnlyList<ReadyCheck> Checks);

/// <param name="Reason">In words, when it does not hold.</param>
public sealed record ReadyCheck(string Name, bool Holds, string? Reason);

/// <summary>What the service found about itself when it started.</summary>
/// <param name="Problem">Why no page could be opened yet; null when one could.</param>
public sealed record AuditAnswer(string? Problem, IReadOnlyList<AuditFinding> Findings);

/// <param name="Grade"><c>ok</c>, <c>warning</c> or <c>failed</c>.</param>
/// <param name="Remedy">What to do; null when there is nothing to do.</param>
public sealed record AuditFinding(string Subject, string Grade, string Text, string? Remedy)
{
    public static AuditFinding Of(Finding finding) => new(finding.Subject, NameOf(finding.Grade), finding.Text, finding.Remedy);

    internal static string NameOf(FindingGrade grade) => grade.ToString().ToLowerInvariant();

    /// <summary>The grade of this name; one that nobody knows is taken for the worst.</summary>
    internal static FindingGrade GradeOf(string name) => Enum.TryParse<FindingGrade>(name, ignoreCase: true, out var grade) ? grade : FindingGrade.Failed;
}

/// <summary>The process answers.</summary>
public sealed record AliveAnswer(string Status);

/// <summary>Why a page, or all of a crawl, waits.</summary>
/// <param name="Cause">Of the causes that waiting is laid to.</param>
/// <param name="Until">When it ends by itself; null when nobody can say.</param>
/// <param name="About">When the page may be expected to be tried; null when nobody can say.</param>
public sealed record ExplainAnswer(string State, JobAnswer? Job, WaitCause? Cause, string? Reason, DateTimeOffset? Until, long? Ahead, DateTimeOffset? About);
