using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Runs the workers until the host stops, or until something breaks that no single job can be blamed for.</summary>
public sealed class WorkerHost : BackgroundService
{
    private readonly CancellationTokenSource _abandon = new();
    private readonly HostBudgetKeeper _budget;
    private readonly AttemptLog _log;
    private readonly Dispatcher _dispatcher;
    private readonly Dispatcher _httpDispatcher;
    private readonly ClaimKeeper _claims;
    private readonly RunningJobs _inHand;
    private readonly AttemptRunner _runner;
    private readonly Settler _settler;
    private readonly StorageWait _storage;
    private readonly TargetLimiters _limiters;
    private readonly WorkSignal _signal;
    private readonly FarmOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public WorkerHost(
        HostBudgetKeeper budget, AttemptLog log, [FromKeyedServices(Engine.Browser)] Dispatcher dispatcher, [FromKeyedServices(Engine.Http)] Dispatcher httpDispatcher, ClaimKeeper claims, RunningJobs inHand, AttemptRunner runner, Settler settler, StorageWait storage, TargetLimiters limiters, WorkSignal signal,
        FarmOptions options, TimeProvider time, ILogger<WorkerHost> logger)
    {
        _budget = budget;
        _log = log;
        _dispatcher = dispatcher;
        _httpDispatcher = httpDispatcher;
        _claims = claims;
        _inHand = inHand;
        _runner = runner;
        _settler = settler;
        _storage = storage;
        _limiters = limiters;
        _signal = signal;
        _options = options;
        _time = time;
        _logger = logger;
        limiters.Released += signal.Raise;
    }

    /// <summary>Gives running attempts back at once instead of letting them finish.</summary>
    public void AbandonNow()
    {
        try
        {
            _abandon.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The farm is gone, and nothing runs any more: a host that is thrown away while it stops leaves the timer of its grace behind.
        }
    }

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
        // As many as there may ever be work for; how many of them have a page open is the budget's to say. And as many again, which extract and record what they have read meanwhile.
        var count = 2 * (_options.Workers ?? Environment.ProcessorCount * _options.PagesPerCore);
        _logger.WorkersStarted(count);
        var withBrowser = Enumerable.Range(1, count).Select(number => RunWorkerAsync($"worker {number}", Engine.Browser, _budget.Slots, _dispatcher, noMore));
        var http = new WorkerSlots(_budget.HttpSlots);
        var without = Enumerable.Range(1, _budget.HttpSlots).Select(number => RunWorkerAsync($"http worker {number}", Engine.Http, http, _httpDispatcher, noMore));
        await Task.WhenAll([.. withBrowser, .. without]);
    }

    private async Task RunWorkerAsync(string name, Engine engine, WorkerSlots slots, Dispatcher dispatcher, CancellationTokenSource noMore)
    {
        await Task.Yield();
        try
        {
            await new Worker(name, engine, slots, dispatcher, _claims, _inHand, _runner, _settler, _storage, _signal, _log, _options, _time).RunAsync(noMore.Token, _abandon.Token);
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
