using BrowserFarm.Crawling.Frames;
using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Frames;
using ContextPool;
using ContextPool.Leasing;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>Renders a page in a borrowed context, in the kind of tab in which its site's pages are known to be the same: lease → render → <em>lease ends</em>.</summary>
/// <remarks>
/// What kind that is decide <see cref="FramesPolicy"/> and <see cref="FrameMemory"/>. A page that is compared is asked for twice, one after the other, under its one permit, so that its
/// site never has more of us at once than it bears. What a crawl gets of it is always what the ordinary tab showed.
/// </remarks>
internal sealed class TabRenderer(IContextPool pool, IRenderer renderer, TargetLimiters limiters, FarmOptions options, TimeProvider time, ILogger logger, FarmMetrics? metrics)
{
    /// <exception cref="LeaseTimeoutException">No context came free in time.</exception>
    /// <exception cref="BrowserNotFoundException">As the pool says.</exception>
    /// <exception cref="BrowserLaunchException">As the pool says.</exception>
    public async Task<RenderOutcome> RenderAsync(CrawlPlan plan, Job job, RenderRequest request, Admission admission, ContextWait wait, CancellationToken cancellationToken)
    {
        switch (Choose(plan, job, request))
        {
            case TabChoice.Frameless:
                var outcome = await InAsync(plan, job, request with { IsFinal = static _ => false }, frameless: true, wait, cancellationToken);
                if (outcome is not RenderOutcome.Failed { Failure: var failure } || !FramesPolicy.MayBeForWantOf(failure) || limiters.TryAdmit(job.Url.Target) is not { } second)
                    return outcome;
                using (second)
                    return await AgainAsync(plan, job, request with { Turn = TurnOf(limiters, second) }, failure, wait, cancellationToken);

            case TabChoice.Both:
                // The permit is kept for the second time.
                var ordinary = await InAsync(plan, job, request with { Turn = request.Turn with { Served = static _ => { } } }, frameless: false, wait, cancellationToken);
                if (ordinary is RenderOutcome.Rendered { Page: var page })
                    await CompareAsync(plan, job, request with { IsFinal = static _ => false }, page, admission, wait, cancellationToken);
                return ordinary;

            default:
                return await InAsync(plan, job, request, frameless: false, wait, cancellationToken);
        }
    }

    public static TargetTurn TurnOf(TargetLimiters limiters, Admission admission) => new(() => !limiters.IsBlocked(admission.Target), admission.Served);

    /// <summary>What failed before is not made harder to understand.</summary>
    private TabChoice Choose(CrawlPlan plan, Job job, RenderRequest request) =>
        options.Render.Frameless && !request.WasTried && !request.KeepProfile && FramesPolicy.CanDoWithout(request.Wish) && !limiters.IsSpaced(job.Url.Target)
            ? plan.Frames.Choose(job.Url) : TabChoice.Ordinary;

    private async Task<RenderOutcome> AgainAsync(CrawlPlan plan, Job job, RenderRequest request, AttemptFailure failure, ContextWait wait, CancellationToken cancellationToken)
    {
        var outcome = await InAsync(plan, job, request, frameless: false, wait, cancellationToken);
        if (outcome is RenderOutcome.Rendered)
            Learn(plan, job, failure.Reason);
        return outcome;
    }

    private async Task CompareAsync(CrawlPlan plan, Job job, RenderRequest request, RenderedPage page, Admission admission, ContextWait wait, CancellationToken cancellationToken)
    {
        try
        {
            switch (await InAsync(plan, job, request, frameless: true, wait, cancellationToken))
            {
                case RenderOutcome.Rendered { Page: var other }:
                    metrics?.TabsCompared();
                    Learn(plan, job, PageLikeness.Difference(page, other));
                    break;
                case RenderOutcome.Failed { Failure: var failure }:
                    if (TargetVerdicts.Of(failure) is not TargetVerdict.Neutral and var verdict)
                        admission.Report(verdict, TargetVerdicts.RetryAfter(failure, options.Retry.MaxRetryAfter));
                    if (FramesPolicy.MayBeForWantOf(failure))
                        Learn(plan, job, failure.Reason);
                    break;
            }
        }
        catch (Exception exception) when (exception is LeaseTimeoutException or BrowserLaunchException)
        {
            // The page is read; it is compared another time.
        }
    }

    private void Learn(CrawlPlan plan, Job job, string? difference)
    {
        switch (plan.Frames.Compared(job.Url, difference is null))
        {
            case FrameNews.SiteProven:
                logger.FramesNotNeeded(job.Url.Target.Value, FrameTrial.Proofs);
                break;
            case FrameNews.KindDiffers:
                logger.FramesNeeded(job.Url.Value, difference ?? "");
                break;
            case FrameNews.SiteGivenUp:
                logger.FramesNeededBySite(job.Url.Value, difference ?? "", FrameTrial.MaxKindsThatDiffer);
                break;
        }
    }

    private async Task<RenderOutcome> InAsync(CrawlPlan plan, Job job, RenderRequest request, bool frameless, ContextWait wait, CancellationToken cancellationToken)
    {
        await using var lease = await LeaseAsync(plan, job, frameless, wait, cancellationToken);
        var outcome = await renderer.RenderAsync(lease, request, cancellationToken);
        if (outcome is not RenderOutcome.Rendered { Page: var page })
            return outcome;

        lease.MarkSuccessful(hasJustAnswered: true);   // the last thing that was done is to read it
        if (options.Render.Frameless)
            plan.Frames.Read(job.Url, frameless);
        if (!frameless)
            return outcome;
        metrics?.PageWithoutFrames();
        return new RenderOutcome.Rendered(page with { Frameless = true });
    }

    private async Task<ContextLease> LeaseAsync(CrawlPlan plan, Job job, bool frameless, ContextWait wait, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        using var span = FarmTraces.Step("lease");
        try
        {
            return await pool.LeaseAsync(RequestFor(plan, job, frameless), cancellationToken);
        }
        finally
        {
            wait.Add(time.GetElapsedTime(asked));
        }
    }

    /// <summary>Nothing is recorded of the tab, and nothing waited for, that a page which is still there could be taken for.</summary>
    private static bool MayFollow(PageWish wish) => FramesPolicy.CanDoWithout(wish) && wish.WaitForResponse is null;

    private LeaseRequest RequestFor(CrawlPlan plan, Job job, bool frameless) => new($"job {job.Id}")
    {
        // One visitor for the whole crawl of a site: its tab is navigated on, with the site's cookies and cache.
        Key = new ContextKey($"crawl {job.CrawlId}", job.Url.Target.Value),
        Profile = plan.Profile,
        Frameless = frameless,
        Navigates = MayFollow(plan.Crawl.Spec.Page),
        Alone = QueueRules.RunsAlone(job),
        WaitAtMost = FarmOptions.LeaseWait,
        // The renderer ends by itself; the pool's bound is for a renderer that does not.
        HoldAtMost = options.Render.AttemptTimeoutOf(plan.Crawl.Spec.Page) + TimeSpan.FromSeconds(15),
    };
}
