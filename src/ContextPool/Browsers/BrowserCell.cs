using ContextPool.Diagnostics;
using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>One driver, one browser and the contexts in it: the unit of failure. Counters are guarded by the fleet's lock.</summary>
internal sealed class BrowserCell(int id, ILaunchedBrowser browser, long startedAt)
{
    public int Id { get; } = id;

    public ILaunchedBrowser Browser { get; } = browser;

    public long StartedAt { get; } = startedAt;

    /// <summary>Places of the pool that this cell serves now: contexts open, opening or closing.</summary>
    public int Contexts { get; set; }

    /// <summary>Contexts it was asked for in its life.</summary>
    public int Served { get; set; }

    public CellState State { get; set; }

    public CellSnapshot Snapshot() => new(Id, Browser.BrowserPid, Contexts, Served, State);
}

/// <summary>A context and the cell it lives in.</summary>
internal sealed record PooledContext(BrowserCell Cell, IBrowserContext Context);
