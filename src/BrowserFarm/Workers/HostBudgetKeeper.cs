using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Scheduling;
using ContextPool;
using ContextPool.Memory;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Looks at the machine once a second and says how many workers may be busy.</summary>
public sealed class HostBudgetKeeper : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IContextPool _pool;
    private readonly TargetLimiters _limiters;
    private readonly AttemptLog _attempts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ProcessorLoad _processor = new();
    private readonly long _start;
    private readonly int? _asked;
    private volatile HostBudgetState _state;
    private volatile int _ceiling;

    public HostBudgetKeeper(IContextPool pool, TargetLimiters limiters, AttemptLog attempts, FarmOptions options, TimeProvider time, ILogger<HostBudgetKeeper> logger)
    {
        _pool = pool;
        _limiters = limiters;
        _attempts = attempts;
        _time = time;
        _logger = logger;
        _start = time.GetTimestamp();
        _asked = options.Workers;
        _state = HostBudget.Initial(pool.Snapshot().Capacity.Contexts, Environment.ProcessorCount, options.Workers);
        Slots = new WorkerSlots((int)_state.Limit);
        HttpSlots = options.UsesHttp ? options.HttpWorkers : 0;
        limiters.Workers = Slots.Limit + HttpSlots;
    }

    /// <summary>What workers with a browser wait for before they take a job.</summary>
    public WorkerSlots Slots { get; }

    /// <summary>Workers that read without a browser: a fixed number, for what bounds them is their targets.</summary>
    public int HttpSlots { get; }

    /// <summary>Pages in browsers at once at most, whatever the machine would bear. Null: as it bears.</summary>
    public int? Ceiling
    {
        get => _ceiling == 0 ? null : _ceiling;
        set => _ceiling = value ?? 0;
    }

    public HostBudgetSnapshot Snapshot()
    {
        var look = _attempts.Look();
        return new HostBudgetSnapshot(Slots.Limit, _attempts.Running(Engine.Browser), _state.Bound, look.PerSecond, look.MeanTime, look.TroubleShare, _limiters.Bear());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Look();
        }
        catch (OperationCanceledException)
        {
            // The farm stops; what runs keeps its slot.
        }
    }

    private void Look()
    {
        var pool = _pool.Snapshot();
        var facts = new HostFacts(
            Math.Min(pool.Capacity.Contexts, Ceiling ?? int.MaxValue), _attempts.Running(Engine.Browser), Environment.ProcessorCount, _processor.Look(), _asked, pool.Pressure != PressureLevel.Normal,
            pool.Pressure == PressureLevel.Critical, _limiters.LatencyRatio(), _attempts.Look().TroubleShare);
        var before = _state;
        var after = _state = HostBudget.Next(before, facts, _time.GetElapsedTime(_start));
        Slots.Limit = (int)after.Limit;
        _limiters.Workers = Slots.Limit + HttpSlots;
        if ((int)after.Limit < (int)before.Limit)
            _logger.BudgetCut((int)before.Limit, (int)after.Limit, after.Bound.ToString());
    }
}
