using BrowserFarm.Diagnostics;
using BrowserFarm.Limiting;
using BrowserFarm.Scheduling;
using ContextPool;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Runs the workers until the host stops, or until something breaks that no single job can be blamed for.</summary>
public sealed class WorkerHost : BackgroundService
{
    private readonly CancellationTokenSource _abandon = new();
    private readonly IContextPool _pool;
    private readonly Dispatcher _dispatcher;
    private readonly AttemptRunner _runner;
    private readonly Settler _settler;
    private readonly TargetLimiters _limiters;
    private readonly WorkSignal _signal;
    private readonly FarmOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public WorkerHost(
        IContextPool pool, Dispatcher dispatcher, AttemptRunner runner, Settler settler, TargetLimiters limiters, WorkSignal signal,
        FarmOptions options, TimeProvider time, ILogger<WorkerHost> logger)
    {
        _pool = pool;
        _dispatcher = dispatcher;
        _runner = runner;
        _settler = settler;
        _limiters = limiters;
        _signal = signal;
        _options = options;
        _time = time;
        _logger = logger;
        limiters.Released += signal.Raise;
    }

    /// <summary>Gives running attempts back at once instead of letting them finish.</summary>
    public void AbandonNow() => _abandon.Cancel();

    /// <summary>Takes no more jobs; those running get the grace to finish, then they are given back uncounted.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _logger.Draining(_options.DrainGrace.TotalSeconds);
        using var grace = _time.CreateTimer(_ => AbandonNow(), state: null, _options.DrainGrace, Timeout.InfiniteTimeSpan);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _limiters.Released -= _signal.Raise;
        base.Dispose();
        _abandon.Dispose();
    }

    /// <summary>Ends when all workers have; fails with the first worker's failure.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var count = _options.Workers ?? Math.Max(1, _pool.Snapshot().Capacity.Contexts);
        _logger.WorkersStarted(count);
        await Task.WhenAll(Enumerable.Range(1, count).Select(number => RunWorkerAsync($"worker {number}", noMore)));
    }

    private async Task RunWorkerAsync(string name, CancellationTokenSource noMore)
    {
        await Task.Yield();
        try
        {
            await new Worker(name, _dispatcher, _runner, _settler, _signal, _options).RunAsync(noMore.Token, _abandon.Token);
        }
        catch (Exception exception)
        {
            // Not this job's fault: without a browser or a disk no other job would fare better.
            _logger.WorkerFailed(name, exception.Message);
            await noMore.CancelAsync();
            AbandonNow();
            throw;
        }
    }
}
