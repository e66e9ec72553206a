using Microsoft.Extensions.Logging;

namespace BrowserFarm.Diagnostics;

/// <summary>Every message of the farm; ids 2000 to 2999.</summary>
internal static partial class FarmLog
{
    [LoggerMessage(2000, LogLevel.Information, "{Count} workers started")]
    public static partial void WorkersStarted(this ILogger logger, int count);

    [LoggerMessage(2001, LogLevel.Information, "Draining: no new jobs, running ones get {GraceSeconds} s")]
    public static partial void Draining(this ILogger logger, double graceSeconds);

    [LoggerMessage(2002, LogLevel.Error, "{Worker} cannot go on, the farm stops: {Reason}")]
    public static partial void WorkerFailed(this ILogger logger, string worker, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "{Count} jobs whose worker went away are back in the line")]
    public static partial void ClaimsRescued(this ILogger logger, int count);

    [LoggerMessage(2004, LogLevel.Warning, "{After} jobs at once instead of {Before}: {Bound}")]
    public static partial void BudgetCut(this ILogger logger, int before, int after, string bound);

    [LoggerMessage(2005, LogLevel.Warning, "What was learned of targets could not be saved: {Reason}")]
    public static partial void LimitsNotSaved(this ILogger logger, string reason);

    [LoggerMessage(2006, LogLevel.Information, "Sitemap {Url}: {Addresses} addresses")]
    public static partial void SitemapRead(this ILogger logger, string url, long addresses);

    [LoggerMessage(2007, LogLevel.Warning, "Sitemap {Url}, after {Addresses} addresses: {Problem}")]
    public static partial void SitemapProblem(this ILogger logger, string url, long addresses, string problem);

    [LoggerMessage(2008, LogLevel.Warning, "The crawl has all the pages it may have; what else the sitemaps list is left out")]
    public static partial void SitemapsOverBudget(this ILogger logger);

    [LoggerMessage(2009, LogLevel.Warning, "{Count} claims could not be renewed: {Reason}")]
    public static partial void ClaimsNotRenewed(this ILogger logger, int count, string reason);

    [LoggerMessage(2010, LogLevel.Warning, "Discovery pauses ({Reason}): {Queued} pages wait in their lines, and what is found from now on waits outside")]
    public static partial void DiscoveryPaused(this ILogger logger, string reason, long queued);

    [LoggerMessage(2011, LogLevel.Information, "Discovery goes on: {Queued} pages wait in their lines, {Deferred} outside")]
    public static partial void DiscoveryResumed(this ILogger logger, long queued, long deferred);

    [LoggerMessage(2012, LogLevel.Warning, "Discovery pauses for {Target}: it does not bear more requests, and its line is long")]
    public static partial void DiscoveryPausedForTarget(this ILogger logger, string target);

    [LoggerMessage(2013, LogLevel.Warning, "The queue could not be looked at: {Reason}")]
    public static partial void QueueNotSeen(this ILogger logger, string reason);

    [LoggerMessage(2028, LogLevel.Information, "The tokens file has changed: {Tokens} tokens hold now")]
    public static partial void TokensReplaced(this ILogger logger, int tokens);

    [LoggerMessage(2029, LogLevel.Error, "The tokens file has changed and cannot be used; those that held before hold on: {Reason}")]
    public static partial void TokensKept(this ILogger logger, string reason);

    [LoggerMessage(2031, LogLevel.Information, "The limits of {Path} hold from now on")]
    public static partial void LimitsReplaced(this ILogger logger, string path);

    [LoggerMessage(2032, LogLevel.Error, "The limits file has changed and cannot be used; those that held before hold on: {Reason}")]
    public static partial void LimitsKept(this ILogger logger, string reason);

    [LoggerMessage(2033, LogLevel.Warning, "Self-audit, {Subject}: {Finding}. {Remedy}")]
    public static partial void AuditFound(this ILogger logger, string subject, string finding, string remedy);

    [LoggerMessage(2034, LogLevel.Error, "No page could be opened yet, so the service is not ready: {Reason}")]
    public static partial void NoBrowserYet(this ILogger logger, string reason);

    [LoggerMessage(2030, LogLevel.Warning, "A client wanted what is not public: {Detail}")]
    public static partial void AddressRefused(this ILogger logger, string detail);

    [LoggerMessage(2027, LogLevel.Error, "{Method} {Path} met a fault")]
    public static partial void RequestFaulted(this ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(2026, LogLevel.Warning, "The sitemaps of {Crawl} could not be read to their end; they are read again when the service starts: {Reason}")]
    public static partial void SitemapsNotRead(this ILogger logger, string crawl, string reason);

    [LoggerMessage(2014, LogLevel.Warning, "Nothing can be stored; what is in hand waits and is tried again every second: {Reason}")]
    public static partial void StorageWaits(this ILogger logger, string reason);

    [LoggerMessage(2015, LogLevel.Information, "What is in hand is stored again, after {Seconds:0} s of waiting")]
    public static partial void StorageGoesOn(this ILogger logger, double seconds);

    [LoggerMessage(2016, LogLevel.Warning, "Jobs whose claim ran out could not be looked for: {Reason}")]
    public static partial void ClaimsNotRescued(this ILogger logger, string reason);

    [LoggerMessage(2017, LogLevel.Warning, "The webhook does not take what is sent, it is tried again until it does: {Problem}")]
    public static partial void DeliveryFails(this ILogger logger, string problem);

    [LoggerMessage(2018, LogLevel.Information, "The webhook took what was sent, at try {Tries}")]
    public static partial void DeliveryGoesOn(this ILogger logger, int tries);

    [LoggerMessage(2019, LogLevel.Warning, "What the webhook is to be sent could not be read, or noted as delivered: {Reason}")]
    public static partial void DeliveryNotNoted(this ILogger logger, string reason);

    [LoggerMessage(2020, LogLevel.Error, "The farm stalls: {Reason}")]
    public static partial void PipelineStalled(this ILogger logger, string reason);

    [LoggerMessage(2021, LogLevel.Warning, "The farm starves: {Reason}")]
    public static partial void PipelineStarved(this ILogger logger, string reason);

    [LoggerMessage(2022, LogLevel.Information, "{State}: {Reason}")]
    public static partial void PipelineChanged(this ILogger logger, string state, string reason);

    [LoggerMessage(2023, LogLevel.Debug, "status.json could not be written: {Reason}")]
    public static partial void StatusNotWritten(this ILogger logger, string reason);

    [LoggerMessage(2024, LogLevel.Warning, "The crawl's folder takes {Used} bytes of the {Most} that it may: the crawl stops")]
    public static partial void QuotaUsedUp(this ILogger logger, long used, long most);

    [LoggerMessage(2100, LogLevel.Debug, "Job {JobId} {Url}: {Settlement}")]
    public static partial void AttemptSettled(this ILogger logger, long jobId, string url, string settlement);

    [LoggerMessage(2101, LogLevel.Information, "Job {JobId} {Url}, attempt {Attempt}, {Settlement}: {Class}: {Reason}")]
    public static partial void AttemptFailed(this ILogger logger, long jobId, string url, int attempt, string settlement, string @class, string reason);

    [LoggerMessage(2102, LogLevel.Warning, "Job {JobId} {Url}: the claim was lost before its {Settlement}; what it produced is dropped")]
    public static partial void ClaimLost(this ILogger logger, long jobId, string url, string settlement);

    [LoggerMessage(2103, LogLevel.Error, "Job {JobId} {Url} brought out a fault of ours")]
    public static partial void AttemptFaulted(this ILogger logger, Exception exception, long jobId, string url);

    [LoggerMessage(2120, LogLevel.Information, "{Target}: {Pages} pages were the same in tabs that draw nothing; its pages are read there from now on")]
    public static partial void FramesNotNeeded(this ILogger logger, string target, int pages);

    [LoggerMessage(2121, LogLevel.Information, "{Url} was not the same in a tab that draws nothing ({Difference}); pages like it are read in ordinary ones")]
    public static partial void FramesNeeded(this ILogger logger, string url, string difference);

    [LoggerMessage(2122, LogLevel.Information, "{Url} was not the same in a tab that draws nothing ({Difference}); pages of {Kinds} kinds were not by now, so all of its site are read in ordinary ones")]
    public static partial void FramesNeededBySite(this ILogger logger, string url, string difference, int kinds);

    [LoggerMessage(2104, LogLevel.Warning, "Trap: {Pattern} goes on without end; after {Followed} addresses no more of it are followed")]
    public static partial void TrapFound(this ILogger logger, string pattern, int followed);

    [LoggerMessage(2105, LogLevel.Warning, "Job {JobId}: its claim could not be renewed in time or was taken; the attempt is fenced, and what it produced is dropped")]
    public static partial void AttemptFenced(this ILogger logger, long jobId);

    [LoggerMessage(2300, LogLevel.Error, "The metrics could not be collected")]
    public static partial void MetricsNotCollected(this ILogger logger, Exception exception);
}
