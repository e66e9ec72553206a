using AngleSharp.Html.Parser;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Actions;
using BrowserFarm.Rendering.Blocking;
using BrowserFarm.Rendering.Captures;
using BrowserFarm.Rendering.Failures;
using BrowserFarm.Rendering.Fields;
using BrowserFarm.Rendering.Frames;
using BrowserFarm.Rendering.Handlers;
using BrowserFarm.Rendering.Http;
using BrowserFarm.Rendering.Readiness;
using ContextPool.Leasing;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering;

/// <summary>Renders in Chromium: navigate, wait until ready, capture. Every wait is bounded.</summary>
public sealed class BrowserRenderer(RenderOptions options, TimeProvider time, PageHandlers handlers) : IRenderer
{
    private readonly TabSession.Shelf _sessions = new(session => ResourceFilter.ApplyAsync(session, options));

    /// <summary>Without any code of the program's own.</summary>
    public BrowserRenderer(RenderOptions options, TimeProvider time)
        : this(options, time, PageHandlers.None)
    {
    }

    public async Task<RenderOutcome> RenderAsync(
        ContextLease lease, RenderRequest request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.AttemptTimeoutOf(request.Wish), time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost, deadline.Token);
        var progress = new Progress();
        try
        {
            var page = lease.Page;
            using var guard = new PageGuard(page);
            using var witness = new PageWitness(page, request);
            using var guarded = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, guard.TooMany);
            try
            {
                return await RenderAsync(page, witness, request, progress, guarded.Token);
            }
            catch (Exception) when (guard.Failure is { } stormy && !cancellationToken.IsCancellationRequested)
            {
                return await witness.TellAsync(stormy, isAnswering: false, stop.Token);
            }
            catch (Exception exception) when (lease.Loss == LeaseLoss.None && !stop.IsCancellationRequested && exception is PlaywrightException or TimeoutException)
            {
                return await witness.TellAsync(FailureClassifier.FromBrowser(exception, progress.HadAnswer), isAnswering: false, stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or PlaywrightException or TimeoutException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new RenderOutcome.Failed(lease.Loss switch
            {
                LeaseLoss.None or LeaseLoss.HeldTooLong when exception is OperationCanceledException =>
                    FailureClassifier.FromBrowser(new TimeoutException(), progress.HadAnswer),
                LeaseLoss.None or LeaseLoss.HeldTooLong => FailureClassifier.FromBrowser(exception, progress.HadAnswer),
                var loss => FailureClassifier.FromLoss(loss),
            });
        }
    }

    private async Task<RenderOutcome> RenderAsync(
        IPage page, PageWitness witness, RenderRequest request, Progress progress, CancellationToken stop)
    {
        using var tab = await SessionAsync(page, request.Wish).BoundedBy(stop);
        var session = tab.Session;
        var turn = request.Turn;
        var firstByte = 0;
        using var work = new TargetWork(() => turn.Served(TimeSpan.FromMilliseconds(firstByte)), time);
        var wish = request.Wish;
        using var activity = new NetworkActivity(page, request.Url.Target, work, PageReadiness.NeedsActivity(wish, options), time);
        using var recorders = await PageRecorders.StartAsync(page, session, wish).BoundedBy(stop);
        using var readiness = new PageReadiness(page, tab.World, wish, activity, options, time);
        if (!turn.MayAsk())
            return new RenderOutcome.NotAsked();

        var fetchedAt = time.GetUtcNow();
        var clock = time.GetTimestamp();
        int Elapsed() => (int)time.GetElapsedTime(clock).TotalMilliseconds;

        using var steps = RenderTraces.Begin("navigate");
        var response = await GoAsync(page, request.Url).BoundedBy(stop);
        firstByte = Elapsed();
        if (response is null)
            return new RenderOutcome.Failed(new AttemptFailure(FailureKind.Permanent, FailureClasses.NotAPage, "The site answered with no page to show."));
        progress.HadAnswer = true;
        recorders.Follow(response);

        var headers = response.Headers;
        var contentType = headers.GetValueOrDefault("content-type") ?? "";
        var refused = FailureClassifier.FromChallenge(response.Status, headers)
            ?? FailureClassifier.FromStatus(response.Status, headers.GetValueOrDefault("retry-after"), fetchedAt)
            ?? FailureClassifier.FromContentType(contentType);
        if (refused is not null)
            return await witness.TellAsync(refused, isAnswering: true, stop);

        if (wish.Actions.Count == 0)
            tab.World.Prepare();
        await LoadWait.ReachedAsync(page, LoadState.DOMContentLoaded, time, stop);
        var domReady = Elapsed();
        if (wish.Actions.Count == 0 && activity.Watches)
            work.Parsed();   // or the target is not done before the actions are

        steps.Next("settle");
        var settled = await readiness.SettleAsync(stop);
        var actions = new ActionRunner(page, session, request.Url, activity, options, time);
        if (wish.Actions.Count > 0)
        {
            steps.Next("actions");
            if (await actions.RunAsync(wish.Actions, stop) is { } failed)
                return await witness.TellAsync(failed, isAnswering: true, stop);
            work.Parsed();
            await LoadWait.ReachedAsync(page, LoadState.DOMContentLoaded, time, stop);
            tab.World.Prepare();
            steps.Next("settle");
            settled = await readiness.SettleAsync(stop);
        }

        if (await readiness.WaitAsync(stop) is { } missing)
            return await witness.TellAsync(missing, isAnswering: true, stop);

        if (!activity.Watches)
            work.Parsed();
        PageFindings? findings = null;
        if (wish.Handler is { } handler)
        {
            (findings, var failure) = await handlers.RunAsync(handler, page, new PageVisit(request.Url.ToUri(), response.Status), options.HandlerTimeout, time, stop);
            if (failure is not null)
                return await witness.TellAsync(failure, isAnswering: true, stop);
        }

        var settledAt = Elapsed();
        steps.Next("capture");
        var captured = await Bounded.RunAsync(options.ActionTimeout, time, bounded => PageCapture.TakeAsync(tab.World, wish, options.ActionTimeout, bounded), stop);
        if (!Uri.TryCreate(captured.Url, UriKind.Absolute, out var finalUrl) || (finalUrl.Scheme != Uri.UriSchemeHttp && finalUrl.Scheme != Uri.UriSchemeHttps))
            return new RenderOutcome.Failed(new AttemptFailure(FailureKind.Permanent, FailureClasses.LeftTheWeb, "The page went on to something that is not a web page."));

        var files = new PageFiles(page, tab, recorders, wish, options, time);
        await files.TakeAsync(captured.Title, stop);

        return new RenderOutcome.Rendered(new RenderedPage(
            finalUrl, response.Status, contentType, captured.Title, captured.Html, captured.Text, LinkKinds.Join(captured.Links, findings?.Links ?? [], captured.Url), settled, captured.Truncated,
            fetchedAt, new PageTimings(firstByte, domReady, settledAt, Elapsed()))
        {
            BaseUrl = Uri.TryCreate(captured.BaseUrl, UriKind.Absolute, out var baseUrl) ? baseUrl : finalUrl,
            About = captured.About,
            Fields = await PickAsync(tab.World, wish.Fields, captured.Html, stop),
            Profile = request.KeepProfile ? await page.Context.StorageStateAsync().BoundedBy(stop) : null,
            Blocked = activity.Blocked,
            Data = findings?.Data,
            Files = files.Files,
            CaptureProblems = files.Problems,
            Console = recorders.Console?.Lines,
            Network = wish.Formats.Contains(PageFormat.Network) ? recorders.Network?.ToLines() : null,
            Pictures = actions.Pictures,
            ActionsSkipped = actions.Skipped,
            ScriptValues = actions.Values,
        });
    }

    /// <summary>One that stays open with the tab, where nothing is set through it that the next page's would not set as well.</summary>
    private async Task<TabSession> SessionAsync(IPage page, PageWish wish)
    {
        if (FramesPolicy.CanDoWithout(wish))
            return await _sessions.TakeAsync(page);

        var own = await TabSession.OpenAsync(page);
        await ResourceFilter.ApplyAsync(own.Session, options);
        return own;
    }

    /// <summary>The tab may still show another page (<see cref="LeaseRequest.Navigates"/>), and that may be on its way somewhere: what is asked for last wins.</summary>
    private static async Task<IResponse?> GoAsync(IPage page, CanonicalUrl url)
    {
        var options = new PageGotoOptions { WaitUntil = WaitUntilState.Commit };
        try
        {
            return await page.GotoAsync(url.Value, options);
        }
        catch (PlaywrightException exception) when (exception.Message.Contains("is interrupted by another navigation", StringComparison.Ordinal))
        {
            return await page.GotoAsync(url.Value, options);
        }
    }

    /// <summary>
    /// The page is read by now, so what is wrong with the selectors costs the fields alone. Where the browser does not answer in time, because one selector is
    /// endless or because the machine is starved, each is looked for in what was captured: then the endless one alone is missing, and on a slow machine none.
    /// </summary>
    private async Task<IReadOnlyList<FieldMatches>> PickAsync(IsolatedWorld world, IReadOnlyList<FieldSpec> fields, string html, CancellationToken stop)
    {
        if (fields.Count == 0)
            return [];

        var atMost = options.ActionTimeout / 2;
        try
        {
            return await Bounded.RunAsync(atMost, time, bounded => PageCapture.TakeFieldsAsync(world, fields, atMost, bounded), stop);
        }
        catch (TimeoutException)
        {
            return FieldPicker.Pick(new HtmlParser().ParseDocument(NestingLimit.Flatten(html)), fields, atMost, time, stop);
        }
    }

    private sealed class Progress
    {
        public bool HadAnswer { get; set; }
    }
}
