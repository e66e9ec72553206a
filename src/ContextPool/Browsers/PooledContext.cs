using ContextPool.Leasing;

namespace ContextPool.Browsers;

/// <summary>An open context in its cell, with what its future depends on.</summary>
internal sealed class PooledContext(BrowserCell cell, IOpenedContext opened, string profile, long openedAt)
{
    private int _closing;

    public BrowserCell Cell { get; } = cell;

    public IOpenedContext Opened { get; } = opened;

    /// <summary>The identity of the profile it was opened with.</summary>
    public string Profile { get; } = profile;

    public long OpenedAt { get; } = openedAt;

    /// <summary>Leases it has served.</summary>
    public int Leases { get; set; }

    /// <summary>The key it was lent under last; null when it had none, or was never lent.</summary>
    public ContextKey? LastKey { get; set; }

    /// <summary>True for the one caller who closes it.</summary>
    public bool TryBeginClosing() => Interlocked.Exchange(ref _closing, 1) == 0;
}
