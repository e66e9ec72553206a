using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;

namespace BrowserFarm.Scheduling;

/// <summary>The limiters as the queue sees them; its permits are <see cref="Admission"/>.</summary>
internal sealed class LimiterGate(TargetLimiters limiters) : ITargetGate
{
    public IDisposable? TryAdmit(TargetKey target, long waiting) => limiters.TryAdmit(target, waiting);

    public TimeSpan? OpensIn(TargetKey target) => limiters.OpensIn(target);

    public bool IsBlocked(TargetKey target) => limiters.IsBlocked(target);

    public IReadOnlyCollection<TargetKey> TakeOpened() => limiters.TakeOpened();
}
