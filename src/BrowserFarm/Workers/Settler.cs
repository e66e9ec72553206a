using System.Text;
using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Storage;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Writes outcomes into the queue. A stop never loses finished work: settling is not cancelled with the attempt.</summary>
public sealed class Settler(IJobQueue queue, StorageWait storage, FarmOptions options, TimeProvider time, ILogger<Settler> logger, FarmMetrics? metrics = null)
{
    /// <param name="giveUp">Ends the waiting for room on a full disk.</param>
    /// <returns>Whether the claim was still ours; when it was not, nothing was changed.</returns>
    /// <exception cref="QueueStorageException">The queue cannot be written; the job stays claimed and is rescued later.</exception>
    public async Task<bool> SettleAsync(ClaimedJob claimed, AttemptOutcome outcome, CancellationToken giveUp)
    {
        var settlement = SettlementPolicy.Decide(outcome, claimed.Job, options.Retry, time.GetUtcNow(), Random.Shared.NextDouble());
        var settled = await storage.InsistAsync(() => queue.SettleAsync(claimed.Claim, settlement, CancellationToken.None), giveUp);
        var how = QueueRules.NameOf(settlement);
        if (settled)
            Count(claimed.Job.Engine, settlement);
        else
            metrics?.ClaimFenced();
        if (!settled)
            logger.ClaimLost(claimed.Job.Id, claimed.Job.Url.Value, how);
        else if (outcome is AttemptOutcome.Failed { Failure: var failure })
            logger.AttemptFailed(claimed.Job.Id, claimed.Job.Url.Value, claimed.Job.Attempts, how, failure.Class, failure.Reason);
        else
            logger.AttemptSettled(claimed.Job.Id, claimed.Job.Url.Value, how);
        return settled;
    }

    private void Count(Engine engine, Settlement settlement)
    {
        var read = (settlement as Settlement.Ack)?.Document;
        var end = settlement switch
        {
            Settlement.Ack => AttemptEnds.Succeeded,
            Settlement.Retry or Settlement.Hold or Settlement.Refund => AttemptEnds.Retried,
            Settlement.DeadLetter => AttemptEnds.Failed,
            Settlement.Cancel => AttemptEnds.Cancelled,
            _ => AttemptEnds.GivenBack,
        };
        metrics?.PageEnded(engine, end, QueueRules.FailureOf(settlement)?.Class, read?.TimingsMs, read is null ? 0 : SizeOf(read));
    }

    /// <summary>Of the texts, before they are packed.</summary>
    private static long SizeOf(PageDocument page) =>
        new[] { page.Html, page.Text, page.Markdown, page.Main }.Sum(text => text is null ? 0L : Encoding.UTF8.GetByteCount(text));
}
