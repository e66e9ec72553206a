using BrowserFarm.Diagnostics;
using BrowserFarm.Hosting;
using BrowserFarm.Limiting;
using BrowserFarm.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Service;

/// <summary>Has the limits file hold, and looks every few seconds whether it has changed: a site that complains is asked less without a restart.</summary>
public sealed class LimitsKeeper(LimitsSource source, TargetLimiters limiters, HostBudgetKeeper budget, FarmOptions options, TimeProvider time, ILogger<LimitsKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly WatchedFile<FarmLimits>? _file = source.Path is { } path ? LimitsFile.Watch(path, options.TargetLimit) : null;

    /// <summary>Why the file as it is now is not used; null while all is well, or there is none.</summary>
    public string? Fault => _file?.Fault;

    /// <exception cref="LimitsFileException">The file cannot be used.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_file is not null)
            Apply(_file.Load());
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_file is null)
            return;

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            switch (_file.Look())
            {
                case FileLook<FarmLimits>.Replaced { Value: var limits }:
                    Apply(limits);
                    logger.LimitsReplaced(source.Path!);
                    break;
                case FileLook<FarmLimits>.Kept { Reason: var reason }:
                    logger.LimitsKept(reason);
                    break;
                default:
                    break;
            }
        }
    }

    private void Apply(FarmLimits limits)
    {
        limiters.Apply(limits.Targets);
        budget.Ceiling = limits.Concurrency;
    }
}

/// <summary>Where the limits are.</summary>
/// <param name="Path">Null when there is no file.</param>
public sealed record LimitsSource(string? Path);
