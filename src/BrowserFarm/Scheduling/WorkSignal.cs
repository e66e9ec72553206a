namespace BrowserFarm.Scheduling;

/// <summary>Wakes whoever waits for work when there may be some: a job came, a target opened, an attempt ended.</summary>
/// <remarks>A hint, not a count: it may wake for nothing, and it never forgets a signal given before the wait began.</remarks>
public sealed class WorkSignal
{
    private volatile TaskCompletionSource _next = New();

    /// <summary>Completes at the next <see cref="Raise"/>. Take it before looking for work, so that nothing raised meanwhile is missed.</summary>
    public Task Next => _next.Task;

    public void Raise() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
