using ContextPool.Diagnostics;
using ContextPool.Leasing;
using Microsoft.Extensions.Logging;

namespace ContextPool.Memory;

/// <summary>Reads memory every second and sets the capacity by it. A reading that fails leaves the last capacity.</summary>
internal sealed class MemoryMonitor : IAsyncDisposable
{
    /// <summary>A context younger than this has not taken its memory yet; its cost is still set aside.</summary>
    private static readonly TimeSpan GrowthTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ContextPoolOptions _options;
    private readonly IMemoryProbe _probe;
    private readonly PlaceBook _places;
    private readonly Func<int> _cells;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private MemorySample _last;

    /// <param name="cells">How many browsers run now.</param>
    public MemoryMonitor(ContextPoolOptions options, IMemoryProbe probe, PlaceBook places, Func<int> cells, TimeProvider time, ILogger logger)
    {
        _options = options;
        _probe = probe;
        _places = places;
        _cells = cells;
        _logger = logger;
        Refresh();
        _timer = time.CreateTimer(static monitor => ((MemoryMonitor)monitor!).Refresh(), this, Interval, Interval);
    }

    /// <summary>The last reading.</summary>
    public MemorySample Last
    {
        get
        {
            lock (_gate)
                return _last;
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Refresh()
    {
        try
        {
            var memory = _probe.Sample();
            var cells = _cells();
            lock (_gate)
                _last = memory;
            var (before, after) = _places.SetCapacity(
                GrowthTime,
                settled => MemoryBudget.Decide(
                    new CapacityFacts(memory, settled, cells, Environment.ProcessorCount, _options.TabBytes, _options.CellBaseBytes), _options));
            if (before != after)
                _logger.CapacityChanged(after.Contexts, after.Bound, memory.AvailableBytes >> 20, memory.Source);
        }
        catch (Exception exception)
        {
            // Also what a probe should not throw: in a timer it would end the program.
            _logger.MemoryUnreadable(exception.Message);
        }
    }
}
