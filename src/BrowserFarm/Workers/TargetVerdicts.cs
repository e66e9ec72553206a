using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Rendering.Failures;

namespace BrowserFarm.Workers;

/// <summary>What a failure says about the target's load. Pure.</summary>
internal static class TargetVerdicts
{
    public static TargetVerdict Of(AttemptFailure failure) => failure switch
    {
        { Kind: FailureKind.Throttled } or { Class: FailureClasses.Challenge } => TargetVerdict.Throttled,
        { Kind: not FailureKind.Transient } => TargetVerdict.Neutral,
        { Class: FailureClasses.Connect or FailureClasses.NoAnswer or FailureClasses.RobotsUnreachable } => TargetVerdict.Overloaded,
        { Class: "http-502" or "http-503" or "http-504" } => TargetVerdict.Overloaded,
        _ => TargetVerdict.Neutral,
    };
}
