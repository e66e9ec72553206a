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
    private readonly Queue<long> _kills = new();

    public void Note()
    {
        lock (_gate)
            _kills.Enqueue(time.GetTimestamp());
    }

    /// <summary>True when a crash now is the consequence of a kill; each kill explains one crash.</summary>
    public bool TryClaim()
    {
        lock (_gate)
        {
            while (_kills.TryDequeue(out var at))
            {
                if (time.GetElapsedTime(at) <= Window)
                    return true;
            }

            return false;
        }
    }
}
