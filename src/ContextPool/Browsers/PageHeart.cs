using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>Asks a page for signs of life, on a DevTools session of its own.</summary>
/// <remarks>
/// The first question is the smallest script, <c>1</c>: any page answers whose script thread comes to it. But Chromium holds scripts back
/// while a navigation waits for its answer (measured: for as long as the server is silent). So there is a second: how long the page's
/// thread has been in tasks (<c>Performance.getMetrics</c>, which also interrupts a script). Asked twice, it tells a page that waits from
/// one that loops: in a loop, task time grows as fast as the clock (measured: 0.5 s in 0.5 s, against none). The clock is the page's own,
/// from the same answer: by ours, an answer that the driver was slow to pass on made a loop look like a page that waits. A page that
/// answers neither question is stopped, or waits inside a script.
/// </remarks>
internal sealed class PageHeart
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly Dictionary<string, object> One = new(StringComparer.Ordinal) { ["expression"] = "1" };

    private readonly ICDPSession _session;
    private readonly TimeProvider _time;
    private Task _script = Task.CompletedTask;

    internal PageHeart(ICDPSession session, TimeProvider time)
    {
        _session = session;
        _time = time;
    }

    public static async Task<PageHeart> OpenAsync(IPage page, TimeProvider time)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        // Now, before the page goes anywhere: while it waits for an answer, this would be held back as well.
        Observe(session.SendAsync("Performance.enable"));
        return new PageHeart(session, time);
    }

    /// <summary>Completes when the page is known to be alive; fails when it is gone; else never.</summary>
    public async Task BeatAsync()
    {
        // A script that is held back is not asked for again: it answers for all questions since.
        if (_script.IsCompleted)
            Observe(_script = _session.SendAsync("Runtime.evaluate", One));
        var script = _script;

        (double At, double InTasks)? before = null;
        while (await Task.WhenAny(script, Task.Delay(Pause, _time)) != script)
        {
            var now = await TimesAsync(script);
            if (before is { } then && now is { } times && times.InTasks - then.InTasks < (times.At - then.At) / 2)
                return;

            before = now;
        }

        await script;
    }

    /// <summary>Ends the page's process from within, and before that the script that runs in it.</summary>
    /// <returns>What the browser answered: never, when it did as told, for there is nobody left to answer; an error when it refused.</returns>
    /// <remarks>
    /// <c>Page.crash</c> is obeyed by a thread that no script keeps busy, but refused while a navigation is under way (Chromium,
    /// <c>PageHandler::Crash</c>); then it helps that the script is stopped.
    /// </remarks>
    public Task EndProcessAsync()
    {
        Observe(_session.SendAsync("Runtime.terminateExecution"));
        var crashing = _session.SendAsync("Page.crash");
        Observe(crashing);
        return crashing;
    }

    /// <summary>The page's clock and how much of it its thread was in tasks, in seconds; null when the script has answered meanwhile, or the page counts no time.</summary>
    private async Task<(double At, double InTasks)?> TimesAsync(Task script)
    {
        var asking = _session.SendAsync("Performance.getMetrics");
        Observe(asking);
        if (await Task.WhenAny(asking, script) == script || await asking is not { } answer)
            return null;

        double? at = null, inTasks = null;
        foreach (var metric in answer.GetProperty("metrics").EnumerateArray())
        {
            switch (metric.GetProperty("name").GetString())
            {
                case "Timestamp":
                    at = metric.GetProperty("value").GetDouble();
                    break;
                case "TaskDuration":
                    inTasks = metric.GetProperty("value").GetDouble();
                    break;
            }
        }

        return at is { } clock && inTasks is { } tasks ? (clock, tasks) : null;
    }

    private static void Observe(Task call) => _ = call.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
}
