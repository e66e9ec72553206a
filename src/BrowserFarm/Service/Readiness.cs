using System.Globalization;
using BrowserFarm.Storage;
using ContextPool;

namespace BrowserFarm.Service;

/// <summary>Whether the service can take work, and why not.</summary>
public sealed class Readiness(IContextPool pool, StorageWait storage, CrawlFolder folder, SelfAudit audit)
{
    private volatile bool _isDraining;

    /// <summary>From now on no more work is taken.</summary>
    public void Drain() => _isDraining = true;

    /// <summary>Every condition, with the reason why it does not hold. Waits for nothing.</summary>
    public IReadOnlyList<Condition> Look()
    {
        var seen = pool.Snapshot();
        return
        [
            new("draining", _isDraining ? "The service is stopping: it takes no more work." : null),
            new("browsers", seen.LaunchRefusedFor > TimeSpan.Zero
                ? string.Create(CultureInfo.InvariantCulture, $"Several browsers in a row did not start; the next is tried in {seen.LaunchRefusedFor.TotalSeconds:0} s.")
                : audit.Problem),
            new("queue", storage.Trouble is { } trouble ? $"Nothing can be stored: {trouble.Reason}." : null),
            new("disk", folder.LacksRoom()),
        ];
    }

    /// <param name="Reason">Why it does not hold; null when it does.</param>
    public sealed record Condition(string Name, string? Reason);
}
