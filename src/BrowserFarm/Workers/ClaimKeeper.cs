using System.Collections.Concurrent;
using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Keeps the claims of running attempts alive, all in one write, and ends an attempt whose claim may have been lost.</summary>
/// <remarks>
/// Two guards against two workers at one page. This one is ours and early: by our own clock, which goes on while the program is stopped, an attempt is fenced before its
/// claim runs out, whatever the reason it was not renewed. The other is the queue's and certain: it refuses every settlement but the latest claim's. Started before the
/// workers and so stopped after them: what drains keeps its claims.
/// </remarks>
public sealed class ClaimKeeper(IJobQueue queue, FarmOptions options, TimeProvider time, ILogger<ClaimKeeper> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<Claim, HeldClaim> _held = new();

    /// <summary>Keeps a claim until it is released.</summary>
    /// <param name="askedAt">Timestamp from before it was claimed.</param>
    /// <param name="abandon">Ends the attempt for another reason.</param>
    public HeldClaim Hold(Claim claim, long askedAt, CancellationToken abandon)
    {
        var held = new HeldClaim(this, claim, options.FenceAfter - time.GetElapsedTime(askedAt), time, abandon);
        _held[claim] = held;
        return held;
    }

    /// <summary>Renews everything that is held; fences what turns out to be lost.</summary>
    public async Task RenewOnceAsync(CancellationToken cancellationToken)
    {
        var held = _held.Values.Where(one => !one.IsFenced).ToList();
        if (held.Count == 0)
            return;

        // From before the write: how long that takes is part of the time for which the claims hold.
        var askedAt = time.GetTimestamp();
        try
        {
            var lost = (await queue.RenewAsync([.. held.Select(one => one.Claim)], options.ClaimFor, cancellationToken)).ToHashSet();
            foreach (var one in held)
                one.Hold(lost.Contains(one.Claim) ? TimeSpan.Zero : options.FenceAfter - time.GetElapsedTime(askedAt));
        }
        catch (QueueStorageException exception)
        {
            // Tried again in a while; what is not renewed by then fences itself. But while nobody can write, nobody can take a claim: running attempts go on.
            if (exception.IsPassing)
            {
                foreach (var one in held)
                    one.Hold(options.FenceAfter - time.GetElapsedTime(askedAt));
            }

            logger.ClaimsNotRenewed(held.Count, exception.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.RenewEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await RenewOnceAsync(stoppingToken);
    }

    private void Forget(HeldClaim held, bool isFenced)
    {
        if (_held.TryRemove(KeyValuePair.Create(held.Claim, held)) && isFenced)
            logger.AttemptFenced(held.Claim.JobId);
    }

    /// <summary>A claim that is kept alive while an attempt runs under it.</summary>
    public sealed class HeldClaim : IDisposable
    {
        private readonly ClaimKeeper _keeper;
        private readonly TimeProvider _time;
        private readonly Lock _gate = new();
        private readonly CancellationTokenSource _fence;
        private readonly CancellationTokenSource _end;
        private long _since;
        private TimeSpan _holds;
        private bool _released;

        internal HeldClaim(ClaimKeeper keeper, Claim claim, TimeSpan holds, TimeProvider time, CancellationToken abandon)
        {
            _keeper = keeper;
            _time = time;
            Claim = claim;
            _since = time.GetTimestamp();
            _holds = AtLeastZero(holds);
            _fence = new CancellationTokenSource(_holds, time);
            _end = CancellationTokenSource.CreateLinkedTokenSource(_fence.Token, abandon);
        }

        internal Claim Claim { get; }

        /// <summary>Cancelled when the attempt must end: fenced, or abandoned.</summary>
        public CancellationToken Token => _end.Token;

        /// <summary>The claim may belong to another: nothing of the attempt counts any more.</summary>
        /// <remarks>By the clock as well: after a stop of the program the attempt may come to its end before the timer that was to cancel it.</remarks>
        public bool IsFenced
        {
            get
            {
                lock (_gate)
                    return _fence.IsCancellationRequested || _time.GetElapsedTime(_since) >= _holds;
            }
        }

        /// <summary>Ends the keeping, before the attempt is settled; what follows is the queue's to judge.</summary>
        /// <returns>Whether the claim surely held until now.</returns>
        public bool Release()
        {
            lock (_gate)
                _released = true;
            var isFenced = IsFenced;
            _keeper.Forget(this, isFenced);
            return !isFenced;
        }

        public void Dispose()
        {
            Release();
            _end.Dispose();
            _fence.Dispose();
        }

        /// <summary>Holds for so long from now; fences at once when that is no time at all. A fence that fell stays.</summary>
        internal void Hold(TimeSpan holds)
        {
            lock (_gate)
            {
                // Settled meanwhile: that the queue knows nothing of the claim any more is as it should be.
                if (_released)
                    return;

                _since = _time.GetTimestamp();
                _holds = AtLeastZero(holds);
                _fence.CancelAfter(_holds);
            }
        }

        private static TimeSpan AtLeastZero(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
    }
}
