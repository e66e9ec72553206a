namespace ContextPool.Leasing;

/// <summary>Why a lease ended before its holder gave it back.</summary>
public enum LeaseLoss
{
    /// <summary>It did not: the lease is alive or was returned.</summary>
    None,

    /// <summary>The browser or its driver died or was killed, for this holder's sake or another's.</summary>
    BrowserLost,

    /// <summary>The holder kept the context longer than <see cref="LeaseRequest.HoldAtMost"/>.</summary>
    HeldTooLong,

    /// <summary>The pool is closing.</summary>
    PoolClosed,

    /// <summary>The page's script answered nothing for too long (<see cref="ContextPoolOptions.KillAfter"/>).</summary>
    PageHung,

    /// <summary>The page's process died.</summary>
    PageCrashed,

    /// <summary>
    /// The page's process was killed because it took more memory than <see cref="ContextPoolOptions.MaxTabBytes"/>, or because memory was
    /// about to run out and it had taken more than anybody and more than two ordinary tabs.
    /// </summary>
    MemoryExceeded,

    /// <summary>Memory ran out and this lease was the youngest of the least important, or its page, of ordinary size, the largest. Not its page's fault.</summary>
    MemoryPressure,

    /// <summary>The browser's network process died, and with it silently every cookie of this context. Not its page's fault.</summary>
    NetworkServiceLost,
}
