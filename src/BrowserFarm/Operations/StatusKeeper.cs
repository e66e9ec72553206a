using BrowserFarm.Diagnostics;
using BrowserFarm.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Operations;

/// <summary>Looks at the farm once a second: writes its status down for other programs, and says so when it stalls or starves.</summary>
public sealed class StatusKeeper(CrawlObserver observer, CrawlPlan plan, TimeProvider time, ILogger<StatusKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private PipelineState _last = PipelineState.Flowing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
                await LookAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The farm stops; its last status grows old.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = await observer.LookAsync(cancellationToken);
        if (now.Pipeline.State != _last)
            logger.PipelineIs(now.Pipeline);
        _last = now.Pipeline.State;
        try
        {
            plan.Folder.WriteStatus(FarmStatus.Of(now, time.GetUtcNow()).ToJson());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What matters is written elsewhere, and complains there: a status is not worth stopping for.
            logger.StatusNotWritten(exception.Message);
        }
    }
}
