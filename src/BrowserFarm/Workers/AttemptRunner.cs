using BrowserFarm.Crawling;
using BrowserFarm.Diagnostics;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Failures;
using BrowserFarm.Rendering.Http;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using ContextPool;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Workers;

/// <summary>One attempt from permit to outcome: a page that is fresh enough, or robots → render (<see cref="TabRenderer"/>) → extract → store files → discover.</summary>
/// <remarks>
/// The straight path of a job; decisions are in <see cref="FailureClassifier"/>, <see cref="LinkDiscovery"/> and the queue's settlement
/// policy. The permit was taken before and the settlement comes after, both by <see cref="Worker"/>.
/// </remarks>
public sealed class AttemptRunner(
    IContextPool pool, IRenderer renderer, HttpRenderer http, ICrawlPlans plans, StorageWait storage, TargetLimiters limiters, DiscoveryGate discovery, FarmOptions options, TimeProvider time,
    ILogger<AttemptRunner> logger, FarmMetrics? metrics = null)
{
    /// <summary>Failures to start a browser in a row, after which no further one is expected to start.</summary>
    private const int MaxLaunchFailures = 5;

    private readonly TabRenderer _tabs = new(pool, renderer, limiters, options, time, logger, metrics);
    private int _launchFailures = MaxLaunchFailures - 1;   // the very first failure is final: nothing has ever worked

    /// <param name="slot">Given back as soon as the page is read: what is left to do with it needs no browser, and somebody else's page may be opened meanwhile. The caller gives it back as well.</param>
    /// <returns>What the attempt came to; failures of page, site and browser are values.</returns>
    /// <exception cref="BrowserNotFoundException">There is no browser at all.</exception>
    /// <exception cref="BrowserLaunchException">The first browser, or several in a row, did not start.</exception>
    /// <exception cref="QueueStorageException">A page of an earlier run cannot be read.</exception>
    /// <exception cref="IOException">The page's files cannot be stored.</exception>
    public async Task<AttemptOutcome> RunAsync(ClaimedJob claimed, Admission admission, IDisposable slot, CancellationToken cancellationToken)
    {
        metrics?.PageBegun(claimed.Job.Engine);
        if (await plans.FindAsync(claimed.Job, cancellationToken) is not { } plan)
            return new AttemptOutcome.Cancelled();

        var wait = new ContextWait();
        var outcome = await TryAsync(claimed, plan, admission, slot, wait, cancellationToken);
        return outcome with { ForContext = wait.Time };
    }

    private async Task<AttemptOutcome> TryAsync(ClaimedJob claimed, CrawlPlan plan, Admission admission, IDisposable slot, ContextWait wait, CancellationToken cancellationToken)
    {
        var job = claimed.Job;
        var wish = plan.Crawl.Spec.Page;
        try
        {
            if (plan.Fresh is { } fresh && await fresh.FindAsync(job, admission.Target, cancellationToken) is { } stored)
            {
                admission.Report(TargetVerdict.Good);
                return await SucceededAsync(plan, stored, stored.Links, stored.Text, job, cancellationToken);
            }

            if (await RefusedByRobotsAsync(plan, job, cancellationToken) is { } refused)
                return Failed(refused, admission);

            // What was learned since it came into its line.
            var mayTurn = job.Engine == Engine.Http && plan.Engines.MayTurn(job.Url);
            if (mayTurn && plan.Engines.For(job.Url) == Engine.Browser)
                return new AttemptOutcome.NeedsBrowser("Pages like it needed a browser.");

            var request = RequestFor(job, wish, admission) with { MayTurn = mayTurn };
            var rendered = job.Engine == Engine.Http ? await (plan.Http ?? http).ReadAsync(request, cancellationToken) : await RenderAsync(plan, job, request, admission, wait, cancellationToken);
            if (rendered is RenderOutcome.NotAsked)
                return new AttemptOutcome.Interrupted();
            if (rendered is RenderOutcome.NeedsBrowser { Reason: var need })
                return Turned(plan, job, need, admission);
            if (rendered is not RenderOutcome.Rendered { Page: var page })
                return Failed(await WithEvidenceAsync(plan, (RenderOutcome.Failed)rendered, cancellationToken), admission);

            // Mostly the target was done earlier, and its permit is back already; this page was then still waited for and read.
            admission.Report(TargetVerdict.Good, firstByte: TimeSpan.FromMilliseconds(page.Timings.FirstByte));
            slot.Dispose();
            var document = Extract(page, job, wish, out var missing);
            if (missing is not null && mayTurn)
                return Turned(plan, job, $"What the server sends lacks a required field: {missing}.", admission);
            if (missing is not null)
                return Failed(new AttemptFailure(FailureKind.Permanent, FailureClasses.FieldMissing, $"The page lacks a required field: {missing}."), admission);
            var artifacts = await StoreAsync(plan, FilesOf(page), cancellationToken);
            return await SucceededAsync(plan, document with { Artifacts = artifacts, EngineReason = ReasonOf(plan, job, mayTurn) }, page.Links, page.Text, job, cancellationToken);
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

    /// <summary>The site has answered well; what it sent is not enough.</summary>
    private static AttemptOutcome.NeedsBrowser Turned(CrawlPlan plan, Job job, string need, Admission admission)
    {
        plan.Memory.Learn(job, need);
        admission.Report(TargetVerdict.Good);
        return new AttemptOutcome.NeedsBrowser(need);
    }

    /// <summary>Why the page was read as it was; null in a crawl that does not choose.</summary>
    private static string? ReasonOf(CrawlPlan plan, Job job, bool mayTurn)
    {
        if (mayTurn)
        {
            plan.Memory.Learn(job, need: null);
            return "The server sends it whole.";
        }

        return job.Engine == Engine.Browser && plan.Engines.MayTurn(job.Url) ? plan.Memory.WhyBrowser(job) : null;
    }

    private async Task<RenderOutcome> RenderAsync(CrawlPlan plan, Job job, RenderRequest request, Admission admission, ContextWait wait, CancellationToken cancellationToken)
    {
        var outcome = await _tabs.RenderAsync(plan, job, request, admission, wait, cancellationToken);
        Volatile.Write(ref _launchFailures, 0);
        return outcome;
    }

    private RenderRequest RequestFor(Job job, PageWish wish, Admission admission) => new(job.Url, wish, TabRenderer.TurnOf(limiters, admission))
    {
        WasTried = job.Attempts + job.Holds + job.Refunds > 1,
        IsFinal = failure => SettlementPolicy.IsFinal(failure, job, options.Retry),
    };

    private async Task<AttemptFailure> WithEvidenceAsync(CrawlPlan plan, RenderOutcome.Failed failed, CancellationToken cancellationToken)
    {
        if (failed.Evidence is not { } seen)
            return failed.Failure;

        var files = seen.Jpeg is { } jpeg ? await StoreAsync(plan, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["jpeg"] = jpeg }, cancellationToken) : null;
        return failed.Failure with { Evidence = new Evidence(seen.Url, files?["jpeg"], seen.Console) };
    }

    private static PageDocument Extract(RenderedPage page, Job job, PageWish wish, out FieldProblem? missing)
    {
        using var span = FarmTraces.Step("extract");
        return PageExtractor.Extract(page, job, wish, out missing);
    }

    private async Task<IReadOnlyDictionary<string, string>?> StoreAsync(CrawlPlan plan, Dictionary<string, byte[]> files, CancellationToken cancellationToken)
    {
        using var span = files.Count > 0 ? FarmTraces.Step("store") : null;
        return await storage.InsistAsync(() => plan.Folder.StoreArtifactsAsync(files, cancellationToken), cancellationToken);
    }

    private async Task<AttemptOutcome.Succeeded> SucceededAsync(
        CrawlPlan plan, PageDocument document, IReadOnlyList<PageLink> found, string? text, Job job, CancellationToken cancellationToken)
    {
        using var span = FarmTraces.Step("discover");
        var links = await plan.Discovery.SortAsync(found, text, job, cancellationToken);
        foreach (var trap in links.Traps)
            logger.TrapFound(trap.Pattern, trap.Followed);
        return new AttemptOutcome.Succeeded(document, discovery.Pass(links.Follow), links.Skipped);
    }

    private static bool ConcernsEveryJob(Exception exception) =>
        exception is BrowserNotFoundException or BrowserLaunchException or QueueStorageException or IOException or UnauthorizedAccessException or ObjectDisposedException;

    private async Task<AttemptFailure?> RefusedByRobotsAsync(CrawlPlan plan, Job job, CancellationToken cancellationToken)
    {
        if (plan.Robots is null)
            return null;

        using var span = FarmTraces.Step("robots");
        var answer = await plan.Robots.CheckAsync(job.Url, cancellationToken);
        if (answer.CrawlDelay is { } delay)
            limiters.SetSpacing(job.Url.Target, delay);
        return answer.Verdict switch
        {
            RobotsVerdict.Disallowed => new AttemptFailure(FailureKind.Permanent, FailureClasses.Robots, "The site's robots.txt forbids this page."),
            RobotsVerdict.Unreachable when answer.IsProxyFault =>
                new AttemptFailure(FailureKind.Transient, FailureClasses.Proxy, $"The proxy failed ({answer.Problem})."),
            RobotsVerdict.Unreachable => new AttemptFailure(
                FailureKind.Transient, FailureClasses.RobotsUnreachable,
                $"{job.Url.Target}/robots.txt could not be fetched ({answer.Problem}), so nothing of the site may be."),
            _ => null,
        };
    }

    private AttemptOutcome.Failed Failed(AttemptFailure failure, Admission admission)
    {
        admission.Report(TargetVerdicts.Of(failure), TargetVerdicts.RetryAfter(failure, options.Retry.MaxRetryAfter));
        return new AttemptOutcome.Failed(failure);
    }

    private static Dictionary<string, byte[]> FilesOf(RenderedPage page)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (format, file) in page.Files)
            files.Add(PageFormats.NameOf(format), file);
        foreach (var (name, picture) in page.Pictures)
            files.Add(name, picture);
        return files;
    }
}
