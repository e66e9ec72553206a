using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using Microsoft.Extensions.Logging;

namespace ContextPool.Memory;

/// <summary>Reads memory every second, sets the capacity by it, and makes room when there is too little. A reading that fails leaves the last capacity.</summary>
internal sealed class MemoryMonitor : IAsyncDisposable
{
    /// <summary>A context younger than this has not taken its memory yet; its cost is still set aside.</summary>
    private static readonly TimeSpan GrowthTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ContextPoolOptions _options;
    private readonly IMemoryProbe _probe;
    private readonly PlaceBook _places;
    private readonly ContextSupply _supply;
    private readonly BrowserFleet _fleet;
    private readonly CellInspector _inspector;
    private readonly TimeProvider _time;
    private readonly PoolMetrics _metrics;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Lock _oneLook = new();
    private GovernorState? _governor;
    private MemorySample? _last;
    private PressureLevel _pressure;

    public MemoryMonitor(
        ContextPoolOptions options, IMemoryProbe probe, PlaceBook places, ContextSupply supply, BrowserFleet fleet, CellInspector inspector,
        TimeProvider time, PoolMetrics metrics, ILogger logger)
    {
        _options = options;
        _probe = probe;
        _places = places;
        _supply = supply;
        _fleet = fleet;
        _inspector = inspector;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _start = time.GetTimestamp();
        Tick();
        _timer = time.CreateTimer(static monitor => ((MemoryMonitor)monitor!).Tick(), this, Interval, Interval);
    }

    /// <summary>The last reading.</summary>
    public MemorySample Last
    {
        get
        {
            lock (_gate)
                return _last ?? default;
        }
    }

    /// <summary>What the last reading means.</summary>
    public PressureLevel Pressure
    {
        get
        {
            lock (_gate)
                return _pressure;
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick()
    {
        if (!_oneLook.TryEnter())
            return;

        try
        {
            var began = _time.GetTimestamp();
            var memory = _probe.Sample();
            _metrics.MemoryProbed(_time.GetElapsedTime(began));
            var pressure = Note(memory);
            SetCapacity(memory, pressure);
            if (pressure != PressureLevel.Normal)
                Relieve(pressure);
        }
        catch (Exception exception)
        {
            // Also what a probe should not throw: in a timer it would end the program.
            _logger.MemoryUnreadable(exception.Message);
        }
        finally
        {
            _oneLook.Exit();
        }
    }

    private PressureLevel Note(MemorySample memory)
    {
        MemorySample? previous;
        PressureLevel before, after;
        lock (_gate)
        {
            previous = _last;
            before = _pressure;
            after = _pressure = MemoryPressure.Next(before, memory, previous, _options);
            _last = memory;
        }

        if (after != before)
            _logger.PressureChanged(after, (int)(memory.UsedRatio * 100), memory.LimitBytes >> 20);
        if (memory.OomKills - previous?.OomKills is > 0 and var kills)
            _logger.OutOfMemory(kills);
        return after;
    }

    private void SetCapacity(MemorySample memory, PressureLevel pressure)
    {
        var cells = _fleet.Count;
        var idle = _supply.Idle;
        var now = _time.GetElapsedTime(_start);
        var (before, after) = _places.SetCapacity(GrowthTime, (settled, taken) =>
        {
            var facts = new CapacityFacts(
                memory, settled + idle, cells, Environment.ProcessorCount, _inspector.TabBytes, _inspector.CellBaseBytes);
            _governor = CapacityGovernor.Next(_governor, MemoryBudget.Decide(facts, _options), pressure, taken, now);
            return _governor.Applied;
        });
        if (before != after)
            _logger.CapacityChanged(after.Contexts, after.Bound, memory.AvailableBytes >> 20, memory.Source);
    }

    /// <summary>Idle contexts go first; when that is not enough, the youngest of the least important leases, one at each look.</summary>
    private void Relieve(PressureLevel pressure)
    {
        if (pressure == PressureLevel.High)
        {
            _supply.CloseIdle(1, ContextEnd.Memory);
            return;
        }

        if (_supply.Idle > 0)
        {
            _supply.CloseIdle(int.MaxValue, ContextEnd.Memory);
            return;
        }

        _places.LeasesWhere(static _ => true)
            .OrderBy(lease => lease.Request.Priority).ThenByDescending(lease => lease.StartedAt)
            .FirstOrDefault()?.Revoke(LeaseLoss.MemoryPressure);
    }
}
