namespace ContextPool.Diagnostics;

/// <summary>One open context.</summary>
/// <param name="Cell">Number of the cell that it is in.</param>
/// <param name="State">Whether somebody has it.</param>
/// <param name="Age">Time since it was opened.</param>
/// <param name="Leases">Leases it has served, the present one included.</param>
/// <param name="Owner">Whose key it was lent under last; null when it was lent without one, or never.</param>
/// <param name="Target">Whom that key is for; null with <paramref name="Owner"/>.</param>
/// <param name="Holder">Who has it on loan; null when nobody does.</param>
/// <param name="HeldFor">Time since they have; zero when nobody does.</param>
/// <remarks>Its memory is not here: the kernel does not tell which renderer shows which tab, only how large each is.</remarks>
public sealed record ContextSnapshot(int Cell, ContextState State, TimeSpan Age, int Leases, string? Owner, string? Target, string? Holder, TimeSpan HeldFor);

/// <summary>Whether somebody has a context.</summary>
public enum ContextState
{
    /// <summary>On loan.</summary>
    Leased,

    /// <summary>Its tab is still leaving the page of its last lease; it is warm then.</summary>
    Scrubbing,

    /// <summary>Kept for the next lease of its key.</summary>
    Warm,

    /// <summary>Opened ahead, for anybody.</summary>
    Blank,

    /// <summary>Being closed.</summary>
    Closing,
}

/// <summary>The open contexts of a pool.</summary>
/// <param name="Items">The oldest first; may be empty. One that is being opened is not there yet.</param>
/// <param name="More">How many there are besides.</param>
public sealed record OpenContexts(IReadOnlyList<ContextSnapshot> Items, int More);
