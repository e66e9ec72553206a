using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Readiness;

/// <summary>Waits until a document has come as far as it should.</summary>
/// <remarks>
/// Playwright looks whether the state is reached, and if not listens for it; what its reading thread is told between the two it misses, and waits until the navigation's time is up. With a page
/// that is small and close, that was one of fifty (measured): read after 30 seconds, as one that hangs. So it is asked again, ever more rarely, and the first answer counts.
/// </remarks>
internal static class LoadWait
{
    internal static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="TimeoutException">It took longer than a navigation may.</exception>
    public static Task ReachedAsync(IPage page, LoadState state, TimeProvider time, CancellationToken stop) =>
        ReachedAsync(() => page.WaitForLoadStateAsync(state), time, stop);

    /// <param name="ask">One question; it may never be answered.</param>
    internal static async Task ReachedAsync(Func<Task> ask, TimeProvider time, CancellationToken stop)
    {
        var asked = new List<Task>();
        for (var pause = FirstPause; ; pause *= 2)
        {
            asked.Add(Observed(ask()));
            var answer = Task.WhenAny(asked);
            try
            {
                await answer.WaitAsync(pause, time, stop);
            }
            catch (TimeoutException)
            {
                continue;
            }

            await await answer;
            return;
        }
    }

    /// <summary>An answer that nobody waits for any more may be an error.</summary>
    private static Task Observed(Task call)
    {
        _ = call.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
        return call;
    }
}
