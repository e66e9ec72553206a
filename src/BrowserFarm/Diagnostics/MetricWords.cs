using System.Collections.Frozen;
using BrowserFarm.Rendering.Failures;

namespace BrowserFarm.Diagnostics;

/// <summary>How an attempt can end, in the words of the metrics.</summary>
public static class AttemptEnds
{
    /// <summary>The page was read.</summary>
    public const string Succeeded = "succeeded";

    /// <summary>It will be tried again, and this try counts.</summary>
    public const string Retried = "retried";

    /// <summary>It is given up: a dead letter.</summary>
    public const string Failed = "failed";

    /// <summary>Its crawl was cancelled meanwhile.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Back into the line without counting: the target asked for patience, the browser was lost, or we are stopping.</summary>
    public const string GivenBack = "given-back";

    /// <summary>Any other word: a fault of ours, which must not cost a new series.</summary>
    public const string Other = "other";

    public static FrozenSet<string> All { get; } = new[] { Succeeded, Retried, Failed, Cancelled, GivenBack, Other }.ToFrozenSet(StringComparer.Ordinal);

    /// <returns>One of <see cref="All"/>, whatever comes in.</returns>
    public static string Of(string? end) => end is not null && All.Contains(end) ? end : Other;
}

/// <summary>Classes of failures in the words of the metrics: those of the results, with statuses of HTTP folded together.</summary>
public static class FailureWords
{
    public const string Http4xx = "http-4xx";
    public const string Http5xx = "http-5xx";

    /// <summary>A class that is not listed here, also of statuses that are none.</summary>
    public const string Other = "other";

    /// <summary>Given by the queue to a job that five workers have left without a word.</summary>
    private const string ClaimLost = "claim-lost";

    private const string StatusPrefix = "http-";

    public static FrozenSet<string> All { get; } = new[]
    {
        FailureClasses.Dns, FailureClasses.Connect, FailureClasses.Tls, FailureClasses.Proxy, FailureClasses.NoAnswer, FailureClasses.BadAnswer,
        FailureClasses.Redirects, FailureClasses.NotAPage, FailureClasses.LeftTheWeb, FailureClasses.Challenge, FailureClasses.PageHung,
        FailureClasses.SelectorMissing, FailureClasses.NotReady, FailureClasses.ActionFailed, FailureClasses.HandlerFailed, FailureClasses.FieldMissing,
        FailureClasses.DialogStorm, FailureClasses.PopupStorm, FailureClasses.FrameStorm, FailureClasses.PageCrashed, FailureClasses.MemoryExceeded,
        FailureClasses.BrowserLost, FailureClasses.Robots, FailureClasses.RobotsUnreachable, FailureClasses.Unexpected,
        ClaimLost, Http4xx, Http5xx, Other,
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <returns>One of <see cref="All"/>, whatever comes in.</returns>
    public static string Of(string failureClass) =>
        All.Contains(failureClass) ? failureClass
        : !failureClass.StartsWith(StatusPrefix, StringComparison.Ordinal) || failureClass.Length != StatusPrefix.Length + 3 ? Other
        : failureClass[StatusPrefix.Length] switch
        {
            '4' when HasDigits(failureClass) => Http4xx,
            '5' when HasDigits(failureClass) => Http5xx,
            _ => Other,
        };

    private static bool HasDigits(string failureClass) => char.IsAsciiDigit(failureClass[^1]) && char.IsAsciiDigit(failureClass[^2]);
}
