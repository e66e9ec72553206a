namespace BrowserFarm.Jobs;

/// <summary>When a crawl is run again, and how old a page of an earlier run may be to be taken again instead of asked for.</summary>
/// <param name="Cron">Five fields as in crontab(5), or a word such as <c>@daily</c>; read by <c>Scheduling.CronTimes</c>.</param>
/// <param name="TimeZone">By whose clock it is read: an IANA name, for example <c>Europe/Berlin</c>.</param>
/// <param name="FreshFor">Age, at the beginning of a run, up to which a page is not asked for again. Null asks for every page in every run.</param>
public sealed record Recurrence(string Cron, string TimeZone = "UTC", TimeSpan? FreshFor = null)
{
    /// <summary>As many of the last runs are kept, with their results and files; older ones are forgotten. Null keeps all.</summary>
    public int? KeepRuns { get; init; }
}
