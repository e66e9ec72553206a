using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Rendering;

namespace BrowserFarm.Workers;

/// <summary>How many attempts run at once and how long each may take, with the settings of what they pass through.</summary>
public sealed class FarmOptions
{
    /// <summary>Attempts at once. Null (default): as many as the pool has places for when the farm starts.</summary>
    public int? Workers { get; set; }

    /// <summary>Time that running attempts get to finish when the farm is told to stop. Default 25 s, below the 30 s that orchestrators give.</summary>
    public TimeSpan DrainGrace { get; set; } = TimeSpan.FromSeconds(25);

    public RenderOptions Render { get; set; } = new();

    public RetryOptions Retry { get; set; } = new();

    public TargetLimitOptions TargetLimit { get; set; } = new();

    /// <summary>How long a claim holds: a whole attempt, the wait for a context before it and the storing after it.</summary>
    public TimeSpan ClaimFor => LeaseWait + Render.AttemptTimeout + TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for a free context.</summary>
    public static TimeSpan LeaseWait { get; } = TimeSpan.FromMinutes(5);
}
