using ContextPool.Memory;

namespace ContextPool.Diagnostics;

/// <summary>The pool at one instant.</summary>
/// <param name="Capacity">Contexts that may be open at once now, and the bound that makes it so.</param>
/// <param name="Leased">Contexts on loan.</param>
/// <param name="Closing">Contexts given back whose place is not free yet.</param>
/// <param name="Opening">Places granted whose context is not open yet.</param>
/// <param name="Waiting">Requests in line.</param>
/// <param name="Memory">The last memory reading.</param>
/// <param name="Cells">One entry per browser, oldest first; may be empty.</param>
public sealed record PoolSnapshot(
    PoolCapacity Capacity,
    int Leased,
    int Closing,
    int Opening,
    int Waiting,
    MemorySample Memory,
    IReadOnlyList<CellSnapshot> Cells)
{
    /// <summary>Places taken: on loan, opening or closing.</summary>
    public int InUse => Leased + Closing + Opening;
}

/// <summary>One browser with its driver.</summary>
/// <param name="Id">Number of the cell within the pool, rising from 1.</param>
/// <param name="BrowserPid">Process id of the browser; null when it is not known.</param>
/// <param name="Contexts">Places of the pool that this cell serves now.</param>
/// <param name="Served">Contexts it ever opened.</param>
/// <param name="State">Whether it takes more.</param>
public sealed record CellSnapshot(int Id, int? BrowserPid, int Contexts, int Served, CellState State);

/// <summary>Whether a cell takes more contexts.</summary>
public enum CellState
{
    /// <summary>Takes contexts up to its bound.</summary>
    Serving,

    /// <summary>Lets its contexts finish and is closed after the last.</summary>
    Retiring,

    /// <summary>Its browser is gone.</summary>
    Dead,
}
