using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Benchmarks.Queueing;

/// <summary>A gate that costs next to nothing: open, or closed for an hour for the targets named.</summary>
internal sealed class BenchGate : ITargetGate
{
    private static readonly Permit Open = new();

    public IReadOnlySet<string> Closed { get; set; } = new HashSet<string>();

    public IDisposable? TryAdmit(TargetKey target, long waiting) => Closed.Contains(target.Value) ? null : Open;

    public TimeSpan? OpensIn(TargetKey target) => Closed.Contains(target.Value) ? TimeSpan.FromHours(1) : TimeSpan.Zero;

    public bool IsBlocked(TargetKey target) => Closed.Contains(target.Value);

    public IReadOnlyCollection<TargetKey> TakeOpened() => [];

    private sealed class Permit : IDisposable
    {
        public void Dispose()
        {
            // There is no limit.
        }
    }
}
