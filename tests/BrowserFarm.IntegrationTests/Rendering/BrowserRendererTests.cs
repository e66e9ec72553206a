using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Blocking;
using BrowserFarm.Rendering.Failures;
using ContextPool;
using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Rendering;

/// <summary>Pages that behave and pages that do not, in real Chromium.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class BrowserRendererTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private TestSite _site = null!;

    public async Task InitializeAsync() => _site = await TestSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task RenderAsync_ContentFetchedByScript_IsInHtmlTextAndLinks()
    {
        _site.MapText("/data.json", """{"name":"Ünïcödé & <b>"}""", "application/json");
        _site.MapHtml("/", """
            <!doctype html><title>before</title><div id="app"></div>
            <script>
              fetch('/data.json').then(r => r.json()).then(d => {
                document.title = 'after';
                app.textContent = d.name;
                const a = document.createElement('a'); a.href = 'next?x=1#part'; a.textContent = ' go \n on '; app.append(a);
              });
            </script>
            """);

        var page = await RenderedAsync("/");

        page.Title.Should().Be("after");
        page.Html.Should().StartWith("<!DOCTYPE html>").And.Contain("Ünïcödé &amp; &lt;b&gt;");
        page.Text.Should().Contain("Ünïcödé & <b>");
        page.Links.Should().ContainSingle().Which.Should().Be(new PageLink(_site.UriOf("/next?x=1#part").AbsoluteUri, "go on"));
        page.Status.Should().Be(200);
        page.Settled.Should().BeTrue();
    }

    [Fact]
    public async Task RenderAsync_SwaggerUi_ReturnsWhatOnlyItsScriptsShow()
    {
        await _site.MapSwaggerUiAsync(CancellationToken.None);

        var page = await RenderedAsync("/swagger/");

        page.Text.Should().Contain("Get all planets").And.Contain("/planets");
    }

    [Fact]
    public async Task RenderAsync_Redoc_ReturnsWhatOnlyItsScriptsShow()
    {
        await _site.MapRedocAsync(CancellationToken.None);

        var page = await RenderedAsync("/redoc/");

        page.Text.Should().Contain("Get all planets");
        page.Links.Should().NotBeEmpty();
    }

    [Fact]
    public async Task RenderAsync_AnswersThatTakeAWhile_AreWaitedFor()
    {
        _site.Map("/slow.json", async context =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1.2), TimeProvider.System, context.RequestAborted);
            await context.Response.WriteAsync("\"late\"");
        });
        // More than the few that may stay open for ever, so that no slowness of this machine can pass for a long poll.
        _site.MapHtml("/", """
            <p id=p>early</p>
            <script>
            Promise.all([1, 2, 3].map(n => fetch('/slow.json?' + n).then(r => r.json()))).then(all => p.textContent = all.join(' '))
            </script>
            """);

        var page = await RenderedAsync("/", options => options.SettleTimeout = TimeSpan.FromSeconds(20));

        page.Text.Should().Contain("late late late", "requests in flight are content to come");
        page.Settled.Should().BeTrue();
    }

    [Fact]
    public async Task RenderAsync_PageThatNeverGoesQuiet_IsCapturedAtTheCapAsUnsettled()
    {
        _site.MapText("/poll", "x", "text/plain");
        _site.MapHtml("/", "<p>here</p><script>setInterval(() => { for (let i = 0; i < 4; i++) fetch('/poll?' + Math.random()) }, 30)</script>");

        var page = await RenderedAsync("/", options => options.SettleTimeout = TimeSpan.FromSeconds(1));

        page.Settled.Should().BeFalse();
        page.Text.Should().Contain("here");
    }

    [Fact]
    public async Task RenderAsync_OpenLongPoll_DoesNotHoldThePageUp()
    {
        _site.Map("/hang", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        _site.MapHtml("/", "<p>here</p><script>fetch('/hang')</script>");

        var page = await RenderedAsync("/");

        page.Settled.Should().BeTrue("one request that never ends is no reason to wait for ever");
    }

    [Fact]
    public async Task RenderAsync_HostilePrototypes_ChangeNothingOfTheCapture()
    {
        _site.MapHtml("/", """
            <title>honest</title><p>content</p><a href="/x">link</a>
            <img name="documentElement"><img name="body"><form name="title"></form>
            <script>
              Array.prototype.map = () => { throw 1 }; Array.prototype.push = () => 0; JSON.stringify = () => 'forged';
              Object.prototype.toJSON = () => 'forged'; String.prototype.replace = () => 'forged'; String.prototype.slice = () => 'forged';
              Object.defineProperty(Element.prototype, 'outerHTML', { get() { return 'forged' } });
              Object.defineProperty(HTMLElement.prototype, 'innerText', { get() { while (true) {} } });
              Document.prototype.querySelectorAll = () => { while (true) {} };
            </script>
            """);

        var page = await RenderedAsync("/");

        page.Html.Should().Contain("<p>content</p>").And.StartWith("<html");
        page.Text.Should().Contain("content");
        page.Title.Should().Be("honest");
        page.Links.Should().ContainSingle(link => link.Text == "link");
    }

    [Fact]
    public async Task RenderAsync_OpenShadowRoots_AreRead()
    {
        _site.MapHtml("/", """
            <x-card></x-card>
            <script>
              customElements.define('x-card', class extends HTMLElement {
                connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<style>b{}</style><b>inside</b> <a href="/deep">deep</a>'; }
              });
            </script>
            """);

        var page = await RenderedAsync("/");

        page.Html.Should().Contain("shadowrootmode=\"open\"").And.Contain("<b>inside</b>");
        page.Text.Should().Contain("inside");
        page.Links.Should().ContainSingle(link => link.Url.EndsWith("/deep", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("article")]
    [InlineData("blockquote")]
    [InlineData("div")]
    [InlineData("h6")]
    [InlineData("section")]
    [InlineData("span")]
    public async Task RenderAsync_ShadowRootsOfOrdinaryElements_AreReadAndThoseInsideOfThem(string host)
    {
        _site.MapHtml("/", $$"""
            <html lang="fr"><head><meta name="description" content="outside"></head><body><{{host}} id="host"></{{host}}>
            <script>
              const shadow = host.attachShadow({ mode: 'open' });
              shadow.innerHTML = '<b>outer</b><x-inner></x-inner>';
              shadow.querySelector('x-inner').attachShadow({ mode: 'open' }).innerHTML = '<i>inner</i>';
            </script></body></html>
            """);

        var page = await RenderedAsync("/");

        page.Text.Should().Contain("outer").And.Contain("inner");
        page.Html.Should().Contain("<b>outer</b>").And.Contain("<i>inner</i>");
        page.About.Should().BeNull("what is in shadow roots counts too, and only the whole page has it");
    }

    [Fact]
    public async Task RenderAsync_PageWithADescription_GivesApartAllThatMetadataIsReadFrom()
    {
        _site.MapHtml("/", """
            <html lang="fr"><head><meta name="description" content="A &lt;b&gt; page"><link rel="canonical" href="/it"><link rel="stylesheet"><script type="module">let far = '</x>'</script>
            <script type=" application/LD+json">{"@type":"Article"}</script></head><body><form name="evaluate"><input name="querySelector"></form><p>text</p></body></html>
            """);

        var page = await RenderedAsync("/");

        page.About.Should().Be("""<html lang="fr"><meta name="description" content="A &lt;b&gt; page"><link rel="canonical" href="/it"><script type=" application/LD+json">{"@type":"Article"}</script>""");
    }

    [Theory]
    [InlineData("<script>while (true) {}</script>", FailureClasses.PageHung, 3)]
    [InlineData("<p>x</p><script>addEventListener('load', () => { while (true) {} })</script>", FailureClasses.PageHung, 3)]
    [InlineData("<script>for (;;) alert(1)</script>", FailureClasses.DialogStorm, 30)]
    [InlineData("<script>setTimeout(() => location = 'about:blank', 50)</script>", FailureClasses.LeftTheWeb, 30)]
    [InlineData("<script>for (let i = 0; i < 600; i++) document.documentElement.append(document.createElement('iframe'))</script>", FailureClasses.FrameStorm, 30)]
    public async Task RenderAsync_HostilePage_FailsWithItsClassAndThePlaceReturns(string html, string @class, int timeoutSeconds)
    {
        _site.MapHtml("/", html);

        var failure = await FailureAsync("/", options =>
        {
            options.NavigationTimeout = TimeSpan.FromSeconds(timeoutSeconds);
            options.ActionTimeout = TimeSpan.FromSeconds(timeoutSeconds);
        });

        failure.Class.Should().Be(@class, failure.Reason);
    }

    [Theory]
    [InlineData(false, "read")]
    [InlineData(true, "popup-storm")]
    public async Task RenderAsync_StormOfWindows_ComesToNothingUnlessWindowsAreAllowed(bool popups, string expected)
    {
        _site.MapHtml("/", "<p>read</p><script>for (let i = 0; i < 100; i++) open('about:blank')</script>");
        var options = new ContextPoolOptions { MaxContexts = 1 };
        chromium.Config.ApplyTo(options);
        options.Launch = new LaunchProfile { Popups = popups };
        await using var pool = new BrowserContextPool(options);
        await using var lease = await pool.LeaseAsync(LeaseRequest.Any);

        var outcome = await new BrowserRenderer(new RenderOptions(), TimeProvider.System)
            .RenderAsync(lease, new RenderRequest(CanonicalUrl.Parse(_site.BaseUri.AbsoluteUri), new PageWish([PageFormat.Text], []), TargetTurn.Unlimited), CancellationToken.None);

        (outcome is RenderOutcome.Rendered { Page: var page } ? page.Text : ((RenderOutcome.Failed)outcome).Failure.Class).Should().Be(expected);
    }

    [Fact]
    public async Task RenderAsync_RendererKilled_IsATransientFailureOfThatPageOnly()
    {
        _site.Map("/hang", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        _site.MapHtml("/", "<script src=/hang></script>");
        var rendering = FailureAsync("/");
        await Eventually.HoldsAsync(() => _site.VisitsTo("/hang") == 1, Bounds.Medium, "the page is half loaded");
        var cell = chromium.Pool.Snapshot().Cells.Single();

        foreach (var renderer in ProcessTable.WithArgument("--type=renderer").Where(process => BelongsTo(process, cell.BrowserPid!.Value)))
            Signal.Kill(renderer.Pid);

        var failure = await rendering.WaitAsync(Bounds.Short);
        failure.Should().BeEquivalentTo(new { Kind = FailureKind.Transient, Class = FailureClasses.PageCrashed }, $"it was: {failure.Reason}");
        chromium.Pool.Snapshot().Cells.Should().ContainSingle().Which.Id.Should().Be(cell.Id, "the browser lives on");
    }

    [Fact]
    public async Task RenderAsync_HeapBomb_FailsWithoutHarmToTheBrowser()
    {
        _site.MapHtml("/", "<script>const all = []; for (;;) all.push({ a: all.length, b: [all.length, 1, 2, 3, 4, 5, 6, 7] })</script>");

        var failure = await FailureAsync("/");

        failure.Class.Should().Match(name => name == FailureClasses.PageCrashed || name == FailureClasses.PageHung, failure.Reason);
        chromium.Pool.Snapshot().Cells.Should().ContainSingle(cell => cell.State == CellState.Serving);
    }

    [Fact]
    public async Task RenderAsync_ScriptThatNestsWithoutEnd_IsCutWhereReadersCanFollow()
    {
        _site.MapHtml("/", """
            <!doctype html><title>deep</title><p id=before>before</p><script>
              let at = document.body;
              for (let i = 0; i < 1500; i++) at = at.appendChild(document.createElement('div'));
              at.textContent = 'bottom';
              document.body.append(Object.assign(document.createElement('p'), { textContent: 'after' }));
            </script>
            """);

        var page = await RenderedAsync("/");

        page.Truncated.Should().BeTrue();
        page.Text.Should().Contain("before").And.Contain("after").And.NotContain("bottom");
        page.Html.Split("<div>").Length.Should().BeInRange(900, 1001);
    }

    [Theory]
    [InlineData(404, null, FailureKind.Permanent, "http-404")]
    [InlineData(410, null, FailureKind.Permanent, "http-410")]
    [InlineData(429, "7", FailureKind.Throttled, "http-429")]
    [InlineData(429, null, FailureKind.Throttled, "http-429")]
    [InlineData(503, "7", FailureKind.Throttled, "http-503")]
    [InlineData(503, null, FailureKind.Transient, "http-503")]
    [InlineData(500, null, FailureKind.Transient, "http-500")]
    public async Task RenderAsync_StatusThatIsNoPage_IsClassified(int status, string? retryAfter, FailureKind kind, string @class)
    {
        _site.Map("/", context =>
        {
            context.Response.StatusCode = status;
            if (retryAfter is not null)
                context.Response.Headers.RetryAfter = retryAfter;
            return context.Response.WriteAsync("<p>sorry</p>");
        });

        var failure = await FailureAsync("/");

        failure.Kind.Should().Be(kind);
        failure.Class.Should().Be(@class, failure.Reason);
        failure.RetryAfter.Should().Be(retryAfter is null ? null : TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("chrome://version")]
    [InlineData("data:text/html,x")]
    public async Task RenderAsync_RedirectOutOfTheWeb_FailsForGood(string to)
    {
        _site.Redirect("/", to);

        var failure = await FailureAsync("/");

        failure.Kind.Should().Be(FailureKind.Permanent);
    }

    [Fact]
    public async Task RenderAsync_RedirectInACircle_FailsForGood()
    {
        _site.Redirect("/a", "/b").Redirect("/b", "/a");

        var failure = await FailureAsync("/a");

        failure.Should().BeEquivalentTo(new { Kind = FailureKind.Permanent, Class = FailureClasses.Redirects });
    }

    [Fact]
    public async Task RenderAsync_ScriptThatMovesOn_ReadsThePageItMovedTo()
    {
        _site.MapHtml("/", "<script>location.replace('/there')</script>").MapHtml("/there", "<title>arrived</title>");

        var page = await RenderedAsync("/");

        page.Title.Should().Be("arrived");
        page.FinalUrl.Should().Be(_site.UriOf("/there"));
    }

    [Theory]
    [InlineData("application/octet-stream", "attachment; filename=\"../../etc/cron.d/x\"")]
    [InlineData("application/zip", null)]
    [InlineData("image/png", null)]
    public async Task RenderAsync_AnswerThatIsNoDocument_FailsForGood(string contentType, string? disposition)
    {
        _site.Map("/", context =>
        {
            context.Response.ContentType = contentType;
            if (disposition is not null)
                context.Response.Headers.ContentDisposition = disposition;
            return context.Response.Body.WriteAsync(new byte[64]).AsTask();
        });

        var failure = await FailureAsync("/");

        failure.Should().BeEquivalentTo(new { Kind = FailureKind.Permanent, Class = FailureClasses.NotAPage });
    }

    [Fact]
    public async Task RenderAsync_ConnectionCutOff_IsTransient()
    {
        _site.Map("/", context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        (await FailureAsync("/")).Kind.Should().Be(FailureKind.Transient);
    }

    [Fact]
    public async Task RenderAsync_SiteThatNeverAnswers_IsGivenUpAfterTheTimeout()
    {
        _site.Map("/", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));

        var failure = await FailureAsync("/", navigationTimeout: TimeSpan.FromSeconds(1));

        failure.Should().BeEquivalentTo(new { Kind = FailureKind.Transient, Class = FailureClasses.NoAnswer });
    }

    [Fact]
    public async Task RenderAsync_BlockedKindsAndPatterns_AreNotLoaded()
    {
        _site.Map("/a.png", context => context.Response.Body.WriteAsync(new byte[8]).AsTask());
        _site.MapText("/ads/track.js", "document.title = 'tracked'", "text/javascript");
        _site.MapText("/app.js", "document.title = 'app'", "text/javascript");
        _site.MapHtml("/", "<img src=/a.png><script src=/ads/track.js></script><script src=/app.js></script>");

        var page = await RenderedAsync("/", options =>
        {
            options.BlockedResourceTypes = ["Image"];
            options.BlockedUrls = ["*/ads/*"];
        });

        page.Title.Should().Be("app");
        _site.VisitsTo("/a.png").Should().Be(0);
        _site.VisitsTo("/ads/track.js").Should().Be(0);
        page.Blocked.Should().Be(new BlockedRequests(2, 58_600 + 25_500));
    }

    [Fact]
    public async Task RenderAsync_OnePageAfterTheOtherInOneTab_BlocksAndReadsInEach()
    {
        _site.Map("/a.png", context => context.Response.Body.WriteAsync(new byte[8]).AsTask());
        foreach (var number in Enumerable.Range(1, 3))
            _site.MapHtml($"/{number}", $"<title>{number}</title><img src=/a.png?{number}><p>page {number}");
        var renderer = new BrowserRenderer(new RenderOptions { BlockedResourceTypes = ["Image"] }, TimeProvider.System);
        await using var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any);

        foreach (var number in Enumerable.Range(1, 3))
        {
            var wish = new PageWish([number == 2 ? PageFormat.Console : PageFormat.Text], []);   // one that needs a session of its own between two that do not
            var outcome = await renderer.RenderAsync(lease, new RenderRequest(CanonicalUrl.Parse(_site.UriOf($"/{number}").AbsoluteUri), wish, TargetTurn.Unlimited), CancellationToken.None);

            outcome.Should().BeOfType<RenderOutcome.Rendered>().Which.Page.Title.Should().Be($"{number}");
        }

        _site.VisitsTo("/a.png").Should().Be(0);
    }

    /// <summary>Chromium finds every name below <c>localhost</c> on this machine.</summary>
    [Fact]
    public async Task RenderAsync_BlockedHosts_AreBlockedWithThoseBelowThemAndNoOthers()
    {
        var port = _site.BaseUri.Port;
        foreach (var name in new[] { "self", "below", "other" })
            _site.MapText($"/{name}.js", $"document.title += ' {name}'", "text/javascript");
        _site.MapHtml("/", $"<title>page</title><script src=http://ads.localhost:{port}/self.js></script><script src=http://a.b.ads.localhost:{port}/below.js?x></script>"
            + $"<script src='http://notads.localhost:{port}/other.js?from=http://ads.localhost:{port}/self.js'></script>");

        var page = await RenderedAsync("/", options => options.BlockedHosts = ["ads.localhost", .. HostList.Trackers]);

        page.Title.Should().Be("page other");
        page.Blocked!.Requests.Should().Be(2);
        (_site.VisitsTo("/self.js") + _site.VisitsTo("/below.js")).Should().Be(0);
    }

    [Theory]
    [InlineData("there at once", "#late", "<p id=late>now</p>")]
    [InlineData("later", "#late", "<script>setTimeout(() => document.body.append(Object.assign(document.createElement('p'), { id: 'late', textContent: 'now' })), 1500)</script>")]
    [InlineData("by an attribute", "p[data-done='it\\'s']", "<p>now</p><script>setTimeout(() => document.querySelector('p').dataset.done = \"it's\", 700)</script>")]
    [InlineData("in a page that changes all the time", "#late", "<p id=p></p><script>let n = 0; setInterval(() => p.textContent = ++n, 1); setTimeout(() => { p.id = 'late'; document.body.append('now') }, 700)</script>")]
    [InlineData("in a shadow root", "x-late #late", "<x-late></x-late><script>setTimeout(() => document.querySelector('x-late').attachShadow({ mode: 'open' }).innerHTML = '<p id=late>now</p>', 700)</script>")]
    [InlineData("by XPath", "//p[. = 'now']", "<script>setTimeout(() => document.body.append(Object.assign(document.createElement('p'), { textContent: 'now' })), 700)</script>")]
    [InlineData("on the next page", "#late", "<script>setTimeout(() => location = '/next', 700)</script>")]
    [InlineData("with the document's members clobbered", "#late", "<form name=querySelector></form><form name=documentElement></form><script>setTimeout(() => document.body.append(Object.assign(document.createElement('p'), { id: 'late', textContent: 'now' })), 700)</script>")]
    public async Task RenderAsync_SelectorThatComesLate_IsWaitedFor(string how, string selector, string html)
    {
        _site.MapHtml("/", html);
        _site.MapHtml("/next", "<script>setTimeout(() => document.body.append(Object.assign(document.createElement('p'), { id: 'late', textContent: 'now' })), 300)</script>");

        var page = await RenderedAsync("/", wish: new PageWish([PageFormat.Text], [], selector) { WaitUntil = WaitUntil.DomContentLoaded });

        page.Text.Should().Contain("now", how);
    }

    [Fact]
    public async Task RenderAsync_TextAndMetadataNotWanted_AreLeftOut()
    {
        _site.MapHtml("/", "<html><meta name=description content=x><p>here</p><a href=/next>next</a>");

        var page = await RenderedAsync("/", wish: new PageWish([PageFormat.Html], []));

        page.Html.Should().Contain("here");
        page.Links.Should().ContainSingle();
        (page.Text, page.About).Should().Be(("", null));
    }

    [Fact]
    public async Task RenderAsync_SelectorThatNeverComes_Fails()
    {
        _site.MapHtml("/", "<p>x</p>");

        var failure = await FailureAsync("/", options => options.ActionTimeout = TimeSpan.FromSeconds(1), new PageWish([], [], WaitForSelector: "#never"));

        failure.Class.Should().Be(FailureClasses.SelectorMissing);
    }

    [Fact]
    public async Task RenderAsync_FailureThatIsFinal_ComesWithAPictureAndTheConsole()
    {
        _site.MapHtml("/", "<h1>no such thing</h1><script>console.log('first', 1); console.error('second'); setTimeout(() => { throw new Error('third'); })</script>");

        var failed = await FailedAsync("/", request => request with { WasTried = true, IsFinal = _ => true });

        failed.Failure.Class.Should().Be("selector-missing");
        failed.Evidence!.Url.Should().Be(_site.UriOf("/").AbsoluteUri);
        failed.Evidence.Jpeg.Should().StartWith([0xFF, 0xD8, 0xFF]);
        failed.Evidence.Console.Should().HaveCount(3).And.Contain(["log: first 1", "error: second"]).And.ContainSingle(line => line.StartsWith("uncaught:") && line.Contains("third"));
    }

    [Fact]
    public async Task RenderAsync_FailureOfAFirstTryOrOneThatIsNotFinal_CostsNoEvidence()
    {
        _site.MapHtml("/", "<script>console.log('talks')</script>");

        (await FailedAsync("/", request => request with { WasTried = true })).Evidence.Should().BeNull("it is tried again");
        (await FailedAsync("/", request => request with { IsFinal = _ => true })).Evidence!.Console.Should().BeEmpty("nobody listened the first time");
        (await FailedAsync("/nothing", request => request with { IsFinal = _ => true })).Evidence.Should().BeNull("that a page is not there needs no picture");
    }

    [Fact]
    public async Task RenderAsync_ConsoleFlood_KeepsTheLastLinesItListenedTo()
    {
        _site.MapHtml("/", $"<script>for (let i = 0; i < 20000; i++) console.log(i + ' {new string('x', 600)}')</script>");

        var failed = await FailedAsync("/", request => request with { WasTried = true, IsFinal = _ => true });

        failed.Evidence!.Console.Should().HaveCount(50).And.OnlyContain(line => line.Length <= 510);
    }

    [Fact]
    public async Task RenderAsync_PageWithFilesOfItsSite_SaysThatTheSiteIsDoneWhenTheLastIsAnsweredAndBeforeThePageIs()
    {
        var answers = 0;
        _site.Map("/late.json", async context =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, context.RequestAborted);
            Interlocked.Increment(ref answers);
            await context.Response.WriteAsync("{}");
        });
        _site.MapHtml("/", "<p>here</p><script>fetch('/late.json').then(r => r.text())</script>");
        var served = new TaskCompletionSource<(TimeSpan FirstByte, int Answers)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var turn = new TargetTurn(() => true, firstByte => served.SetResult((firstByte, Volatile.Read(ref answers))));

        // The selector never comes: the page is still being waited for when the site is done.
        var rendering = RenderAsync("/", options => options.ActionTimeout = TimeSpan.FromSeconds(5), new PageWish([], [], WaitForSelector: "#never"), navigationTimeout: null, turn);
        var first = await Task.WhenAny(served.Task, rendering).WaitAsync(Bounds.Medium);

        first.Should().BeSameAs(served.Task);
        (await served.Task).Answers.Should().Be(1, "the site was still busy with the page until then");
        (await served.Task).FirstByte.Should().BePositive();
        (await rendering).Should().BeOfType<RenderOutcome.Failed>();
    }

    [Fact]
    public async Task RenderAsync_AnotherSiteTakesLong_IsNoReasonToOccupyThePagesOwn()
    {
        await using var other = await TestSite.StartAsync(CancellationToken.None);
        var answered = 0;
        using var may = new SemaphoreSlim(0);
        other.Map("/slow.js", async context =>
        {
            await may.WaitAsync(context.RequestAborted);
            Interlocked.Increment(ref answered);
        });
        _site.MapHtml("/", $"<p>here</p><script async src='{other.UriOf("/slow.js")}'></script>");
        var answersWhenDone = -1;
        var turn = new TargetTurn(() => true, _ =>
        {
            answersWhenDone = Volatile.Read(ref answered);
            may.Release();
        });

        var outcome = await RenderAsync("/", configure: null, wish: null, navigationTimeout: null, turn);

        outcome.Should().BeOfType<RenderOutcome.Rendered>();
        answersWhenDone.Should().Be(0);
    }

    [Fact]
    public async Task RenderAsync_SiteKeepsAnAnswerOpen_IsNotSaidToBeDone()
    {
        _site.Map("/hang", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        _site.MapHtml("/", "<p>here</p><script>fetch('/hang')</script>");
        var said = false;

        var outcome = await RenderAsync("/", configure: null, wish: null, navigationTimeout: null, new TargetTurn(() => true, _ => said = true));

        outcome.Should().BeOfType<RenderOutcome.Rendered>();
        said.Should().BeFalse("the end of the rendering frees it");
    }

    [Fact]
    public async Task RenderAsync_Refused_IsNotSaidToBeDone()
    {
        _site.MapStatus("/", 429);
        var said = false;

        var outcome = await RenderAsync("/", configure: null, wish: null, navigationTimeout: null, new TargetTurn(() => true, _ => said = true));

        outcome.Should().BeOfType<RenderOutcome.Failed>();
        said.Should().BeFalse();
    }

    [Fact]
    public async Task RenderAsync_Cancelled_ThrowsAndThePlaceReturns()
    {
        _site.MapHtml("/", "<script>while (true) {}</script>");
        using var cancel = new CancellationTokenSource();
        await using var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any);
        var rendering = new BrowserRenderer(chromium.Config.Render, TimeProvider.System)
            .RenderAsync(lease, new RenderRequest(CanonicalUrl.Parse(_site.BaseUri.AbsoluteUri), new PageWish([], []), TargetTurn.Unlimited), cancel.Token);
        await Eventually.HoldsAsync(() => _site.VisitsTo("/") == 1, Bounds.Medium, "the page is being loaded");

        await cancel.CancelAsync();

        await rendering.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    private static bool BelongsTo(ProcessEntry process, int browserPid) =>
        ProcessTable.DescendantsOf(browserPid).Any(descendant => descendant.Pid == process.Pid);

    private async Task<RenderedPage> RenderedAsync(string path, Action<RenderOptions>? configure = null, PageWish? wish = null)
    {
        var outcome = await RenderAsync(path, configure, wish, navigationTimeout: null);
        return outcome.Should().BeOfType<RenderOutcome.Rendered>($"{(outcome as RenderOutcome.Failed)?.Failure.Reason}").Subject.Page;
    }

    /// <summary>A page in which nothing matches what is waited for, or that is not there.</summary>
    private async Task<RenderOutcome.Failed> FailedAsync(string path, Func<RenderRequest, RenderRequest> request) =>
        (await RenderAsync(
            path, options => options.ActionTimeout = TimeSpan.FromSeconds(2), new PageWish([], [], "#never"), navigationTimeout: null, request)).Should().BeOfType<RenderOutcome.Failed>().Subject;

    private async Task<AttemptFailure> FailureAsync(
        string path, Action<RenderOptions>? configure = null, PageWish? wish = null, TimeSpan? navigationTimeout = null) =>
        (await RenderAsync(path, configure, wish, navigationTimeout)).Should().BeOfType<RenderOutcome.Failed>().Subject.Failure;

    private Task<RenderOutcome> RenderAsync(string path, Action<RenderOptions>? configure, PageWish? wish, TimeSpan? navigationTimeout, TargetTurn? turn = null) =>
        RenderAsync(path, configure, wish, navigationTimeout, request => turn is null ? request : request with { Turn = turn });

    private async Task<RenderOutcome> RenderAsync(
        string path, Action<RenderOptions>? configure, PageWish? wish, TimeSpan? navigationTimeout, Func<RenderRequest, RenderRequest> request)
    {
        var options = new RenderOptions();
        configure?.Invoke(options);
        RenderOutcome outcome;
        await using (var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any))
        {
            lease.Context.SetDefaultNavigationTimeout((float)(navigationTimeout ?? options.NavigationTimeout).TotalMilliseconds);
            lease.Context.SetDefaultTimeout((float)options.ActionTimeout.TotalMilliseconds);
            outcome = await new BrowserRenderer(options, TimeProvider.System)
                .RenderAsync(lease, request(new RenderRequest(CanonicalUrl.Parse(_site.UriOf(path).AbsoluteUri), wish ?? new PageWish([PageFormat.Html, PageFormat.Text, PageFormat.Metadata], []), TargetTurn.Unlimited)), CancellationToken.None);
        }

        await Eventually.HoldsAsync(() => chromium.Pool.Snapshot().InUse == 0, Bounds.Medium, "the place comes back whatever the page did");
        return outcome;
    }
}
