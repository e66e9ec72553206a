using System.Diagnostics;
using BrowserFarm.Benchmarks.Machine;
using ContextPool;
using Microsoft.Playwright;
using TestKit;

namespace BrowserFarm.Benchmarks.Pooling;

/// <summary>Holds as many tabs with ordinary pages as the pool gives, in some rounds with memory bombs among them.</summary>
internal sealed class DensityRun(bool measure)
{
    /// <summary>The first rounds teach the pool what a tab costs; in service, that is the first minutes.</summary>
    private const int LearningRounds = 2;

    private const int CalmRounds = 2;
    private const int BombedRounds = 2;
    private const int BombsPerRound = 3;

    /// <summary>When no tab was granted for so long, the pool gives no more: its capacity rises by one every two seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan HoldAtMost = TimeSpan.FromHours(1);

    /// <summary>Time for a bomb to reach its 2 GB or its end.</summary>
    private static readonly TimeSpan Fuse = TimeSpan.FromSeconds(20);

    private readonly List<LeasedTab> _tabs = [];
    private int _bombs;
    private int _bombsTakenBack;
    private int _othersTakenBack;

    public async Task<DensityFound> RunAsync(CancellationToken cancellationToken)
    {
        var group = ControlGroupMemory.OfThisProcess();
        var oomKills = group?.OomKills;
        await using var site = await HostileSite.StartAsync(cancellationToken);
        await using var pool = PoolApi.Open(new PoolSettings(MaxContextsPerCore: 64, MeasureTabCost: measure));
        List<int> learning = [], calm = [], bombed = [];

        for (var round = 0; round < LearningRounds + CalmRounds + BombedRounds; round++)
        {
            await FillAsync(pool, site, cancellationToken);
            if (round < LearningRounds + CalmRounds)
            {
                (round < LearningRounds ? learning : calm).Add(_tabs.Count);
            }
            else
            {
                await SetOffBombsAsync(site, round, cancellationToken);
                await FillAsync(pool, site, cancellationToken);
                bombed.Add(_tabs.Count);
            }

            await Console.Error.WriteLineAsync($"density: round {round + 1}, {(measure ? "measured" : "fixed")}: {_tabs.Count} held, capacity {pool.State().Capacity} ({pool.State().Bound})");
            await GiveBackAsync(pool);
        }

        return new DensityFound(group?.LimitBytes, learning, calm, bombed, _bombs, _bombsTakenBack, _othersTakenBack, group?.OomKills - oomKills, group?.PeakBytes ?? 0);
    }

    /// <summary>Takes tabs until the pool gives no more for a while.</summary>
    private async Task FillAsync(IContextPool pool, HostileSite site, CancellationToken cancellationToken)
    {
        while (true)
        {
            await DropLostAsync();
            try
            {
                var tab = await pool.LeaseTabAsync(PoolApi.Request($"tab {_tabs.Count}", key: null, Patience, HoldAtMost), cancellationToken);
                _tabs.Add(tab);
                await OpenAsync(tab, site.UriOf(site.Ordinary[_tabs.Count % site.Ordinary.Count]), Bounds.Medium);
            }
            catch (LeaseTimeoutException)
            {
                return;
            }
            catch (Exception exception) when (exception is PlaywrightException or BrowserLaunchException)
            {
                _othersTakenBack++;   // shed before its tab was open
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                _othersTakenBack++;
            }
        }
    }

    private async Task SetOffBombsAsync(HostileSite site, int round, CancellationToken cancellationToken)
    {
        var bombs = site.Pages.Where(page => page.Kind == HostileKind.Bombs).ToList();
        var carriers = _tabs.Take(BombsPerRound).ToList();
        for (var i = 0; i < carriers.Count; i++)
            await OpenAsync(carriers[i], site.UriOf(bombs[((round * BombsPerRound) + i) % bombs.Count]), Bounds.Short);

        var lit = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(lit) < Fuse && carriers.Any(tab => !tab.Lost.IsCancellationRequested))
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);

        _bombs += carriers.Count;
        _bombsTakenBack += carriers.Count(tab => tab.Lost.IsCancellationRequested);
        foreach (var carrier in carriers)
        {
            _tabs.Remove(carrier);
            await carrier.DisposeAsync();
        }

        await DropLostAsync();
    }

    private async Task DropLostAsync()
    {
        foreach (var lost in _tabs.Where(tab => tab.Lost.IsCancellationRequested).ToList())
        {
            _othersTakenBack++;
            _tabs.Remove(lost);
            await lost.DisposeAsync();
        }
    }

    private async Task GiveBackAsync(IContextPool pool)
    {
        foreach (var tab in _tabs)
            await tab.DisposeAsync();
        _tabs.Clear();
        await Eventually.HoldsAsync(() => pool.State().InUse == 0, Bounds.Medium, "all places are free again");
    }

    /// <summary>What becomes of the page is for the pool to see; a call that fails here has its reason there.</summary>
    private static async Task OpenAsync(LeasedTab tab, Uri uri, TimeSpan bound)
    {
        try
        {
            await tab.Page.GotoAsync(uri.AbsoluteUri, new PageGotoOptions { Timeout = (float)bound.TotalMilliseconds }).WaitAsync(tab.Lost);
        }
        catch (Exception exception) when (exception is PlaywrightException or TimeoutException or OperationCanceledException)
        {
            // Counted where the lost are.
        }
    }
}
