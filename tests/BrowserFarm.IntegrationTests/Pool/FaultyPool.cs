using System.Diagnostics.Metrics;
using ContextPool;
using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TestKit;

namespace BrowserFarm.IntegrationTests.Pool;

/// <summary>A pool to which something bad will happen, and the one oracle that is asked after every fault.</summary>
/// <remarks>
/// <see cref="DisposeAsync"/> closes the pool and looks once more: whatever a test breaks, nothing of the pool may be left. The pool has a
/// work folder of its own, by which its processes are known among those of other tests.
/// </remarks>
internal sealed class FaultyPool : IAsyncDisposable
{
    private readonly TempFolder _work = new();
    private readonly RecordingLogger<BrowserContextPool> _log = new();
    private readonly MeterListener _meter = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, double> _counted = [];

    public FaultyPool(int contexts, Action<ContextPoolOptions>? configure = null)
    {
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PoolMetrics.MeterName && !instrument.IsObservable)
                listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<long>((instrument, value, _, _) => Count(instrument.Name, value));
        _meter.Start();

        var options = PoolUnderTest.Impatient(contexts, configure);
        options.WorkFolder = _work.Path;
        Contexts = contexts;
        Pool = new BrowserContextPool(
            options, new PlaywrightBrowserLauncher(TimeProvider.System, NullLogger<PlaywrightBrowserLauncher>.Instance),
            CgroupMemoryProbe.ForThisProcess(), TimeProvider.System, _log);
    }

    public BrowserContextPool Pool { get; }

    public int Contexts { get; }

    /// <summary>
    /// What must be true when a fault is over and every lease was given back, as reliability asks for it: every lease ended once and its
    /// place is free (O1, O2); no process but those of living browsers, no zombie of theirs, no folder of a dead one (O3); as many tabs
    /// as before can be had at once, and they work (O4); the fault was told by a message and a counter (O5); and the snapshot says so (O6).
    /// </summary>
    /// <param name="message">Event id in <see cref="PoolLog"/> that told of the fault.</param>
    /// <param name="counter">Name on the pool's meter that counts it.</param>
    /// <param name="leases">Those of the test; they are given back first.</param>
    public async Task IsOverAsync(int message, string counter, params ContextLease[] leases)
    {
        foreach (var lease in leases)
            await lease.DisposeAsync();
        await IsOverAsync();
        _log.WithId(message).Should().NotBeEmpty(
            $"the fault is logged; there was {string.Join(" | ", _log.Messages.Where(logged => logged.Level >= LogLevel.Warning).Select(logged => $"{logged.Id} {logged.Text}"))}");
        lock (_gate)
            _counted.GetValueOrDefault(counter).Should().BePositive($"{counter} counts it");
    }

    /// <summary>The same, of a fault that costs nobody anything and need not be told.</summary>
    public async Task IsOverAsync()
    {
        await PoolUnderTest.NothingInUseAsync(Pool);
        await AllTabsShouldWorkAsync();
        await PoolUnderTest.NothingInUseAsync(Pool);

        await Eventually.HoldsAsync(
            () => Pool.Snapshot().Cells is { Count: > 0 } cells && cells.All(cell => cell.State == CellState.Serving), Bounds.Long, "only sound browsers are left");
        await Eventually.HoldsAsync(() => Strays().Count == 0, Bounds.Long, "no process outlives its browser");
        await Eventually.HoldsAsync(() => Folders() == Pool.Snapshot().Cells.Count, Bounds.Long, "no folder outlives its browser");

        Pool.Snapshot().Should().Match<PoolSnapshot>(now => now.Capacity.Contexts == Contexts && now.Waiting == 0 && now.LaunchRefusedFor == TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync().AsTask().WaitAsync(Bounds.Long);
        _meter.Dispose();
        await Eventually.HoldsAsync(() => OfThisPool().Count == 0 && Folders() == 0, Bounds.Long, "a closed pool leaves neither process nor folder");
        _work.Dispose();
    }

    private async Task AllTabsShouldWorkAsync()
    {
        var leases = new List<ContextLease>();
        try
        {
            for (var i = 0; i < Contexts; i++)
                leases.Add(await Pool.LeaseAsync(new LeaseRequest($"after the fault {i}") { WaitAtMost = Bounds.Long }));
            foreach (var lease in leases)
                await lease.ShouldWorkAsync();
        }
        finally
        {
            foreach (var lease in leases)
                await lease.DisposeAsync();
        }
    }

    /// <summary>Processes of this pool that belong to none of its browsers, zombies below its drivers among them.</summary>
    private IReadOnlyList<int> Strays()
    {
        var drivers = Pool.Snapshot().Cells.Select(cell => cell.DriverPid!.Value).ToList();
        var below = drivers.SelectMany(ProcessTable.DescendantsOf).ToList();
        var known = below.Where(process => !process.IsZombie).Select(process => process.Pid).Concat(drivers).ToHashSet();
        return [.. OfThisPool().Where(pid => !known.Contains(pid)), .. below.Where(process => process.IsZombie).Select(process => process.Pid)];
    }

    /// <summary>Whoever was started with a temp folder below this pool's own.</summary>
    private IReadOnlyList<int> OfThisPool() =>
        [.. ProcessTable.Read().Where(process => ProcessTable.EnvironmentOf(process.Pid).Contains(_work.Path, StringComparison.Ordinal)).Select(process => process.Pid)];

    private int Folders() => Directory.GetDirectories(_work.Path, "cell-*").Length;

    private void Count(string name, long value)
    {
        lock (_gate)
            _counted[name] = _counted.GetValueOrDefault(name) + value;
    }
}
