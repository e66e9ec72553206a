using System.Diagnostics;
using BrowserFarm.Benchmarks.Reporting;
using ContextPool;
using TestKit;

namespace BrowserFarm.Benchmarks.Pooling;

/// <summary>How long a caller waits for a tab of a real browser while nobody else wants one.</summary>
internal static class LeasesBenchmark
{
    private const int WarmLeases = 500;
    private const int FreshLeases = 100;

    public static async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var site = await HostileSite.StartAsync(cancellationToken);
        await using var pool = PoolApi.Open(new PoolSettings(MaxContexts: 4));
        var page = site.UriOf(site.PageNamed("products"));

        await LeaseAsync(pool, "same", page, cancellationToken);
        var warm = new Samples();
        for (var i = 0; i < WarmLeases; i++)
            warm.Add(await LeaseAsync(pool, "same", visit: null, cancellationToken));

        var atOnce = new Samples();
        for (var i = 0; i < WarmLeases; i++)
            atOnce.Add(await LeaseAsync(pool, "same", visit: null, cancellationToken, waitForIdle: false));

        var fresh = new Samples();
        for (var i = 0; i < FreshLeases; i++)
            fresh.Add(await LeaseAsync(pool, key: null, page, cancellationToken));

        return "### Leases\n\nReal browser, from the request to an open tab; the next request when the pool is idle, but for the second row.\n\n"
            + new MarkdownTable("Lease", "Count", "p50", "p99", "Worst").Add(Row("warm: same key, tab navigated once before", warm)).Add(Row("warm, asked for in the moment of the return", atOnce)).Add(Row("fresh context", fresh));
    }

    /// <summary>Leases, visits a page if there is one to visit, returns, and waits until the pool is idle.</summary>
    /// <returns>The time of the lease alone.</returns>
    private static async Task<TimeSpan> LeaseAsync(IContextPool pool, string? key, Uri? visit, CancellationToken cancellationToken, bool waitForIdle = true)
    {
        TimeSpan took;
        var request = PoolApi.Request("bench", key, Bounds.Medium, Bounds.Medium);
        var started = Stopwatch.GetTimestamp();
        await using (var tab = await pool.LeaseTabAsync(request, cancellationToken))
        {
            took = Stopwatch.GetElapsedTime(started);
            if (visit is not null)
            {
                await tab.Page.GotoAsync(visit.AbsoluteUri);
                await tab.Page.WaitForSelectorAsync(HostileSite.ReadySelector);
            }

            tab.MarkSuccessful();
        }

        if (waitForIdle)
            await Eventually.HoldsAsync(() => pool.State() is { InUse: 0, Scrubbing: 0 }, Bounds.Medium, "the pool is idle again");
        return took;
    }

    private static string[] Row(string name, Samples samples) =>
        [name, $"{samples.Count}", Figures.Milliseconds(samples.Quantile(0.5)), Figures.Milliseconds(samples.Quantile(0.99)), Figures.Milliseconds(samples.Quantile(1))];
}
