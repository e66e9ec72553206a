using System.Globalization;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Operations;

/// <summary>Why something waits.</summary>
/// <param name="Reason">In words, without a full stop.</param>
/// <param name="Until">When the cause ends by itself; null when nobody can say.</param>
public sealed record Wait(WaitCause Cause, string Reason, DateTimeOffset? Until = null);

/// <summary>Tells why a job or a line waits, from the queue's view and the status of the farm that works on it. Pure.</summary>
/// <param name="Wait">What keeps it.</param>
/// <param name="Position">Jobs of its target and lane that go before it.</param>
/// <param name="About">When it may be expected to be tried at the present pace; null when nobody can say.</param>
public sealed record Explanation(Wait Wait, long Position, DateTimeOffset? About)
{
    /// <param name="status">Null when no farm works on the crawl.</param>
    public static Explanation Of(Whereabouts.Queued queued, FarmStatus? status, DateTimeOffset now)
    {
        var target = TargetOf(queued.Line, status);
        var wait = status is null ? Nobody()
            : queued.DueAt > now ? new Wait(WaitCause.DueTime, DueReason(queued), queued.DueAt)
            : Of(queued.Line, status, now);
        return new Explanation(wait, queued.Ahead, wait.Cause == WaitCause.NobodyWorks ? null : Expected(wait, queued.Ahead, target, now));
    }

    /// <summary>Why a line as a whole waits.</summary>
    /// <inheritdoc cref="Of(Whereabouts.Queued, FarmStatus?, DateTimeOffset)" path="/param"/>
    public static Wait Of(LineView line, FarmStatus? status, DateTimeOffset now)
    {
        if (status is null)
            return Nobody();
        if (status.Storage is { } trouble)
            return new Wait(WaitCause.Turn, trouble);

        var target = TargetOf(line, status);
        if (line.OpensAt is null)
        {
            return new Wait(WaitCause.TargetLimit, target is null
                ? "its site has as many requests in flight as it bears"
                : Invariant($"its site has {target.InFlight} of {target.Limit} requests in flight"));
        }

        if (line.OpensAt > now)
        {
            return target?.BlockedUntil > now
                ? new Wait(WaitCause.TargetBlocked, "its site asked to be left alone, or was refusing", line.OpensAt)
                : new Wait(WaitCause.Spacing, "the gap between two requests to its site", line.OpensAt);
        }

        if (line.DueAt > now)
            return new Wait(WaitCause.DueTime, "each of its pages waits for a time of its own", line.DueAt);

        if (line.Engine == Engine.Http)
        {
            return status.HttpBusy >= status.HttpSlots
                ? new Wait(WaitCause.Turn, Invariant($"all {status.HttpSlots} workers without a browser are busy"))
                : new Wait(WaitCause.Turn, Turn(line.Lane, status));
        }

        return status.Busy >= status.Slots
            ? new Wait(WaitCause.Turn, Invariant($"all {status.Slots} workers are busy ({BoundWords.Of(status.Bound)}; {status.Contexts} contexts by {BoundWords.Of(status.ContextsBound)})"))
            : new Wait(WaitCause.Turn, Turn(line.Lane, status));
    }

    /// <summary>A lane with nothing to do gives its turns away, so this is the least it has.</summary>
    private static string Turn(Lane lane, FarmStatus status) => status.LaneWeights.Count > (int)lane
        ? Invariant($"its turn (its lane has {status.LaneWeights[(int)lane]} of {status.LaneWeights.Sum()}, and what the others leave)")
        : "its turn";

    private static Wait Nobody() => new(WaitCause.NobodyWorks, "no program works on this crawl");

    private static string DueReason(Whereabouts.Queued queued) => queued.Attempts is [.., var last]
        ? Invariant($"the pause after try {queued.Attempts.Count} ({last.Class ?? last.Ended})")
        : "a time of its own";

    /// <summary>After the wait, those before it, as many at once as the target bears, each as long as one takes of late.</summary>
    private static DateTimeOffset? Expected(Wait wait, long ahead, TargetStatus? target, DateTimeOffset now)
    {
        var opens = wait.Until > now ? wait.Until.Value : now;
        if (target?.SecondsPerRequest is not { } seconds)
            return ahead == 0 && wait.Until is not null ? opens : null;

        var rounds = (ahead / target.Limit) + (wait.Cause == WaitCause.TargetLimit ? 1 : 0);
        return rounds * seconds < TimeSpan.FromDays(3650).TotalSeconds ? opens + TimeSpan.FromSeconds(rounds * seconds) : null;
    }

    private static TargetStatus? TargetOf(LineView line, FarmStatus? status) =>
        status?.Targets.FirstOrDefault(target => target.Target == line.Target.Value);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
