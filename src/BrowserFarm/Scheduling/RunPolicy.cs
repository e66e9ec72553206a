using BrowserFarm.Queueing;

namespace BrowserFarm.Scheduling;

/// <summary>What a program that has a recurring crawl does next.</summary>
public abstract record RunStep
{
    private RunStep()
    {
    }

    /// <summary>A run was begun and has not ended, or has jobs again.</summary>
    public sealed record GoOn(CrawlRun Run) : RunStep;

    /// <summary>A run is due.</summary>
    /// <param name="NextRunAt">When the one after it is.</param>
    public sealed record Begin(DateTimeOffset DueAt, DateTimeOffset NextRunAt) : RunStep;

    /// <summary>Nothing is to be done before that time.</summary>
    public sealed record Wait(DateTimeOffset Until) : RunStep;
}

/// <summary>Decides whether a run goes on, begins, or is waited for. Pure.</summary>
/// <remarks>
/// One run at a time, and of many due times that were missed, because no program was there or a run took longer than the gap, one is caught up: the
/// run after it is due at the first time after now.
/// </remarks>
public static class RunPolicy
{
    /// <param name="lastHasJobs">The last run has jobs to do, whatever was said of its end.</param>
    public static RunStep Decide(RecurringCrawl crawl, bool lastHasJobs, CronTimes times, DateTimeOffset now) => crawl switch
    {
        { LastRun: { } last } when last.EndedAt is null || lastHasJobs => new RunStep.GoOn(last),
        _ when crawl.NextRunAt <= now => new RunStep.Begin(crawl.NextRunAt, times.NextAfter(now)),
        _ => new RunStep.Wait(crawl.NextRunAt),
    };
}
