using BrowserFarm.Crawling;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Failures;
using BrowserFarm.Rendering.Http;
using BrowserFarm.Scheduling;
using BrowserFarm.Workers;
using ContextPool;
using ContextPool.Leasing;

namespace BrowserFarm.Service;

/// <summary>Reads one page for somebody who waits for it, beside the queue: with the same limits of its site and the same pool.</summary>
/// <param name="robots">Asked unless the reading says otherwise.</param>
public sealed class PageReader(
    IContextPool pool, IRenderer renderer, HttpRenderer http, TargetLimiters limiters, RobotsCache robots, WorkSignal signal, FarmOptions options, TimeProvider time)
{
    /// <summary>How often a full target is asked again while nothing is heard of it.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>Reads a page.</summary>
    /// <param name="waitAtMost">For the site's turn and for a free context, together.</param>
    /// <exception cref="OperationCanceledException">Whoever waited is gone; the page is closed.</exception>
    public async Task<PageReading> ReadAsync(CanonicalUrl url, PageWish wish, EngineChoice engine, bool ignoreRobots, TimeSpan waitAtMost, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        if (!ignoreRobots && (await robots.CheckAsync(url, cancellationToken)).Verdict == RobotsVerdict.Disallowed)
            return new PageReading.Failed(new AttemptFailure(FailureKind.Permanent, FailureClasses.Robots, "The site's robots.txt forbids this page."));

        try
        {
            var reading = engine == EngineChoice.Browser ? null : await TryAsync(url, wish, Engine.Http, engine == EngineChoice.Auto, waitAtMost, cancellationToken);
            return reading ?? (await TryAsync(url, wish, Engine.Browser, mayTurn: false, waitAtMost - time.GetElapsedTime(began), cancellationToken))!;
        }
        catch (LeaseTimeoutException)
        {
            return new PageReading.Busy(TimeSpan.FromSeconds(1), "Every browser context is in use.");
        }
        catch (BrowserLaunchException exception)
        {
            return new PageReading.Failed(new AttemptFailure(FailureKind.ContextLost, FailureClasses.BrowserLost, exception.Message));
        }
    }

    /// <returns>Null when the page was read without a browser and needs one.</returns>
    private async Task<PageReading?> TryAsync(CanonicalUrl url, PageWish wish, Engine engine, bool mayTurn, TimeSpan waitAtMost, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var admission = await AdmitAsync(url.Target, waitAtMost, cancellationToken);
        if (admission is null)
            return new PageReading.Busy(limiters.OpensIn(url.Target) ?? TimeSpan.FromSeconds(1), limiters.IsBlocked(url.Target) ? "The site refused of late and is left alone." : "The site has as many requests as it bears.");

        var request = new RenderRequest(url, wish, new TargetTurn(() => !limiters.IsBlocked(url.Target), admission.Served)) { MayTurn = mayTurn };
        var outcome = engine == Engine.Http ? await http.ReadAsync(request, cancellationToken) : await RenderAsync(request, waitAtMost - time.GetElapsedTime(began), cancellationToken);
        return Tell(outcome, url, wish, engine, mayTurn, admission);
    }

    private async Task<RenderOutcome> RenderAsync(RenderRequest request, TimeSpan waitAtMost, CancellationToken cancellationToken)
    {
        await using var lease = await pool.LeaseAsync(
            new LeaseRequest("render")
            {
                WaitAtMost = waitAtMost > TimeSpan.FromMilliseconds(1) ? waitAtMost : TimeSpan.FromMilliseconds(1),
                HoldAtMost = options.Render.AttemptTimeoutOf(request.Wish) + TimeSpan.FromSeconds(15),
            },
            cancellationToken);
        return await renderer.RenderAsync(lease, request, cancellationToken);
    }

    /// <returns>Null when the page needs a browser and was read without one.</returns>
    private static PageReading? Tell(RenderOutcome outcome, CanonicalUrl url, PageWish wish, Engine engine, bool mayTurn, Admission admission)
    {
        switch (outcome)
        {
            case RenderOutcome.Rendered { Page: var page }:
                admission.Report(TargetVerdict.Good, firstByte: TimeSpan.FromMilliseconds(page.Timings.FirstByte));
                var document = PageExtractor.Extract(page, new Job(Id: 0, "render", url, Depth: 0, Attempts: 1, Holds: 0, Refunds: 0, Engine: engine), wish, out var missing);
                return missing is not null && mayTurn ? null
                    : missing is null ? new PageReading.Read(document, page)
                    : new PageReading.Failed(new AttemptFailure(FailureKind.Permanent, FailureClasses.FieldMissing, $"The page lacks a required field: {missing}."));
            case RenderOutcome.Failed { Failure: var failure }:
                admission.Report(failure.Kind == FailureKind.Throttled ? TargetVerdict.Throttled : TargetVerdict.Neutral, failure.RetryAfter);
                return new PageReading.Failed(failure);
            case RenderOutcome.NotAsked:
                return new PageReading.Busy(TimeSpan.FromSeconds(1), "The site refused meanwhile and is left alone.");
            default:
                admission.Report(TargetVerdict.Good);
                return null;
        }
    }

    private async Task<Admission?> AdmitAsync(TargetKey target, TimeSpan waitAtMost, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var news = signal.Next;
            if (limiters.TryAdmit(target, waiting: 1) is { } admission)
                return admission;

            var left = waitAtMost - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
                return null;
            await Task.WhenAny(news, Task.Delay(left < AskAgain ? left : AskAgain, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}

/// <summary>What reading one page came to.</summary>
public abstract record PageReading
{
    private PageReading()
    {
    }

    /// <param name="Page">With its files: pictures, prints, archives.</param>
    public sealed record Read(PageDocument Document, RenderedPage Page) : PageReading;

    public sealed record Failed(AttemptFailure Failure) : PageReading;

    /// <summary>Its turn did not come in time.</summary>
    public sealed record Busy(TimeSpan RetryAfter, string Reason) : PageReading;
}
