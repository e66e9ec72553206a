namespace BrowserFarm.Rendering;

/// <summary>Waits on calls that cannot be called off and may never return.</summary>
internal static class BoundedTasks
{
    /// <summary>Waits until the call ends or the token is cancelled; an abandoned call's late failure is observed and forgotten.</summary>
    public static async Task<T> BoundedBy<T>(this Task<T> call, CancellationToken cancellationToken)
    {
        await ((Task)call).BoundedBy(cancellationToken);
        return await call;
    }

    /// <inheritdoc cref="BoundedBy{T}"/>
    public static async Task BoundedBy(this Task call, CancellationToken cancellationToken)
    {
        try
        {
            await call.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!call.IsCompleted)
        {
            _ = call.ContinueWith(static abandoned => _ = abandoned.Exception, TaskScheduler.Default);
            throw;
        }
    }
}
