using System.Text.Json;
using System.Text.Json.Serialization;
using BrowserFarm.Limiting;
using BrowserFarm.Scheduling;
using ContextPool.Memory;

namespace BrowserFarm.Operations;

/// <summary>What a running farm says of itself, for other programs: written once a second as <c>status.json</c> into the crawl's folder.</summary>
/// <param name="At">When it was written; one that is older than <see cref="FreshFor"/> is from a farm that does not run.</param>
/// <param name="DrainSeconds">Time until the queue is empty at this pace; null while it does not empty.</param>
/// <param name="Bound">Why no more pages are worked on at once.</param>
/// <param name="AtOnce">Pages at once that the present pace takes: pages a second by the mean time of one (Little's law).</param>
/// <param name="TargetsBear">Requests at once that the targets being asked bear together.</param>
/// <param name="LaneWeights">How many turns each lane has of the sum of them all, by the lane's number.</param>
/// <param name="ContextsBound">Why no more contexts may be open.</param>
/// <param name="Discovery">Whether links that are found go into the lines.</param>
/// <param name="NodesAdvised">Machines like this one that would empty the queue in time; null when this one does, or more would not help.</param>
/// <param name="Targets">Those with most requests in flight first; not all of very many.</param>
public sealed record FarmStatus(
    DateTimeOffset At,
    PipelineState State,
    string Reason,
    double FoundPerSecond,
    double EndedPerSecond,
    double? DrainSeconds,
    int Slots,
    int Busy,
    BudgetBound Bound,
    double AtOnce,
    int TargetsBear,
    IReadOnlyList<int> LaneWeights,
    int Contexts,
    int ContextsInUse,
    CapacityBound ContextsBound,
    int HttpSlots,
    int HttpBusy,
    DiscoverySnapshot Discovery,
    int? NodesAdvised,
    IReadOnlyList<TargetStatus> Targets)
{
    /// <summary>Why nothing can be written at the moment, in words; null when everything can.</summary>
    public string? Storage { get; init; }

    /// <summary>Why the crawl's webhook does not take its results, in words; null when it does, or there is none.</summary>
    public string? Webhook { get; init; }

    public static TimeSpan FreshFor { get; } = TimeSpan.FromSeconds(10);

    public static FarmStatus Of(FarmSnapshot now, DateTimeOffset at) => new(
        at, now.Pipeline.State, now.Pipeline.Reason, now.Flow.FoundPerSecond, now.Flow.EndedPerSecond, now.Flow.Drain?.TotalSeconds,
        now.Budget.Limit, now.Budget.Busy, now.Budget.Bound, now.Budget.AtOnce, now.Budget.TargetsBear, now.LaneWeights, now.Pool.Capacity.Contexts, now.Pool.InUse, now.Pool.Capacity.Bound,
        now.HttpSlots, now.HttpBusy, now.Discovery, now.NodesAdvised,
        [.. now.Targets.Select(target => TargetStatus.Of(target, at))])
    {
        Storage = now.Storage?.Reason,
        Webhook = now.Webhook,
    };

    /// <summary>The last word of a farm that lives and cannot write what it would say now.</summary>
    /// <param name="trouble">What is known of the reason, without a full stop.</param>
    public FarmStatus Silenced(string trouble) => this with { State = PipelineState.Starved, Reason = trouble, Storage = trouble };

    /// <summary>A program that has nothing to do but wait for the next run of a recurring crawl: no workers, no browser.</summary>
    public static FarmStatus Waiting(DateTimeOffset nextRunAt, DateTimeOffset at) => new(
        at, PipelineState.Idle, $"the next run is due at {nextRunAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z", FoundPerSecond: 0, EndedPerSecond: 0, DrainSeconds: null,
        Slots: 0, Busy: 0, default, AtOnce: 0, TargetsBear: 0, [], Contexts: 0, ContextsInUse: 0, default, HttpSlots: 0, HttpBusy: 0, new DiscoverySnapshot(DiscoveryPause.None, [], Deferred: 0),
        NodesAdvised: null, Targets: []);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, FarmStatusJson.Default.FarmStatus);

    /// <returns>Null when it is not one: of another release, or half of it.</returns>
    public static FarmStatus? FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, FarmStatusJson.Default.FarmStatus);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One target, as the farm that asks it sees it.</summary>
/// <param name="Limit">Requests that may be in flight at once.</param>
/// <param name="BlockedUntil">It refused and is left alone until then; null when it is not.</param>
/// <param name="SpacedUntil">The gap between two requests ends then; null when it is over.</param>
/// <param name="SecondsPerRequest">How long one takes, on average of late; null before one ended.</param>
public sealed record TargetStatus(string Target, int Limit, int InFlight, DateTimeOffset? BlockedUntil, DateTimeOffset? SpacedUntil, double? SecondsPerRequest)
{
    public static TargetStatus Of(TargetLimitSnapshot target, DateTimeOffset at) => new(
        target.Target.Value, target.Limit, target.InFlight,
        target.BlockedFor > TimeSpan.Zero ? at + target.BlockedFor : null,
        target.SpacedFor > TimeSpan.Zero ? at + target.SpacedFor : null,
        target.Duration?.TotalSeconds);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(FarmStatus))]
internal sealed partial class FarmStatusJson : JsonSerializerContext;
