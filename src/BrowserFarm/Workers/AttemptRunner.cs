using BrowserFarm.Crawling;
using BrowserFarm.Diagnostics;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Rendering;
using ContextPool;
using ContextPool.Leasing;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>One attempt from permit to outcome: robots → lease → render → <em>lease ends</em> → extract → store files → discover.</summary>
/// <remarks>
/// The straight path of a job; decisions are in <see cref="FailureClassifier"/>, <see cref="LinkDiscovery"/> and the queue's settlement
/// policy. The permit was taken before and the settlement comes after, both by <see cref="Worker"/>.
/// </remarks>
public sealed class AttemptRunner(
    IContextPool pool, IRenderer renderer, CrawlPlan plan, TargetLimiters limiters, FarmOptions options, ILogger<AttemptRunner> logger)
{
    /// <summary>Failures to start a browser in a row, after which no further one is expected to start.</summary>
    private const int MaxLaunchFailures = 5;

    private int _launchFailures = MaxLaunchFailures - 1;   // the very first failure is final: nothing has ever worked

    /// <returns>What the attempt came to; failures of page, site and browser are values.</returns>
    /// <exception cref="BrowserNotFoundException">There is no browser at all.</exception>
    /// <exception cref="BrowserLaunchException">The first browser, or several in a row, did not start.</exception>
    /// <exception cref="IOException">The page's files cannot be stored.</exception>
    public async Task<AttemptOutcome> RunAsync(ClaimedJob claimed, Admission admission, CancellationToken cancellationToken)
    {
        var job = claimed.Job;
        var wish = plan.Crawl.Spec.Page;
        try
        {
            if (await RefusedByRobotsAsync(job, cancellationToken) is { } refused)
                return Failed(refused, admission);

            RenderOutcome rendered;
            await using (var lease = await pool.LeaseAsync(LeaseRequestFor(job), cancellationToken))
            {
                Volatile.Write(ref _launchFailures, 0);
                rendered = await renderer.RenderAsync(lease, job.Url, wish, () => !limiters.IsBlocked(job.Url.Target), cancellationToken);
                if (rendered is RenderOutcome.Rendered)
                    lease.MarkSuccessful();
            }

            if (rendered is RenderOutcome.NotAsked)
                return new AttemptOutcome.Interrupted();
            if (rendered is not RenderOutcome.Rendered { Page: var page })
                return Failed(((RenderOutcome.Failed)rendered).Failure, admission);

            admission.Report(TargetVerdict.Good);
            var artifacts = await plan.Folder.StoreArtifactsAsync(claimed.Claim, FilesOf(page), cancellationToken);
            var document = PageExtractor.Extract(page, job, wish, artifacts);
            var links = await plan.Discovery.SortAsync(page.Links, job, cancellationToken);
            return new AttemptOutcome.Succeeded(document, links.Follow, links.Skipped);
        }
        catch (LeaseTimeoutException exception)
        {
            return Failed(new AttemptFailure(FailureKind.ContextLost, FailureClasses.BrowserLost, exception.Message), admission);
        }
        catch (BrowserLaunchException exception) when (Interlocked.Increment(ref _launchFailures) < MaxLaunchFailures)
        {
            return Failed(new AttemptFailure(FailureKind.ContextLost, FailureClasses.BrowserLost, exception.Message), admission);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new AttemptOutcome.Interrupted();
        }
        catch (Exception exception) when (!ConcernsEveryJob(exception))
        {
            // A fault of ours that this page brought out. It would do so again; the other pages need not suffer.
            logger.AttemptFaulted(exception, job.Id, job.Url.Value);
            return Failed(new AttemptFailure(FailureKind.Permanent, FailureClasses.Unexpected, $"{exception.GetType().Name}: {exception.Message}"), admission);
        }
    }

    private static bool ConcernsEveryJob(Exception exception) =>
        exception is BrowserNotFoundException or BrowserLaunchException or IOException or UnauthorizedAccessException or ObjectDisposedException;

    private async Task<AttemptFailure?> RefusedByRobotsAsync(Job job, CancellationToken cancellationToken)
    {
        if (plan.Robots is null)
            return null;

        var answer = await plan.Robots.CheckAsync(job.Url, cancellationToken);
        if (answer.CrawlDelay is { } delay)
            limiters.SetSpacing(job.Url.Target, delay);
        return answer.Verdict switch
        {
            RobotsVerdict.Disallowed => new AttemptFailure(FailureKind.Permanent, FailureClasses.Robots, "The site's robots.txt forbids this page."),
            RobotsVerdict.Unreachable => new AttemptFailure(
                FailureKind.Transient, FailureClasses.RobotsUnreachable,
                $"{job.Url.Target}/robots.txt could not be fetched ({answer.Problem}), so nothing of the site may be."),
            _ => null,
        };
    }

    private AttemptOutcome.Failed Failed(AttemptFailure failure, Admission admission)
    {
        // Believed no longer than for the job itself: or one header would close the target for a year, with all its other jobs due.
        var retryAfter = failure.RetryAfter > options.Retry.MaxRetryAfter ? options.Retry.MaxRetryAfter : failure.RetryAfter;
        admission.Report(VerdictOf(failure), retryAfter);
        return new AttemptOutcome.Failed(failure);
    }

    private LeaseRequest LeaseRequestFor(Job job) => new($"job {job.Id}")
    {
        // One visitor for the whole crawl of a site: its tab is navigated on, with the site's cookies and cache.
        Key = new ContextKey($"crawl {job.CrawlId}", job.Url.Target.Value),
        WaitAtMost = FarmOptions.LeaseWait,
        // The renderer ends by itself; the pool's bound is for a renderer that does not.
        HoldAtMost = options.Render.AttemptTimeout + TimeSpan.FromSeconds(15),
    };

    /// <summary>What a failure says about the target's load.</summary>
    private static TargetVerdict VerdictOf(AttemptFailure failure) => failure switch
    {
        { Kind: FailureKind.Throttled } => TargetVerdict.Throttled,
        { Kind: not FailureKind.Transient } => TargetVerdict.Neutral,
        { Class: FailureClasses.Connect or FailureClasses.NoAnswer or FailureClasses.RobotsUnreachable } => TargetVerdict.Overloaded,
        { Class: "http-502" or "http-503" or "http-504" } => TargetVerdict.Overloaded,
        _ => TargetVerdict.Neutral,
    };

    private static Dictionary<string, byte[]> FilesOf(RenderedPage page)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (page.Png is { } png)
            files.Add("png", png);
        if (page.Pdf is { } pdf)
            files.Add("pdf", pdf);
        return files;
    }
}
