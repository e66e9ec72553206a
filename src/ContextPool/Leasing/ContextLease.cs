using ContextPool.Browsers;
using Microsoft.Playwright;

namespace ContextPool.Leasing;

/// <summary>Why a lease ended before its holder gave it back.</summary>
public enum LeaseLoss
{
    /// <summary>It did not: the lease is alive or was returned.</summary>
    None,

    /// <summary>The browser or its driver died or was killed, for this holder's sake or another's.</summary>
    BrowserLost,

    /// <summary>The holder kept the context longer than <see cref="LeaseRequest.HoldAtMost"/>.</summary>
    HeldTooLong,

    /// <summary>The pool is closing.</summary>
    PoolClosed,
}

/// <summary>One isolated browser context on loan: no cookies, cache or storage of anybody else.</summary>
/// <remarks>
/// Give it back with <see cref="DisposeAsync"/>, best through <c>await using</c>. The pool closes the context; do not close it yourself,
/// though nothing breaks if you do. After <see cref="Lost"/> every call on <see cref="Context"/> fails.
/// </remarks>
public sealed class ContextLease : IAsyncDisposable
{
    private readonly BrowserContextPool _pool;
    private readonly CancellationTokenSource _lost = new();
    private ITimer? _holdTimer;
    private int _returned;
    private int _loss;

    internal ContextLease(BrowserContextPool pool, long id, LeaseRequest request, PooledContext pooled, TimeProvider time)
    {
        _pool = pool;
        Id = id;
        Holder = request.Holder;
        Pooled = pooled;
        StartedAt = time.GetTimestamp();
        Lost = _lost.Token;
    }

    /// <summary>Number of this lease, unique within the pool, rising from 1.</summary>
    public long Id { get; }

    /// <summary>The name given in the request.</summary>
    public string Holder { get; }

    /// <summary>The context: open, empty, without a page.</summary>
    public IBrowserContext Context => Pooled.Context;

    /// <summary>Cancelled when the lease ended before it was returned; pass it to whatever you wait for.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Why <see cref="Lost"/> was cancelled; <see cref="LeaseLoss.None"/> until then.</summary>
    public LeaseLoss Loss => (LeaseLoss)Volatile.Read(ref _loss);

    internal PooledContext Pooled { get; }

    internal long StartedAt { get; }

    /// <summary>Gives the context back. Harmless when repeated, never throws, does not wait for the browser.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            _holdTimer?.Dispose();
            _pool.TakeBack(this);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Starts the clock; called once, when the lease is in the books: a lease that is not cannot be taken back.</summary>
    internal void StartClock(TimeSpan holdAtMost, TimeProvider time) => _holdTimer = time.CreateTimer(
        static lease => ((ContextLease)lease!).Revoke(LeaseLoss.HeldTooLong), this, holdAtMost, Timeout.InfiniteTimeSpan);

    /// <summary>Ends the lease against its holder's will: tells them through <see cref="Lost"/> and takes the context back.</summary>
    internal void Revoke(LeaseLoss loss)
    {
        if (Volatile.Read(ref _returned) == 1 || Interlocked.CompareExchange(ref _loss, (int)loss, (int)LeaseLoss.None) != (int)LeaseLoss.None)
            return;

        _pool.NoteLoss(this, loss);
        // Callbacks run elsewhere: a holder's callback must not be able to stop the context from being taken back.
        _ = _lost.CancelAsync();
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            _holdTimer?.Dispose();
            _pool.TakeBack(this);
        }
    }
}
