using System.Security.Cryptography;
using BrowserFarm.Diagnostics;
using BrowserFarm.Hosting;
using BrowserFarm.Limiting;
using BrowserFarm.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Service;

/// <summary>Has the limits file hold, and looks every few seconds whether it has changed: a site that complains is asked less without a restart.</summary>
/// <remarks>What is in the file counts, not its time, which says nothing about a mounted one.</remarks>
public sealed class LimitsKeeper(LimitsSource source, TargetLimiters limiters, HostBudgetKeeper budget, FarmOptions options, TimeProvider time, ILogger<LimitsKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private byte[] _lookedAt = [];
    private volatile string? _fault;

    /// <summary>Why the file as it is now is not used; null while all is well, or there is none.</summary>
    public string? Fault => _fault;

    /// <exception cref="LimitsFileException">The file cannot be used.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (source.Path is { } path)
            Apply(path, LimitsFile.ReadBytes(path));
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (source.Path is not { } path)
            return;

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            LookAgain(path);
    }

    private void LookAgain(string path)
    {
        try
        {
            var bytes = LimitsFile.ReadBytes(path);
            if (SHA256.HashData(bytes).AsSpan().SequenceEqual(_lookedAt))
                return;
            Apply(path, bytes);
            logger.LimitsReplaced(path);
        }
        catch (LimitsFileException exception)
        {
            if (exception.Message != _fault)
                logger.LimitsKept(exception.Message);
            _fault = exception.Message;
        }
    }

    private void Apply(string path, byte[] bytes)
    {
        _lookedAt = SHA256.HashData(bytes);
        var limits = LimitsFile.Parse(bytes, path, options.TargetLimit);
        limiters.Apply(limits.Targets);
        budget.Ceiling = limits.Concurrency;
        _fault = null;
    }
}

/// <summary>Where the limits are.</summary>
/// <param name="Path">Null when there is no file.</param>
public sealed record LimitsSource(string? Path);
