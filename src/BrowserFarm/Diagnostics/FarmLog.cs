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

    [LoggerMessage(2100, LogLevel.Debug, "Job {JobId} {Url}: {Settlement}")]
    public static partial void AttemptSettled(this ILogger logger, long jobId, string url, string settlement);

    [LoggerMessage(2101, LogLevel.Information, "Job {JobId} {Url}, attempt {Attempt}, {Settlement}: {Class}: {Reason}")]
    public static partial void AttemptFailed(this ILogger logger, long jobId, string url, int attempt, string settlement, string @class, string reason);

    [LoggerMessage(2102, LogLevel.Warning, "Job {JobId} {Url}: the claim was lost before its {Settlement}; what it produced is dropped")]
    public static partial void ClaimLost(this ILogger logger, long jobId, string url, string settlement);

    [LoggerMessage(2103, LogLevel.Error, "Job {JobId} {Url} brought out a fault of ours")]
    public static partial void AttemptFaulted(this ILogger logger, Exception exception, long jobId, string url);
}
