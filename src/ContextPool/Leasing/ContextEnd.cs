namespace ContextPool.Leasing;

/// <summary>Why a context was closed.</summary>
public enum ContextEnd
{
    /// <summary>Its lease had no key: it is nobody else's.</summary>
    Used,

    /// <summary>Its lease was lost; <see cref="LeaseLoss"/> says why.</summary>
    LeaseLost,

    /// <summary>Its holder said that it is not fit for another lease.</summary>
    Tainted,

    /// <summary>It served <see cref="ContextPoolOptions.MaxLeasesPerContext"/> leases.</summary>
    Worn,

    /// <summary>It is older than <see cref="ContextPoolOptions.MaxContextAge"/>.</summary>
    Age,

    /// <summary>Nobody asked for its key within <see cref="ContextPoolOptions.MaxIdleTime"/>.</summary>
    Idle,

    /// <summary>It was idle, and another context was to be opened in its stead.</summary>
    Room,

    /// <summary>Memory was short.</summary>
    Memory,

    /// <summary>Its browser is gone, lost its network process, or takes no more.</summary>
    CellGone,

    /// <summary>Its tab died, or did not leave its last page in time.</summary>
    Broken,

    /// <summary>It was opened for somebody who had gone by then, or ahead, and there was no room left.</summary>
    Unwanted,

    /// <summary>The pool is closing.</summary>
    PoolClosed,
}
