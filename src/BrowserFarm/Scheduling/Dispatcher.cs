using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;

namespace BrowserFarm.Scheduling;

/// <summary>A job that may run now: claimed, and its target's permit in hand.</summary>
/// <param name="AskedAt">Timestamp of the clock from just before the claim: it holds its time from then on, or longer.</param>
public sealed record DispatchedJob(ClaimedJob Claimed, Admission Admission, long AskedAt);

/// <summary>Decides what runs next in one engine: whose lane's turn it is is for <see cref="LaneShare"/>, which job of it for the queue. Waits when there is none.</summary>
/// <remarks>Workers pull: nothing is claimed before somebody is free to run it. Of those who found nothing one waits for news; the others wait behind it.</remarks>
public sealed class Dispatcher(IJobQueue queue, Engine engine, TargetLimiters limiters, LaneShare lanes, WorkSignal signal, TimeProvider time) : IDisposable
{
    /// <summary>Longest wait without looking again, whatever the signals say.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    private readonly LimiterGate _gate = new(limiters);
    private readonly SemaphoreSlim _oneWaits = new(1);
    private readonly Lock _lock = new();
    private LaneShare _lanes = lanes;

    /// <summary>Waits for a job that may run.</summary>
    /// <param name="worker">Who will run it, for the record.</param>
    /// <param name="claimFor">How long the claim holds unless it is renewed.</param>
    /// <exception cref="OperationCanceledException">No more jobs are wanted; nothing is claimed.</exception>
    public async Task<DispatchedJob> NextAsync(string worker, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (await ClaimAsync(worker, claimFor, cancellationToken) is { } atOnce)
            return atOnce;

        await _oneWaits.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var news = signal.Next;   // before the look: what comes while we look is seen by it, or heard of after it
                if (await ClaimAsync(worker, claimFor, cancellationToken) is { } job)
                    return job;

                var wait = await queue.NextReadyAsync(engine, cancellationToken) is { } ready ? ready - time.GetUtcNow() : MaxWait;
                await WaitAsync(news, wait < MaxWait ? wait : MaxWait, cancellationToken);
            }
        }
        finally
        {
            _oneWaits.Release();
        }
    }

    public void Dispose() => _oneWaits.Dispose();

    private async Task<DispatchedJob?> ClaimAsync(string worker, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        var order = Volatile.Read(ref _lanes).Order;
        var askedAt = time.GetTimestamp();
        if (await queue.ClaimNextAsync(engine, order, _gate, worker, claimFor, cancellationToken) is not { } next)
            return null;

        lock (_lock)
            _lanes = _lanes.After(order, next.Claimed.Job.Lane);
        return new DispatchedJob(next.Claimed, (Admission)next.Permit, askedAt);
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
}
