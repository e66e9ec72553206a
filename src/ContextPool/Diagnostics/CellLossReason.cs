namespace ContextPool.Diagnostics;

/// <summary>Why a cell died or was killed.</summary>
public enum CellLossReason
{
    /// <summary>Browser or driver went away by itself.</summary>
    Exited,

    /// <summary>A context did not close within <see cref="ContextPoolOptions.CloseTimeout"/>.</summary>
    CloseTimedOut,

    /// <summary>A context did not open within <see cref="ContextPoolOptions.OpenTimeout"/>.</summary>
    OpenTimedOut,

    /// <summary>The browser process answered no heartbeat.</summary>
    BrowserSilent,

    /// <summary>The driver answered no heartbeat.</summary>
    DriverSilent,

    /// <summary>Memory was about to run out, and it was the browser process itself that had taken it.</summary>
    MemoryExceeded,
}
