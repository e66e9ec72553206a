using ContextPool.Browsers;
using ContextPool.Watchdog;
using Microsoft.Playwright;

namespace ContextPool.Leasing;

/// <summary>One isolated browser context with an open tab, on loan: no cookies, cache or storage of anybody else.</summary>
/// <remarks>
/// Give it back with <see cref="DisposeAsync"/>, best through <c>await using</c>. The pool closes the context; do not close it yourself,
/// though nothing breaks if you do. After <see cref="Lost"/> every call on <see cref="Context"/> fails.
/// </remarks>
public sealed class ContextLease : IAsyncDisposable
{
    private readonly BrowserContextPool _pool;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private ITimer? _holdTimer;
    private int _returned;
    private int _disposed;
    private int _loss;

    internal ContextLease(BrowserContextPool pool, long id, LeaseRequest request, PooledContext pooled, TimeProvider time)
    {
        _pool = pool;
        Id = id;
        Request = request;
        Pooled = pooled;
        _time = time;
        StartedAt = time.GetTimestamp();
        Pulse = new Pulse(pooled.Opened.BeatAsync, time);
        Lost = _lost.Token;
    }

    /// <summary>Number of this lease, unique within the pool, rising from 1.</summary>
    public long Id { get; }

    /// <summary>The name given in the request.</summary>
    public string Holder => Request.Holder;

    /// <summary>The context. Fresh unless the request had a key; then it may hold what earlier leases of that key left in it.</summary>
    public IBrowserContext Context => Pooled.Opened.Context;

    /// <summary>The tab, at <c>about:blank</c> unless the request said <see cref="LeaseRequest.Navigates"/>. More tabs may be opened; they are closed with the lease.</summary>
    public IPage Page => Pooled.Opened.Page;

    /// <summary>Cancelled when the lease ended before it was returned; pass it to whatever you wait for.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Why <see cref="Lost"/> was cancelled; <see cref="LeaseLoss.None"/> until then.</summary>
    public LeaseLoss Loss => (LeaseLoss)Volatile.Read(ref _loss);

    /// <summary>The holder has what they came for: how long that took teaches the pool how long silence may last before it means hung.</summary>
    public bool Succeeded { get; private set; }

    /// <summary>The context must not be lent again, whatever its key.</summary>
    public bool IsTainted { get; private set; }

    internal LeaseRequest Request { get; }

    internal PooledContext Pooled { get; }

    internal long StartedAt { get; }

    /// <summary>Timestamp of the answer that its holder told of; null when none was.</summary>
    internal long? AnsweredAt { get; private set; }

    /// <summary>Its page's signs of life.</summary>
    internal Pulse Pulse { get; }

    /// <summary>Timestamp of its end; 0 while it lasts.</summary>
    internal long EndedAt { get; set; }

    /// <summary>How long its page had given no sign of life when it ended.</summary>
    internal TimeSpan UnheardAtEnd { get; set; }

    /// <summary>The holder gave it back, or let go of it after it was lost.</summary>
    internal bool IsDisposed => Volatile.Read(ref _disposed) == 1;

    /// <summary>Says that the work in this context succeeded. Call it before the lease is returned.</summary>
    /// <param name="hasJustAnswered">The tab's page has answered a question this moment: should it be lent again at once, it is not asked first whether it hangs.</param>
    public void MarkSuccessful(bool hasJustAnswered = false)
    {
        Succeeded = true;
        AnsweredAt = hasJustAnswered ? _time.GetTimestamp() : null;
    }

    /// <summary>Says that the context is not fit for another lease: it is closed even when its key would let it live on.</summary>
    public void Taint() => IsTainted = true;

    /// <summary>Gives the context back. Harmless when repeated, never throws, does not wait for the browser.</summary>
    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _disposed, 1);
        Return();
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
        Return();
    }

    /// <summary>The tab's process died: by itself, or by the pool's hand.</summary>
    internal void OnCrashed()
    {
        if (Pooled.Cell.MemoryKills.Claim() is { } blame)
        {
            Revoke(blame);
            return;
        }

        Pooled.Cell.Wear.NoteCrash();
        Revoke(LeaseLoss.PageCrashed);
    }

    private void Return()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 1)
            return;

        _holdTimer?.Dispose();
        _pool.TakeBack(this);
    }
}
