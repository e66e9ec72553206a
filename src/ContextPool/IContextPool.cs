using ContextPool.Diagnostics;
using ContextPool.Leasing;

namespace ContextPool;

/// <summary>Lends isolated browser contexts, never more at once than memory, processor and configuration allow.</summary>
/// <remarks>Safe to call from any thread. Disposing the pool closes every context and every browser that it started.</remarks>
public interface IContextPool : IAsyncDisposable
{
    /// <summary>Lends a fresh context; waits in order of arrival while all places are taken.</summary>
    /// <param name="request">Who asks, how long they will wait, and how long they may keep the context.</param>
    /// <returns>A lease holding one open, empty context; dispose it (<c>await using</c>) to give the place back.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A bound of the request is not positive or too long for a timer.</exception>
    /// <exception cref="LeaseTimeoutException">No place came free within <see cref="LeaseRequest.WaitAtMost"/>; the message says which bound was tight.</exception>
    /// <exception cref="BrowserNotFoundException">No Chromium was found; the message lists the places that were searched.</exception>
    /// <exception cref="BrowserLaunchException">A browser was found but did not start, or started and could not open a context.</exception>
    /// <exception cref="ObjectDisposedException">The pool is closing.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the place is given back whenever that happens.</exception>
    ValueTask<ContextLease> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken = default);

    /// <summary>What the pool holds now: places, waiters, cells, and why the capacity is what it is.</summary>
    PoolSnapshot Snapshot();

    /// <summary>The contexts that are open now, one by one. Looked together when it is called, and at no other time.</summary>
    /// <param name="atMost">How many are wanted; of more the oldest.</param>
    OpenContexts Contexts(int atMost);
}
