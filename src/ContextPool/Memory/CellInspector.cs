using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using Microsoft.Extensions.Logging;

namespace ContextPool.Memory;

/// <summary>Looks at the browsers' processes from outside: every second who is there and how large, now and then exactly how much memory they need.</summary>
/// <remarks>
/// The first look is cheap (private bytes from <c>statm</c>) and finds tabs that grow without bound and helpers that died. The second (PSS
/// from <c>smaps_rollup</c>, some 3 ms for each process under load) goes one cell at a time, as seldom as <see cref="ProbePacing"/> says.
/// </remarks>
internal sealed class CellInspector : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ContextPoolOptions _options;
    private readonly BrowserFleet _fleet;
    private readonly PlaceBook _places;
    private readonly IProcessProbe _probe;
    private readonly TimeProvider _time;
    private readonly PoolMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TabCostEstimate _tabs;
    private readonly ITimer _timer;
    private readonly Lock _oneLook = new();
    private TimeSpan _costOfAll;
    private long _cellBaseBytes;

    public CellInspector(
        ContextPoolOptions options, BrowserFleet fleet, PlaceBook places, IProcessProbe probe, TimeProvider time, PoolMetrics metrics, ILogger logger)
    {
        _options = options;
        _fleet = fleet;
        _places = places;
        _probe = probe;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _tabs = new TabCostEstimate(options);
        _cellBaseBytes = options.CellBaseBytes;
        _timer = time.CreateTimer(static inspector => ((CellInspector)inspector!).Tick(), this, Interval, Interval);
    }

    /// <summary>Raised when a browser's network process died, before its leases are lost.</summary>
    public event Action<BrowserCell>? NetworkServiceLost;

    /// <summary>What one tab is reckoned with.</summary>
    public long TabBytes => _tabs.Bytes;

    public int TabSamples => _tabs.Samples;

    /// <summary>What a browser with its driver is reckoned with before it has a tab: the largest of those that run, else the configured guess.</summary>
    public long CellBaseBytes => Interlocked.Read(ref _cellBaseBytes);

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick()
    {
        if (!_oneLook.TryEnter())
            return;

        try
        {
            var began = _time.GetTimestamp();
            var cells = _fleet.Cells;
            var trees = cells.Where(cell => cell.Driver is not null).ToDictionary(cell => cell, cell => _probe.TreeOf(cell.Driver!.Value));
            foreach (var (cell, tree) in trees)
                Look(cell, tree);
            if (_options.MeasureTabCost)
                MeasureNext(trees);
            if (trees.Count > 0)
                _metrics.MemoryProbed(_time.GetElapsedTime(began));
        }
        catch (Exception exception)
        {
            // In a timer it would end the program; the figures stay as they were.
            _logger.InspectionFailed(exception.Message);
        }
        finally
        {
            _oneLook.Exit();
        }
    }

    private void Look(BrowserCell cell, IReadOnlyList<BrowserProcess> tree)
    {
        foreach (var renderer in RendererCap.Over(tree, _options.MaxTabBytes))
        {
            _logger.RendererKilled(cell.Id, renderer.Id.Pid, renderer.PrivateBytes >> 20);
            cell.MemoryKills.Note(LeaseLoss.MemoryExceeded);
            renderer.Id.Kill();
        }

        var (gpuDied, networkDied) = cell.Helpers.Look(tree);
        if (gpuDied)
        {
            cell.Wear.NoteGpuDeath();
            _metrics.GpuDied();
            _logger.GpuDied(cell.Id, cell.Wear.GpuDeaths);
        }

        if (networkDied)
            LoseNetwork(cell);
    }

    /// <summary>Chromium starts another one, with an empty cookie jar (measured): no page of this browser is what its holder thinks it is.</summary>
    private void LoseNetwork(BrowserCell cell)
    {
        var leases = _places.LeasesWhere(lease => lease.Pooled.Cell == cell);
        _metrics.NetworkServiceDied();
        _logger.NetworkServiceDied(cell.Id, leases.Count);
        NetworkServiceLost?.Invoke(cell);
        foreach (var lease in leases)
            lease.Revoke(LeaseLoss.NetworkServiceLost);
    }

    private void MeasureNext(Dictionary<BrowserCell, IReadOnlyList<BrowserProcess>> trees)
    {
        var interval = ProbePacing.NextInterval(_costOfAll);
        var cell = trees.Keys
            .Where(cell => cell.MeasuredAt is { } at ? _time.GetElapsedTime(at) >= interval : cell.Contexts > 0)
            .MinBy(cell => cell.MeasuredAt ?? 0);
        if (cell is null)
            return;

        var began = _time.GetTimestamp();
        var measured = new List<(BrowserProcessKind, long)>();
        foreach (var process in trees[cell])
        {
            if (_probe.PssOf(process.Id) is { } pss)
                measured.Add((process.Kind, pss));
        }

        _costOfAll = _time.GetElapsedTime(began) * trees.Count;
        cell.MeasuredAt = _time.GetTimestamp();
        var busy = _places.LeasesWhere(lease => lease.Pooled.Cell == cell).Count;
        Learn(cell, CellMemory.Attribute(measured, busy, Math.Max(0, cell.Contexts - busy)), trees.Keys);
    }

    private void Learn(BrowserCell cell, CellMemory memory, IEnumerable<BrowserCell> cells)
    {
        if (memory.TotalBytes == 0)
            return;   // not ours to see: the guesses stand

        cell.Wear.NoteMemory(memory.TotalBytes, memory.BaseBytes, cell.Age);
        foreach (var tab in memory.TabBytes)
            _tabs.Add(tab);
        Interlocked.Exchange(ref _cellBaseBytes, cells.Max(measured => measured.Wear.BaseBytes));
    }
}
