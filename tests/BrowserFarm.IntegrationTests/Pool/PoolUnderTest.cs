using ContextPool;
using ContextPool.Leasing;
using Microsoft.Playwright;
using TestKit;

namespace BrowserFarm.IntegrationTests.Pool;

/// <summary>What the tests of faults have in common: an impatient pool, its processes, and calls that nobody waits for.</summary>
internal static class PoolUnderTest
{
    /// <summary>Heartbeats and patience a tenth of the usual, so that a test ends in seconds.</summary>
    public static ContextPoolOptions Impatient(int contexts, Action<ContextPoolOptions>? configure = null)
    {
        var options = new ContextPoolOptions
        {
            MaxContexts = contexts,
            MaxContextsPerCore = 16,
            BlankContexts = 0,
            HeartbeatInterval = TimeSpan.FromSeconds(1),
        };
        options.KillAfter.Least = options.KillAfter.Default = TimeSpan.FromSeconds(4);
        options.KillAfter.Most = TimeSpan.FromSeconds(8);
        configure?.Invoke(options);
        return options;
    }

    /// <summary>Goes to a page and forgets about it: a page that hangs would never let go.</summary>
    public static void Open(this ContextLease lease, Uri address) => Forget(lease.Page.GotoAsync(
        address.AbsoluteUri, new PageGotoOptions { Timeout = 0, WaitUntil = WaitUntilState.Commit }));

    public static void Forget(Task call) => _ = call.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);

    public static async Task ShouldWorkAsync(this ContextLease lease)
    {
        await lease.Page.SetContentAsync("<p id=p>alive</p>").WaitAsync(Bounds.Medium);
        (await lease.Page.TextContentAsync("#p").WaitAsync(Bounds.Medium)).Should().Be("alive");
        lease.Loss.Should().Be(LeaseLoss.None);
    }

    public static async Task ShouldBeLostAsync(this ContextLease lease, LeaseLoss loss)
    {
        await Eventually.HoldsAsync(() => lease.Lost.IsCancellationRequested, Bounds.Long, $"the holder hears of {loss}");
        lease.Loss.Should().Be(loss);
    }

    public static Task NothingInUseAsync(BrowserContextPool pool) =>
        Eventually.HoldsAsync(() => pool.Snapshot().InUse == 0, Bounds.Medium, "every place comes back");

    /// <summary>Process ids below the pool's drivers whose command line has this argument.</summary>
    public static IReadOnlyList<int> Processes(BrowserContextPool pool, string argument) =>
        [.. pool.Snapshot().Cells.SelectMany(cell => ProcessTable.DescendantsOf(cell.DriverPid!.Value))
            .Where(process => !process.IsZombie && process.CommandLine.Contains(argument, StringComparison.Ordinal)).Select(process => process.Pid)];

    public static IReadOnlyList<int> Renderers(BrowserContextPool pool) => Processes(pool, "--type=renderer");

    public static bool IsGone(int pid) => ProcessTable.Find(pid) is null or { IsZombie: true };
}
