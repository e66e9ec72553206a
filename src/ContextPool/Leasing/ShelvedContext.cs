using ContextPool.Browsers;

namespace ContextPool.Leasing;

/// <summary>A context that nobody has on loan, kept for whoever may have it next.</summary>
/// <param name="context">The context.</param>
/// <param name="key">Whose it is; null for a blank one, opened ahead for anybody.</param>
/// <param name="shelvedAt">Timestamp.</param>
/// <param name="mayLinger">Its tab still shows the page of the last lease, and its key's next one may not mind.</param>
/// <param name="answeredAt">Timestamp of when that page is known to have answered; null when it is not.</param>
internal sealed class ShelvedContext(PooledContext context, ContextKey? key, long shelvedAt, bool mayLinger = false, long? answeredAt = null)
{
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    public PooledContext Context => context;

    public ContextKey? Key => key;

    public long ShelvedAt => shelvedAt;

    public bool MayLinger => mayLinger;

    public long? AnsweredAt => answeredAt;

    /// <summary>Completes when it is fit to be lent to anybody of its key; false when it will not be, and is being closed.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>Claims the right to make it ready, or to lend it as it is; whoever comes second has not.</summary>
    public bool TryBegin() => Interlocked.Exchange(ref _begun, 1) == 0;

    /// <summary>It is ready, or never will be.</summary>
    public void End(bool isFit) => _ready.TrySetResult(isFit);
}
