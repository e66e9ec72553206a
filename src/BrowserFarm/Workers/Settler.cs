using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Storage;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Writes outcomes into the queue. A stop never loses finished work: settling is not cancelled with the attempt.</summary>
public sealed class Settler(IJobQueue queue, StorageWait storage, FarmOptions options, TimeProvider time, ILogger<Settler> logger)
{
    /// <param name="giveUp">Ends the waiting for room on a full disk.</param>
    /// <returns>Whether the claim was still ours; when it was not, nothing was changed.</returns>
    /// <exception cref="QueueStorageException">The queue cannot be written; the job stays claimed and is rescued later.</exception>
    public async Task<bool> SettleAsync(ClaimedJob claimed, AttemptOutcome outcome, CancellationToken giveUp)
    {
        var settlement = SettlementPolicy.Decide(outcome, claimed.Job, options.Retry, time.GetUtcNow(), Random.Shared.NextDouble());
        var settled = await storage.InsistAsync(() => queue.SettleAsync(claimed.Claim, settlement, CancellationToken.None), giveUp);
        var how = QueueRules.NameOf(settlement);
        if (!settled)
            logger.ClaimLost(claimed.Job.Id, claimed.Job.Url.Value, how);
        else if (outcome is AttemptOutcome.Failed { Failure: var failure })
            logger.AttemptFailed(claimed.Job.Id, claimed.Job.Url.Value, claimed.Job.Attempts, how, failure.Class, failure.Reason);
        else
            logger.AttemptSettled(claimed.Job.Id, claimed.Job.Url.Value, how);
        return settled;
    }
}
