namespace BrowserFarm.Rendering;

/// <summary>Bounds calls that have no time-out of their own: a page whose script never ends answers none of them.</summary>
internal static class Bounded
{
    /// <exception cref="TimeoutException">It was not done within the time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static async Task<T> RunAsync<T>(TimeSpan atMost, TimeProvider time, Func<CancellationToken, Task<T>> call, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            return await call(either.Token).BoundedBy(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }
}
