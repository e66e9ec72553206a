using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Failures;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;

namespace BrowserFarm.Workers;

/// <summary>Takes one job after the other: slot → dispatch → hold the claim → attempt → <em>slot given back</em> → settle. Only loops.</summary>
internal sealed class Worker(
    string name, Engine engine, WorkerSlots slots, Dispatcher dispatcher, ClaimKeeper claims, RunningJobs inHand, AttemptRunner runner, Settler settler, StorageWait storage, WorkSignal signal, AttemptLog log, FarmOptions options, TimeProvider time)
{
    /// <param name="noMore">Stops taking jobs; the one in hand is finished.</param>
    /// <param name="abandon">Interrupts the one in hand; it goes back uncounted.</param>
    public async Task RunAsync(CancellationToken noMore, CancellationToken abandon)
    {
        while (true)
        {
            IDisposable slot;
            DispatchedJob next;
            try
            {
                slot = await slots.TakeAsync(noMore);
            }
            catch (OperationCanceledException) when (noMore.IsCancellationRequested)
            {
                return;
            }

            using (slot)
            {
                try
                {
                    next = await storage.InsistAsync(() => dispatcher.NextAsync(name, options.ClaimFor, noMore), noMore);
                }
                catch (Exception exception) when (noMore.IsCancellationRequested && (exception is OperationCanceledException || StorageWait.IsPassing(exception)))
                {
                    return;
                }

                await AttemptAsync(next, slot, abandon);
            }

            signal.Raise();
        }
    }

    private async Task AttemptAsync(DispatchedJob next, IDisposable slot, CancellationToken abandon)
    {
        var began = time.GetTimestamp();
        using var span = FarmTraces.BeginAttempt(next.Claimed.Job, time.GetUtcNow() - time.GetElapsedTime(next.AskedAt, began));
        log.Begin(engine);
        AttemptOutcome outcome = new AttemptOutcome.Interrupted();
        using var held = claims.Hold(next.Claimed.Claim, next.AskedAt, abandon);
        using var running = inHand.Enter(next.Claimed.Job, name, held.Token);
        try
        {
            outcome = await runner.RunAsync(next.Claimed, next.Admission, slot, running.Token);
        }
        finally
        {
            log.End(engine, time.GetElapsedTime(began), IsTrouble(outcome), outcome is AttemptOutcome.Failed { Failure.Kind: not FailureKind.Permanent });
            // The permit first: settling puts the target's jobs back in line, and they must not find the target still at its limit.
            next.Admission.Dispose();
            slot.Dispose();
            // Also when the runner threw (no browser, no disk): the job is given back before the farm hears of it.
            // Whoever may have lost the job gives it back, whatever it came to: if it was taken meanwhile, the queue refuses even that.
            if (!held.Release())
                outcome = new AttemptOutcome.Interrupted();
            else if (running.IsCancelled && outcome is AttemptOutcome.Interrupted)
                outcome = new AttemptOutcome.Cancelled();
            FarmTraces.Tell(span, outcome);
            using (FarmTraces.Step("record"))
                await settler.SettleAsync(next.Claimed, outcome, abandon);
        }
    }

    /// <summary>It failed, and neither page nor site was at fault.</summary>
    private static bool IsTrouble(AttemptOutcome outcome) => outcome is AttemptOutcome.Failed
    {
        Failure: { Kind: FailureKind.ContextLost or FailureKind.BrowserLost } or { Class: FailureClasses.Proxy },
    };
}
