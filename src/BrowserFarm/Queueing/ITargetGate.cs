using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>Whether a target may be asked now. The queue asks while it claims, so nothing here may wait.</summary>
public interface ITargetGate
{
    /// <summary>A permit to ask the target once, or null when it must not be asked now. Disposing the permit gives it back.</summary>
    /// <param name="waiting">Jobs of the target that wait beside this one.</param>
    IDisposable? TryAdmit(TargetKey target, long waiting);

    /// <summary>How long until the target may be asked if nothing else happens.</summary>
    /// <returns>Zero when it may be asked now; null when a request to this target must end first.</returns>
    TimeSpan? OpensIn(TargetKey target);

    /// <summary>The target refused, and is left alone for a time because of it.</summary>
    bool IsBlocked(TargetKey target);

    /// <summary>Targets of which <see cref="OpensIn"/> said that a request must end first, and which may be asked since: each is told once.</summary>
    /// <returns>In no order; mostly empty.</returns>
    IReadOnlyCollection<TargetKey> TakeOpened();
}

/// <summary>A claimed job, and the permit to ask its target.</summary>
public sealed record AdmittedJob(ClaimedJob Claimed, IDisposable Permit);
