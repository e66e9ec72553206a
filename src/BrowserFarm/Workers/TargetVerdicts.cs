using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Rendering.Failures;

namespace BrowserFarm.Workers;

/// <summary>What a failure says about the target's load. Pure.</summary>
internal static class TargetVerdicts
{
    /// <summary>How long the target is to be left alone, as far as the failure says so; null when it does not.</summary>
    /// <remarks>
    /// Believed no longer than for the job itself: or one header would close the target for a year, with all its other jobs due. A challenge's delay is ours, for that page
    /// alone: its neighbours may be open to us.
    /// </remarks>
    public static TimeSpan? RetryAfter(AttemptFailure failure, TimeSpan atMost) =>
        failure.Class == FailureClasses.Challenge ? null
        : failure.RetryAfter > atMost ? atMost
        : failure.RetryAfter;

    public static TargetVerdict Of(AttemptFailure failure) => failure switch
    {
        { Kind: FailureKind.Throttled } or { Class: FailureClasses.Challenge } => TargetVerdict.Throttled,
        { Kind: not FailureKind.Transient } => TargetVerdict.Neutral,
        { Class: FailureClasses.Connect or FailureClasses.NoAnswer or FailureClasses.RobotsUnreachable } => TargetVerdict.Overloaded,
        { Class: "http-502" or "http-503" or "http-504" } => TargetVerdict.Overloaded,
        _ => TargetVerdict.Neutral,
    };
}
