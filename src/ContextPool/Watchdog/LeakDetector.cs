using ContextPool.Diagnostics;
using ContextPool.Leasing;
using Microsoft.Extensions.Logging;

namespace ContextPool.Watchdog;

/// <summary>Finds leases whose holder never lets go: their place is free already, but the holder's code has a fault, and somebody should know.</summary>
internal sealed class LeakDetector(PlaceBook places, TimeProvider time, PoolMetrics metrics, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly List<ContextLease> _lost = [];

    /// <summary>Remembers a lease that was taken back by force, until its holder lets go or it is a leak.</summary>
    public void Watch(ContextLease lease)
    {
        lock (_gate)
            _lost.Add(lease);
    }

    /// <summary>A lease older than twice its bound that its holder has not let go of is a leak: said once. One that is still lent is taken back.</summary>
    public void Sweep()
    {
        foreach (var overdue in places.LeasesWhere(IsOverdue))
            overdue.Revoke(LeaseLoss.HeldTooLong);

        List<ContextLease> leaked;
        lock (_gate)
        {
            _lost.RemoveAll(static lease => lease.IsDisposed);
            leaked = _lost.FindAll(IsOverdue);
            _lost.RemoveAll(leaked.Contains);
        }

        foreach (var lease in leaked)
        {
            metrics.LeaseLeaked();
            logger.LeaseLeaked(lease.Id, lease.Holder, (long)time.GetElapsedTime(lease.StartedAt).TotalSeconds, lease.Loss);
        }
    }

    private bool IsOverdue(ContextLease lease) => time.GetElapsedTime(lease.StartedAt) > lease.Request.HoldAtMost * 2;
}
