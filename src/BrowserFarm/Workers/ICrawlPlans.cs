using BrowserFarm.Jobs;

namespace BrowserFarm.Workers;

/// <summary>The crawls that a farm works on, each with its rules made ready.</summary>
public interface ICrawlPlans
{
    /// <summary>The plan by which a job is worked on.</summary>
    /// <returns>Null when its crawl is not worked on any more.</returns>
    ValueTask<CrawlPlan?> FindAsync(Job job, CancellationToken cancellationToken);

    /// <summary>What may be wanted of a page, for whoever has to know how long that takes.</summary>
    TimeSpan LongestAttempt { get; }
}

/// <summary>A farm for one crawl.</summary>
internal sealed class OnePlan(CrawlPlan plan, FarmOptions options) : ICrawlPlans
{
    public TimeSpan LongestAttempt => options.LongestAttempt(plan.Crawl.Spec.Page);

    public ValueTask<CrawlPlan?> FindAsync(Job job, CancellationToken cancellationToken) => new(plan);
}
