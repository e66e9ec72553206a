using BrowserFarm.Delivery;
using BrowserFarm.Diagnostics;
using BrowserFarm.Queueing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Sends what a crawl reads to its webhook, beside the crawl and never in its way; nothing for a crawl without one.</summary>
/// <remarks>
/// Stopped after the workers: what they finished last is sent as well, for a bounded time. What has not arrived then is sent when the crawl is gone on with.
/// </remarks>
public sealed class DeliveryKeeper(CrawlPlan plan, FarmOptions options, TimeProvider time, ILogger<DeliveryKeeper> logger, WebhookOutbox? outbox = null) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _giveUp = new(Timeout.InfiniteTimeSpan, time);
    private readonly TaskCompletionSource _isOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _isDone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why the last message did not arrive, in words; null when it did, or there is no webhook.</summary>
    public string? Problem => outbox?.Problem;

    /// <summary>The crawl is over: waits until its receiver has everything and knows that, as long as messages arrive.</summary>
    /// <remarks>Gives up when none has for <see cref="FarmOptions.DeliveryGrace"/>, or when the receiver wants none.</remarks>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (outbox is null)
            return;

        _isOver.TrySetResult();
        for (var (seen, since) = (outbox.Messages, time.GetTimestamp()); time.GetElapsedTime(since) < options.DeliveryGrace && !_isDone.Task.IsCompleted;)
        {
            if (outbox.Messages != seen)
                (seen, since) = (outbox.Messages, time.GetTimestamp());
            await Task.WhenAny(_isDone.Task, Task.Delay(Interval, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Ends sending at once.</summary>
    public void GiveUp()
    {
        try
        {
            _giveUp.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Nothing is sent any more.
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _giveUp.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (outbox is null)
            return;

        // Also for a message that is on its way: a receiver that hangs does not hold up whoever stops the crawl.
        await using var stopping = stoppingToken.Register(() => _giveUp.CancelAfter(options.DeliveryGraceWhenStopped));
        try
        {
            while (!stoppingToken.IsCancellationRequested && !_isDone.Task.IsCompleted)
            {
                var isOver = _isOver.Task.IsCompleted;
                if ((await TryAsync(outbox, isOver, hurry: stoppingToken) && isOver) || outbox.IsGone)
                    _isDone.TrySetResult();
                else
                    await Task.WhenAny(isOver ? Task.Delay(Interval, time, stoppingToken) : _isOver.Task, Task.Delay(Interval, time, stoppingToken));
            }

            if (!_isDone.Task.IsCompleted)
                await TryAsync(outbox, isOver: false, hurry: _giveUp.Token);
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            // What is left is sent when the crawl is gone on with.
        }
    }

    /// <summary>A disk that fails is told of by whoever stores results; here it only means to come again.</summary>
    private async Task<bool> TryAsync(WebhookOutbox sending, bool isOver, CancellationToken hurry)
    {
        try
        {
            return await sending.DeliverAsync(plan.Crawl.Id, isOver, hurry, _giveUp.Token);
        }
        catch (QueueStorageException exception)
        {
            logger.DeliveryNotNoted(exception.Message);
            return false;
        }
    }
}
