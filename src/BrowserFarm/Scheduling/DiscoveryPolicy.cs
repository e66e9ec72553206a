using System.Collections.Immutable;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Scheduling;

/// <summary>Why links that are found wait outside of the lines.</summary>
public enum DiscoveryPause
{
    /// <summary>They do not.</summary>
    None,

    /// <summary>The lines hold as many pages as they should.</summary>
    QueueFull,

    /// <summary>Most attempts come to nothing and are made again: what is new and not pressing comes after them.</summary>
    Retries,
}

/// <summary>When discovery pauses.</summary>
public sealed record DiscoveryOptions
{
    /// <summary>Pages waiting in the lines from which links that are found wait outside. Default 200 000; at least 1.</summary>
    public long PauseAt { get; init; } = 200_000;

    /// <summary>The same of one target that does not bear more requests: a quarter of it, and at least a thousand.</summary>
    public long TargetPauseAt => Math.Max(1000, PauseAt / 4);

    /// <summary>Discovery goes on when no more than this is left: four fifths.</summary>
    public long ResumeAt => Math.Max(1, PauseAt * 4 / 5);

    /// <summary>The same of one target; no line is filled further from outside.</summary>
    public long TargetResumeAt => TargetPauseAt * 4 / 5;
}

/// <summary>What the decision is made from.</summary>
/// <param name="Longest">Lines with at least <see cref="DiscoveryOptions.TargetResumeAt"/> waiting pages.</param>
/// <param name="HeldUp">Of their targets those that do not bear another request now.</param>
/// <param name="RetryShare">Share of the last minute's attempts that will be made again, 0 to 1; 0 of few.</param>
internal readonly record struct DiscoveryFacts(long Queued, IReadOnlyList<LongLine> Longest, IReadOnlySet<TargetKey> HeldUp, double RetryShare);

/// <summary>Which links wait outside. Immutable.</summary>
/// <param name="Whole">Those of every target.</param>
/// <param name="Targets">Those of these targets.</param>
internal sealed record DiscoveryState(DiscoveryPause Whole, ImmutableHashSet<TargetKey> Targets)
{
    public static DiscoveryState Open { get; } = new(DiscoveryPause.None, []);
}

/// <summary>
/// Decides when a crawl finds more than it can read: then what it finds waits outside of the lines, durable and counted, until there is room again. Pure.
/// </summary>
/// <remarks>Each pause ends below where it began, or it would begin again with the next page. Figures chosen, not measured.</remarks>
internal static class DiscoveryPolicy
{
    private const double RetriesFrom = 0.5;
    private const double RetriesTo = 0.3;

    public static DiscoveryState Next(DiscoveryState before, DiscoveryFacts facts, DiscoveryOptions options)
    {
        var fullFrom = before.Whole == DiscoveryPause.QueueFull ? options.ResumeAt : options.PauseAt;
        var retriesFrom = before.Whole == DiscoveryPause.Retries ? RetriesTo : RetriesFrom;
        var whole = facts.Queued >= fullFrom ? DiscoveryPause.QueueFull
            : facts.RetryShare >= retriesFrom ? DiscoveryPause.Retries
            : DiscoveryPause.None;
        var targets = facts.Longest
            .Where(line => before.Targets.Contains(line.Target) ? line.Queued >= options.TargetResumeAt : line.Queued >= options.TargetPauseAt && facts.HeldUp.Contains(line.Target))
            .Select(line => line.Target);
        return new DiscoveryState(whole, [.. targets]);
    }

    /// <summary>Whether a page that was found waits outside.</summary>
    public static bool Defers(DiscoveryState state, NewJob job) =>
        state.Whole == DiscoveryPause.QueueFull
        || (state.Whole == DiscoveryPause.Retries && job is { Lane: not Lane.Urgent, Priority: <= 0 })
        || state.Targets.Contains(job.Url.Target);
}
