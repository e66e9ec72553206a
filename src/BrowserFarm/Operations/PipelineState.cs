using System.Globalization;

namespace BrowserFarm.Operations;

/// <summary>How the farm as a whole is doing, in one word.</summary>
public enum PipelineState
{
    /// <summary>Nothing is queued and nothing runs.</summary>
    Idle,

    /// <summary>Attempts run and end.</summary>
    Flowing,

    /// <summary>There is work, and all of it waits for its targets or for a time of its own.</summary>
    Throttled,

    /// <summary>There is work that may run now, and no worker, no context, or no room on the disk for it.</summary>
    Starved,

    /// <summary>There is work that may run now and room for it, or work that should have ended, and nothing happens: a fault of the farm's own.</summary>
    Stalled,
}

/// <summary>What the state is told from, at one instant.</summary>
/// <param name="Queued">Jobs that wait.</param>
/// <param name="Running">Jobs that are claimed.</param>
/// <param name="NextReady">Time until a line is ready, zero or less when one is now; null when all wait for requests to end.</param>
/// <param name="Slots">Jobs that may run at once.</param>
/// <param name="Contexts">Contexts that may be open at once.</param>
/// <param name="WaitForContext">Attempts that wait for a context.</param>
/// <param name="SinceProgress">Time since an attempt began or ended, or since the start.</param>
internal readonly record struct PipelineFacts(
    long Queued, long Running, TimeSpan? NextReady, int Slots, int Contexts, int WaitForContext, TimeSpan SinceProgress)
{
    /// <summary>Why nothing can be written at the moment; null when everything can.</summary>
    public string? Storage { get; init; }
}

/// <summary>A state with the reason for it, in words.</summary>
public sealed record PipelineVerdict(PipelineState State, string Reason);

/// <summary>Tells the state, and finds the deadlock: ready work, free room, no progress. Pure.</summary>
/// <param name="longestAttempt">After this an attempt has ended, whatever it met; longer than that nothing may run without an end.</param>
internal sealed class PipelineRules(TimeSpan longestAttempt)
{
    /// <summary>So long may lie between a line's becoming ready and its claim; what waits is looked for once a second at least.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public PipelineVerdict Decide(PipelineFacts facts)
    {
        if (facts is { Queued: 0, Running: 0 })
            return new PipelineVerdict(PipelineState.Idle, "nothing is left to do");

        if (facts.Storage is { } trouble)
            return new PipelineVerdict(PipelineState.Starved, $"{trouble}; it goes on by itself when that is over");

        if (facts.Running > 0)
        {
            return facts.SinceProgress > longestAttempt
                ? new PipelineVerdict(PipelineState.Stalled, Invariant($"{BeingWorkedOn(facts.Running)} and {(facts.Running == 1 ? "has not ended" : "none has ended")} for {facts.SinceProgress.TotalSeconds:0} s"))
                : facts.WaitForContext >= facts.Running && facts.SinceProgress > Patience
                    ? new PipelineVerdict(PipelineState.Starved, Invariant($"{AllInHand(facts.Running)} for a browser context; there may be {facts.Contexts}"))
                    : new PipelineVerdict(PipelineState.Flowing, BeingWorkedOn(facts.Running));
        }

        if (facts.NextReady is not { } wait)
            return new PipelineVerdict(PipelineState.Throttled, "every waiting page waits for a request to its site to end");
        if (wait > TimeSpan.Zero)
            return new PipelineVerdict(PipelineState.Throttled, Invariant($"no page may be asked for before {Math.Ceiling(wait.TotalSeconds):0} s from now"));
        if (facts.Slots < 1 || facts.Contexts < 1)
            return new PipelineVerdict(PipelineState.Starved, "pages could be asked for, and there may be no browser context: memory is short");

        return facts.SinceProgress > Patience
            ? new PipelineVerdict(PipelineState.Stalled, Invariant($"pages could be asked for, there is room, and nothing has happened for {facts.SinceProgress.TotalSeconds:0} s"))
            : new PipelineVerdict(PipelineState.Flowing, "the next pages are about to be asked for");
    }

    private static string BeingWorkedOn(long pages) => pages == 1 ? "1 page is being worked on" : Invariant($"{pages} pages are being worked on");

    private static string AllInHand(long pages) => pages == 1 ? "the one page in hand waits" : Invariant($"all {pages} pages in hand wait");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
