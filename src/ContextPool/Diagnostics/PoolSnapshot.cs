using ContextPool.Memory;

namespace ContextPool.Diagnostics;

/// <summary>The pool at one instant.</summary>
/// <param name="Capacity">Contexts that may be open at once now, and the bound that makes it so.</param>
/// <param name="Leased">Contexts on loan.</param>
/// <param name="Closing">Contexts given back whose place is not free yet.</param>
/// <param name="Opening">Places granted whose context is not open yet.</param>
/// <param name="Waiting">Requests in line.</param>
/// <param name="Idle">Contexts open between two leases: warm for their key, or blank. They hold no place.</param>
/// <param name="Scrubbing">Of the idle ones, those whose tab is still leaving the page of its last lease.</param>
/// <param name="Memory">The last memory reading.</param>
/// <param name="Pressure">What that reading means.</param>
/// <param name="TabBytes">Memory that one tab is reckoned with: at first the configured guess, then what tabs were measured to need.</param>
/// <param name="TabSamples">Measurements behind <paramref name="TabBytes"/>.</param>
/// <param name="CellBaseBytes">Memory that a browser with its driver is reckoned with before it has a tab.</param>
/// <param name="KillAfter">Silence after which a page of an unknown target is taken for hung.</param>
/// <param name="LaunchRefusedFor">How long no browser will be started because several in a row did not; zero normally.</param>
/// <param name="Cells">One entry per browser, oldest first; may be empty.</param>
public sealed record PoolSnapshot(
    PoolCapacity Capacity,
    int Leased,
    int Closing,
    int Opening,
    int Waiting,
    int Idle,
    int Scrubbing,
    MemorySample Memory,
    PressureLevel Pressure,
    long TabBytes,
    int TabSamples,
    long CellBaseBytes,
    TimeSpan KillAfter,
    TimeSpan LaunchRefusedFor,
    IReadOnlyList<CellSnapshot> Cells)
{
    /// <summary>Places taken: on loan, opening or closing.</summary>
    public int InUse => Leased + Closing + Opening;

    /// <summary>What has happened since the pool was made.</summary>
    public PoolTotals Totals { get; init; } = PoolTotals.None;
}

/// <summary>One browser with its driver.</summary>
/// <param name="Id">Number of the cell within the pool, rising from 1.</param>
/// <param name="BrowserPid">Process id of the browser; null when it is not known.</param>
/// <param name="DriverPid">Process id of its driver; null when it is not known.</param>
/// <param name="Contexts">Contexts in it, those that are being closed included.</param>
/// <param name="Served">Contexts it ever opened.</param>
/// <param name="State">Whether it takes more.</param>
/// <param name="Age">Time since it started.</param>
/// <param name="PssBytes">Memory of all its processes, shared pages shared out (PSS), when last measured; 0 before.</param>
/// <param name="Crashes">Tabs of it whose process died.</param>
/// <param name="GpuDeaths">GPU processes of it that died.</param>
/// <param name="BrowserSilentFor">Time since the browser last answered a heartbeat.</param>
/// <param name="DriverSilentFor">Time since the driver last answered a heartbeat.</param>
public sealed record CellSnapshot(
    int Id,
    int? BrowserPid,
    int? DriverPid,
    int Contexts,
    int Served,
    CellState State,
    TimeSpan Age,
    long PssBytes,
    int Crashes,
    int GpuDeaths,
    TimeSpan BrowserSilentFor,
    TimeSpan DriverSilentFor);

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
