using ContextPool.Leasing;

namespace ContextPool.Browsers;

/// <summary>Tells a tab that crashed because we killed its process from one that crashed by itself: the crash follows the kill within moments.</summary>
/// <remarks>
/// Chromium does not say which page a process serves, but the crash comes up at the right page. Two tabs of one browser that die within
/// the same moment may be taken for each other; both are lost anyway.
/// </remarks>
internal sealed class MemoryKills(TimeProvider time)
{
    /// <summary>A crash is heard of within 0.3 s (measured). A killed process that held only a frame crashes no tab.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Queue<(long At, LeaseLoss Blame)> _kills = new();

    /// <param name="blame">What the lease of that page is to be told.</param>
    public void Note(LeaseLoss blame)
    {
        lock (_gate)
            _kills.Enqueue((time.GetTimestamp(), blame));
    }

    /// <summary>What a crash now is to be called when it is the consequence of a kill, else null; each kill explains one crash.</summary>
    public LeaseLoss? Claim()
    {
        lock (_gate)
        {
            while (_kills.TryDequeue(out var kill))
            {
                if (time.GetElapsedTime(kill.At) <= Window)
                    return kill.Blame;
            }

            return null;
        }
    }
}
