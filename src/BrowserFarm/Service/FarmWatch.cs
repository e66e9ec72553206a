using BrowserFarm.Diagnostics;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Service;

/// <summary>Looks at the farm once a second, for everybody who wants to know: however many look on, it costs one look.</summary>
public sealed class FarmWatch(FarmObserver observer, TimeProvider time, ILogger<FarmWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource<FarmSnapshot> _next = New();
    private volatile FarmSnapshot? _last;
    private PipelineState _state = PipelineState.Idle;

    /// <summary>What was seen last; null before the first look.</summary>
    public FarmSnapshot? Last => _last;

    /// <summary>The last minutes.</summary>
    public FarmHistory History { get; } = new();

    /// <summary>The next look.</summary>
    public Task<FarmSnapshot> Next
    {
        get
        {
            lock (_gate)
                return _next.Task;
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await LookAsync(stoppingToken);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        FarmSnapshot seen;
        try
        {
            seen = await observer.LookAsync(crawlId: null, cancellationToken);
        }
        catch (QueueStorageException exception) when (!exception.IsDamaged)
        {
            logger.QueueNotSeen(exception.Message);
            return;
        }

        if (seen.Pipeline.State != _state)
            logger.PipelineIs(seen.Pipeline);
        _state = seen.Pipeline.State;
        _last = seen;
        History.Note(time.GetUtcNow(), seen);
        TaskCompletionSource<FarmSnapshot> waited;
        lock (_gate)
            (waited, _next) = (_next, New());
        waited.TrySetResult(seen);
    }

    private static TaskCompletionSource<FarmSnapshot> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
