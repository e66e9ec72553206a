using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;

namespace BrowserFarm.Scheduling;

/// <summary>A job that may run now: claimed, and its target's permit in hand.</summary>
public sealed record DispatchedJob(ClaimedJob Claimed, Admission Admission);

/// <summary>Decides what runs next: the target served longest ago that may be asked now, and of it the job due longest.</summary>
/// <remarks>Workers pull: nothing is claimed before somebody is free to run it. One worker at a time looks; the others wait behind it.</remarks>
public sealed class Dispatcher(IJobQueue queue, TargetLimiters limiters, WorkSignal signal, TimeProvider time) : IDisposable
{
    private const int TargetsPerLook = 64;

    /// <summary>Longest wait without looking again, whatever the signals say.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _oneLooks = new(1);

    /// <summary>Waits for a job that may run.</summary>
    /// <param name="worker">Who will run it, for the record.</param>
    /// <param name="claimFor">How long the claim must hold.</param>
    /// <exception cref="OperationCanceledException">No more jobs are wanted; nothing is claimed.</exception>
    public async Task<DispatchedJob> NextAsync(string worker, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        await _oneLooks.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Both before the look: what comes or falls due while we look is seen by it, or waited for.
                var news = signal.Next;
                var nextDue = await queue.NextDueAsync(cancellationToken);
                var (job, opensIn) = await LookAsync(worker, claimFor, cancellationToken);
                if (job is not null)
                    return job;

                var dueIn = nextDue is { } due ? due - time.GetUtcNow() : MaxWait;
                await WaitAsync(news, Min(MaxWait, Min(opensIn, dueIn)), cancellationToken);
            }
        }
        finally
        {
            _oneLooks.Release();
        }
    }

    public void Dispose() => _oneLooks.Dispose();

    /// <summary>Goes through the targets with due jobs; a target that may not be asked never stands before another.</summary>
    /// <returns>A job, or else the shortest time after which one of these targets opens by itself.</returns>
    private async Task<(DispatchedJob? Job, TimeSpan OpensIn)> LookAsync(string worker, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        var opensIn = MaxWait;
        for (var seen = 0; ; seen += TargetsPerLook)
        {
            var targets = await queue.ReadyTargetsAsync(seen, TargetsPerLook, cancellationToken);
            foreach (var target in targets)
            {
                if (limiters.TryAdmit(target) is not { } admission)
                {
                    opensIn = Min(opensIn, limiters.OpensIn(target) ?? MaxWait);
                    continue;
                }

                if (await ClaimAsync(target, admission, worker, claimFor, cancellationToken) is { } claimed)
                    return (new DispatchedJob(claimed, admission), TimeSpan.Zero);
            }

            if (targets.Count < TargetsPerLook)
                return (null, opensIn);
        }
    }

    private async Task<ClaimedJob?> ClaimAsync(
        TargetKey target, Admission admission, string worker, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        ClaimedJob? claimed = null;
        try
        {
            claimed = await queue.ClaimAsync(target, worker, claimFor, cancellationToken);
            return claimed;
        }
        finally
        {
            if (claimed is null)
                admission.Dispose();
        }
    }

    private async Task WaitAsync(Task news, TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (atMost <= TimeSpan.Zero)
            return;

        try
        {
            await news.WaitAsync(atMost, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Time to look again.
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
