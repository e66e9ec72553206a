using System.Diagnostics;
using BrowserFarm.Hosting;
using ContextPool;
using ContextPool.Browsers;
using ContextPool.Leasing;
using ContextPool.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;

namespace BrowserFarm.Benchmarks;

/// <summary>What a run sets of the pool; everything else keeps its default.</summary>
/// <param name="HeartbeatInterval">Null for the pool's default.</param>
/// <param name="KillAfter">The least, the most and the first bound for a silent page; null for the pool's defaults.</param>
/// <param name="MeasureTabCost">False pins the estimate to the fixed rule of 150 MB a tab.</param>
internal sealed record PoolSettings(
    int? MaxContexts = null,
    int? MaxContextsPerCore = null,
    TimeSpan? HeartbeatInterval = null,
    (TimeSpan Least, TimeSpan Most, TimeSpan Default)? KillAfter = null,
    bool MeasureTabCost = true);

/// <summary>The pool at one instant, as far as a run looks at it.</summary>
/// <param name="Closing">Places of leases that have ended, not free yet.</param>
/// <param name="Scrubbing">Tabs that are leaving the page of their last lease.</param>
/// <param name="AvailableBytes">Memory that is free for more.</param>
/// <param name="TabBytes">What one more tab is reckoned with.</param>
/// <param name="Cells">Process ids of browser and driver; null when not known.</param>
internal sealed record PoolState(
    int InUse, int Closing, int Scrubbing, int Waiting, int Capacity, string Bound, long AvailableBytes, long TabBytes,
    IReadOnlyList<(int? Browser, int? Driver)> Cells);

/// <summary>The one file that knows the pool's interface; the runs use only this.</summary>
internal static class PoolApi
{
    /// <summary>Name of the pool's meter.</summary>
    public const string Meter = "ContextPool";

    /// <summary>A pool on this machine's memory and Chromium, with the settings of <c>playwright.config.json</c>.</summary>
    public static IContextPool Open(PoolSettings settings)
    {
        var options = OptionsOf(settings);
        PlaywrightConfigFile.Load(null).ApplyTo(options);
        return new BrowserContextPool(options);
    }

    /// <summary>A pool without a machine below it: what its own work costs.</summary>
    public static IContextPool Open(PoolSettings settings, IBrowserLauncher launcher, IMemoryProbe probe)
    {
        var options = OptionsOf(settings);
        options.MaxContextsServedPerCell = 100_000;
        return new BrowserContextPool(options, launcher, probe, TimeProvider.System, NullLogger<BrowserContextPool>.Instance);
    }

    /// <param name="key">Leases with the same key may share a warm context; null asks for a fresh one.</param>
    public static LeaseRequest Request(string holder, string? key, TimeSpan waitAtMost, TimeSpan holdAtMost) =>
        new(holder) { Key = key is null ? null : new ContextKey("bench", key), WaitAtMost = waitAtMost, HoldAtMost = holdAtMost };

    /// <summary>Leases a tab.</summary>
    public static async Task<LeasedTab> LeaseTabAsync(this IContextPool pool, LeaseRequest request, CancellationToken cancellationToken) =>
        new(await pool.LeaseAsync(request, cancellationToken));

    public static PoolState State(this IContextPool pool)
    {
        var now = pool.Snapshot();
        return new PoolState(
            now.InUse, now.Closing, now.Scrubbing, now.Waiting, now.Capacity.Contexts, now.Capacity.Bound.ToString(),
            now.Memory.AvailableBytes, now.TabBytes, [.. now.Cells.Select(cell => (cell.BrowserPid, cell.DriverPid))]);
    }

    /// <summary>How long a hung page may stay unnoticed at most: the T_kill that recovery is held against.</summary>
    public static TimeSpan KillAfterAtMost(PoolSettings settings, TimeSpan holdAtMost) =>
        settings.KillAfter?.Most is { } most && most < holdAtMost ? most : holdAtMost;

    private static ContextPoolOptions OptionsOf(PoolSettings settings)
    {
        var options = new ContextPoolOptions { MaxContexts = settings.MaxContexts };
        options.MaxContextsPerCore = settings.MaxContextsPerCore ?? options.MaxContextsPerCore;
        options.HeartbeatInterval = settings.HeartbeatInterval ?? options.HeartbeatInterval;
        options.MeasureTabCost = settings.MeasureTabCost;
        if (settings.KillAfter is { } kill)
            (options.KillAfter.Least, options.KillAfter.Most, options.KillAfter.Default) = kill;
        return options;
    }
}

/// <summary>A lease with its open tab.</summary>
internal sealed class LeasedTab(ContextLease lease) : IAsyncDisposable
{
    /// <summary>Timestamp of the moment the pool lent it.</summary>
    public long GrantedAt { get; } = Stopwatch.GetTimestamp();

    /// <summary>Timestamp of the last call on the page that was begun; the grant before there was one. A hang cannot have begun earlier and be noticed by its holder.</summary>
    public long AskedAt { get; private set; } = Stopwatch.GetTimestamp();

    public IPage Page => lease.Page;

    /// <summary>A call on the page begins.</summary>
    public void Ask() => AskedAt = Stopwatch.GetTimestamp();

    /// <summary>Cancelled when the lease ended before it was returned.</summary>
    public CancellationToken Lost => lease.Lost;

    /// <summary>Why it was lost; <c>None</c> while it was not.</summary>
    public string Loss => lease.Loss.ToString();

    /// <summary>Whether the page did what was wanted.</summary>
    public bool WasSuccessful => lease.Succeeded;

    /// <summary>Tells the pool that the page did what was wanted; T_kill is learned from these.</summary>
    public void MarkSuccessful() => lease.MarkSuccessful();

    public ValueTask DisposeAsync() => lease.DisposeAsync();
}
