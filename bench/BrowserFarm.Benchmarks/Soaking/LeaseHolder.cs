using ContextPool;
using Microsoft.Playwright;
using TestKit;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>What a visit came to.</summary>
internal enum VisitEnd
{
    /// <summary>The content was read.</summary>
    Read,

    /// <summary>A call on the page failed, the lease being alive.</summary>
    Failed,

    /// <summary>The pool took the lease back.</summary>
    Lost,

    /// <summary>An ordinary page gave something else than its content.</summary>
    Wrong,

    /// <summary>The lease was not granted.</summary>
    NotGranted,
}

/// <summary>
/// A bad caller on purpose: leases a tab, opens the page, reads it, and waits for every answer for ever. Only <see cref="LeasedTab.Lost"/> ends
/// its waiting.
/// </summary>
internal sealed class LeaseHolder(IContextPool pool, HostileSite site, SoakPlan plan, PlaceWatch places, SoakLog log, RendererKiller killer, TimeSpan holdAtMost)
{
    private static readonly TimeSpan WaitAtMost = TimeSpan.FromMinutes(10);

    /// <summary>Visits until the plan has no more or the run is to end; what is held then is held to its own end.</summary>
    public async Task RunAsync(CancellationToken noMore)
    {
        while (!noMore.IsCancellationRequested && plan.Next() is { } visit)
        {
            try
            {
                await VisitAsync(visit, noMore);
            }
            catch (Exception exception) when (exception is LeaseTimeoutException or BrowserLaunchException)
            {
                log.Add(visit, VisitEnd.NotGranted, FirstLine(exception));
            }
            catch (OperationCanceledException) when (noMore.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is PlaywrightException or OperationCanceledException)
            {
                log.Add(visit, VisitEnd.Lost, "before its tab was open");
            }
        }
    }

    private async Task VisitAsync(Visit visit, CancellationToken noMore)
    {
        // A key per page: its warm context comes back to it where the last visit left one.
        var request = PoolApi.Request($"visit {visit.Number} to {visit.Page.Name}", visit.Page.Name, WaitAtMost, holdAtMost);
        var tab = await pool.LeaseTabAsync(request, noMore);
        var place = places.Granted(visit, tab);
        try
        {
            var end = await ReadAsync(visit, tab);
            if (end == VisitEnd.Read && visit.Page.Kind == HostileKind.Ordinary)
                tab.MarkSuccessful();
            log.Add(visit, end, "");
        }
        catch (OperationCanceledException) when (tab.Lost.IsCancellationRequested)
        {
            log.Add(visit, VisitEnd.Lost, tab.Loss);
        }
        catch (PlaywrightException exception)
        {
            // The calls fail an instant before the lease says why.
            log.Add(visit, tab.Lost.IsCancellationRequested ? VisitEnd.Lost : VisitEnd.Failed, tab.Lost.IsCancellationRequested ? tab.Loss : FirstLine(exception));
        }
        finally
        {
            await tab.DisposeAsync();
            places.Returned(place);
        }
    }

    private async Task<VisitEnd> ReadAsync(Visit visit, LeasedTab tab)
    {
        tab.Ask();
        await tab.Page.GotoAsync(site.UriOf(visit.Page).AbsoluteUri, new PageGotoOptions { Timeout = 0 }).WaitAsync(tab.Lost);
        if (visit.KillsARenderer)
            killer.KillOne(visit.Number);

        if (visit.Page.Kind == HostileKind.Ordinary)
            await tab.Page.WaitForSelectorAsync(HostileSite.ReadySelector, new PageWaitForSelectorOptions { Timeout = 0 }).WaitAsync(tab.Lost);
        else
            await Task.Delay(TimeToUnfold(visit.Page.Kind), TimeProvider.System, tab.Lost);

        tab.Ask();
        var html = await tab.Page.EvaluateAsync<string>("document.documentElement.outerHTML").WaitAsync(tab.Lost);
        return visit.Page.Kind != HostileKind.Ordinary || html.Contains($"<h1>{visit.Page.Name}</h1>", StringComparison.Ordinal) ? VisitEnd.Read : VisitEnd.Wrong;
    }

    /// <summary>A page is stayed on until it has shown what it is: a loop begins after 300 ms, a bomb needs seconds.</summary>
    private static TimeSpan TimeToUnfold(HostileKind kind) => kind switch
    {
        HostileKind.Bombs or HostileKind.Crashes => TimeSpan.FromSeconds(8),
        _ => TimeSpan.FromMilliseconds(500),
    };

    private static string FirstLine(Exception exception)
    {
        var line = exception.Message.Split('\n')[0];
        return line.Length > 80 ? line[..80] : line;
    }
}
