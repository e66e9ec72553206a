using ContextPool.Diagnostics;
using ContextPool.Recycling;
using ContextPool.Watchdog;

namespace ContextPool.Browsers;

/// <summary>One driver, one browser and the contexts in it: the unit of failure. Counters are guarded by the fleet's lock.</summary>
internal sealed class BrowserCell
{
    private readonly TimeProvider _time;

    public BrowserCell(int id, ILaunchedBrowser browser, TimeProvider time)
    {
        _time = time;
        Id = id;
        Browser = browser;
        StartedAt = time.GetTimestamp();
        Driver = browser.DriverPid is { } pid ? ProcessIdentity.Of(pid) : null;
        MemoryKills = new MemoryKills(time);
        BrowserPulse = new Pulse(browser.BeatAsync, time);
        DriverPulse = new Pulse(browser.BeatDriverAsync, time);
    }

    public int Id { get; }

    public ILaunchedBrowser Browser { get; }

    /// <summary>The root of its process tree; null when it is not known, and then its memory is not measured.</summary>
    public ProcessIdentity? Driver { get; }

    public long StartedAt { get; }

    public Pulse BrowserPulse { get; }

    public Pulse DriverPulse { get; }

    /// <summary>What wears it out.</summary>
    public CellWear Wear { get; } = new();

    public HelperProcesses Helpers { get; } = new();

    /// <summary>Renderers of it that were killed because they had grown too large, and whose crash has not been heard of yet.</summary>
    public MemoryKills MemoryKills { get; }

    /// <summary>When its memory was measured last; null when it never was.</summary>
    public long? MeasuredAt { get; set; }

    /// <summary>Contexts in it that are lent, opening or waiting warm; those being closed no longer take room.</summary>
    public int Contexts { get; set; }

    /// <summary>Contexts in it that are being closed.</summary>
    public int Closing { get; set; }

    /// <summary>Contexts it was asked for in its life.</summary>
    public int Served { get; set; }

    public CellState State { get; set; }

    /// <summary>It was started for one context and takes no other.</summary>
    public bool IsAlone { get; set; }

    public TimeSpan Age => _time.GetElapsedTime(StartedAt);

    public CellSnapshot Snapshot() => new(
        Id, Browser.BrowserPid, Browser.DriverPid, Contexts + Closing, Served, State, Age, Wear.PssBytes, Wear.Crashes, Wear.GpuDeaths,
        BrowserPulse.SilentFor, DriverPulse.SilentFor);
}
