using System.Text;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Actions;
using ContextPool.Leasing;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Rendering;

/// <summary>Actions and waits in real pages.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class ActionTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private readonly RenderOptions _options = new() { ActionTimeout = TimeSpan.FromSeconds(10) };
    private TestSite _site = null!;

    public async Task InitializeAsync() => _site = await TestSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task Actions_LogIn_ReadsWhatIsBehindIt()
    {
        _site.Map("/", async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync(context.Request.Cookies.ContainsKey("who")
                ? "<!doctype html><h1 class=account>Welcome</h1>"
                : "<!doctype html><form id=login method=post action=/login><input id=user name=user><input id=password name=password type=password><button>Go</button></form>");
        });
        _site.Map("/login", async context =>
        {
            var form = await context.Request.ReadFormAsync();
            if (form["user"] == "ada" && form["password"] == "secret")
                context.Response.Cookies.Append("who", "ada");
            context.Response.Redirect("/");
        });

        var page = await RenderedAsync("/", """
            [{ "fill": "#user", "text": "ada", "if": "#login" }, { "type": "#password", "text": "secret", "if": "#login" }, { "click": "#login button", "if": "#login" }, { "waitFor": ".account" },
             { "screenshot": "inside" }, { "click": "#never", "if": "#login" }]
            """);

        page.Text.Should().Be("Welcome");
        page.Pictures.Should().ContainKey("inside.png").WhoseValue.Should().StartWith(new byte[] { 0x89, 0x50, 0x4E, 0x47 });
        page.ActionsSkipped.Should().BeEmpty();
    }

    [Fact]
    public async Task Actions_InfiniteScroll_LoadsEveryItemOnce()
    {
        MapEndless(items: 95);

        var page = await RenderedAsync("/", """[{ "scrollToEnd": ".item" }]""");

        page.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("item", StringComparison.Ordinal)).Should().Equal(Enumerable.Range(0, 95).Select(number => $"item {number}"));
    }

    [Theory]
    [InlineData("""[{ "scrollToEnd": ".item", "maxItems": 60 }]""")]
    [InlineData("""[{ "scrollToEnd": true, "timeoutMs": 3000 }]""")]
    public async Task Actions_ScrollThatNeverEnds_EndsByItsBound(string actions)
    {
        MapEndless(items: int.MaxValue);

        var page = await RenderedAsync("/", actions);

        page.Text.Should().Contain("item 20");
    }

    [Fact]
    public async Task Actions_OfEveryOtherKind_DoWhatTheySay()
    {
        _site.MapHtml("/frame", "<!doctype html><button id=inner onclick=\"parent.note('inner clicked')\">in</button>");
        _site.MapHtml("/", """
            <!doctype html><style>#far { margin-top: 4000px }</style><script>function note(text) { log.append(text, document.createElement('br')); }</script>
            <button id=b onclick="note('clicked')" ondblclick="note('twice')" onmouseover="note('over')">b</button><input id=t oninput="note('typed ' + value)" onkeydown="if (event.key == 'Enter') note('enter')">
            <select id=s onchange="note('chose ' + value)"><option>one<option value=2>two</select><input type=checkbox id=c onchange="note('checked ' + checked)">
            <input type=file id=f onchange="files[0].text().then(text => note(files[0].name + ' holds ' + text))"><iframe src=/frame></iframe><p id=later hidden>later</p>
            <p id=log></p><p id=far>far</p><script>onscroll = () => { if (scrollY > 100) { onscroll = null; note('scrolled'); } }; setTimeout(() => { later.hidden = false; window.ready = true; }, 700);</script>
            """);

        var page = await RenderedAsync("/", """
            [{ "hover": "#b" }, { "click": "#b" }, { "doubleClick": "//button[@id='b']" }, { "type": "#t", "text": "ab" }, { "press": "Enter", "on": "#t" }, { "fill": "#t", "text": "z" },
             { "select": "#s", "option": "two" }, { "check": "#c" }, { "uncheck": "#c" }, { "upload": "#f", "name": "a.txt", "text": "hi" }, { "click": "#inner", "frame": "iframe" },
             { "waitFor": "#later" }, { "waitForScript": "window.ready" }, { "scrollBy": [0, 300] }, { "scrollTo": "#far" }, { "screenshot": "far", "on": "#far" }, { "wait": 50 },
             { "script": "() => ({ a: [1, 'x', null], url: location.pathname })" }, { "script": "undefined" }, { "click": "#nothing", "optional": true, "timeoutMs": 300 }, { "goTo": "/frame" }, { "back": true }]
            """, wish => wish with { WaitForScript = "document.readyState === 'complete'" });

        page.FinalUrl.Should().Be(_site.UriOf("/"));
        page.ScriptValues.ToJsonString().Should().Be("""[{"a":[1,"x",null],"url":"/"},null]""");
        page.ActionsSkipped.Should().ContainSingle().Which.Should().Match<SkippedAction>(skipped => skipped.Number == 20 && skipped.Action == "Click #nothing" && skipped.Reason.Contains("within 0.3 s") && skipped.Reason.Contains("#nothing"));
        page.Pictures.Keys.Should().Equal("far.png");
    }

    [Fact]
    public async Task Actions_Events_ReachThePage()
    {
        _site.MapHtml("/frame", "<!doctype html><button id=inner onclick=\"parent.note('inner clicked')\">in</button>");
        _site.MapHtml("/", """
            <!doctype html><script>function note(text) { log.append(text, document.createElement('br')); }</script>
            <button id=b onclick="note('clicked')" ondblclick="note('twice')">b</button><input id=t oninput="note('typed ' + value)" onkeydown="if (event.key == 'Enter') note('enter')">
            <select id=s onchange="note('chose ' + value)"><option>one<option value=2>two</select><input type=checkbox id=c onchange="note('checked ' + checked)">
            <input type=file id=f onchange="files[0].text().then(text => note(files[0].name + ' holds ' + text))"><iframe src=/frame></iframe><p id=log></p>
            """);

        var page = await RenderedAsync("/", """
            [{ "click": "#b" }, { "type": "#t", "text": "ab" }, { "press": "Enter", "on": "#t" }, { "fill": "#t", "text": "z" }, { "select": "#s", "option": "two" }, { "check": "#c" }, { "uncheck": "#c" },
             { "upload": "#f", "name": "a.txt", "text": "hi" }, { "waitForScript": "log.textContent.includes('holds')" }, { "click": "#inner", "frame": "iframe" }, { "doubleClick": "#b" }]
            """);

        page.Text.Split('\n').Should().ContainInOrder("clicked", "typed a", "typed ab", "enter", "typed z", "chose 2", "checked true", "checked false", "a.txt holds hi", "inner clicked", "clicked", "clicked", "twice");
    }

    [Theory]
    [InlineData("""[{ "wait": 1 }, { "click": "#none", "timeoutMs": 500 }]""", "Action 2 of 2 (Click #none) failed: it was not done within 0.5 s*#none*")]
    [InlineData("""[{ "click": "#covered", "timeoutMs": 12000 }]""", "Action 1 of 1 (Click #covered) failed: it was not done within 12 s*intercepts pointer events*")]
    [InlineData("""[{ "fill": "#covered", "text": "x", "timeoutMs": 500 }]""", "Action 1 of 1 (Fill #covered) failed: *not an <input>*")]
    [InlineData("""[{ "goTo": "https://other.example/" }]""", "Action 1 of 1 (GoTo https://other.example/) failed: https://other.example/ is no page of *")]
    [InlineData("""[{ "script": "throw new Error('mine')" }]""", "Action 1 of 1 (Script a script) failed: *mine*")]
    [InlineData("""[{ "script": "'x'.repeat(2000000)" }]""", "*it returned 2000002 characters; at most 1000000 are kept.")]
    [InlineData("""[{ "press": "NoSuchKey" }]""", "Action 1 of 1 (Press NoSuchKey) failed: *NoSuchKey*")]
    public async Task Actions_ThatFails_SaysWhichOnWhatAndWhy(string actions, string reason)
    {
        _site.MapHtml("/", "<!doctype html><button id=covered>b</button><div style='position:fixed;inset:0'></div>");

        var outcome = await RenderAsync("/", actions);

        var failed = outcome.Should().BeOfType<RenderOutcome.Failed>().Subject;
        failed.Failure.Class.Should().Be("action-failed");
        failed.Failure.Reason.Should().Match(reason);
        failed.Evidence!.Jpeg.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Actions_AClickThatStopsThePageForEver_IsAFailureAndThePlaceComesBack()
    {
        _site.MapHtml("/", "<!doctype html><button id=b onclick='while (true);'>b</button>");
        _options.ActionTimeout = TimeSpan.FromSeconds(2);

        var outcome = await RenderAsync("/", """[{ "click": "#b" }, { "script": "1" }]""");

        outcome.Should().BeOfType<RenderOutcome.Failed>();
        await Eventually.HoldsAsync(() => chromium.Pool.Snapshot().InUse == 0, Bounds.Medium, "the place comes back");
    }

    [Fact]
    public async Task Waits_ForWhatComesLate_AreOver()
    {
        _site.Map("/api/products", async context =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(800), TimeProvider.System, context.RequestAborted);
            await context.Response.WriteAsync("[]", context.RequestAborted);
        });
        _site.MapHtml("/", "<!doctype html><p id=wait>wait</p><script>setTimeout(() => { fetch('/api/products?x=1').then(() => { window.got = true; wait.remove(); }) }, 700)</script>");

        var wish = new PageWish([PageFormat.Text], []) { WaitUntil = WaitUntil.DomContentLoaded };

        (await RenderedAsync("/", actions: null, _ => wish)).Text.Should().Be("wait");
        (await RenderedAsync("/", actions: null, _ => wish with { WaitForResponse = "**/api/products*" })).Text.Should().BeOneOf("", "wait");
        (await RenderedAsync("/", actions: null, _ => wish with { WaitForScript = "window.got" })).Text.Should().Be("");
        (await RenderedAsync("/", actions: null, _ => new PageWish([PageFormat.Text], [], "#wait") { WaitUntil = WaitUntil.DomContentLoaded, WaitForState = SelectorState.Hidden })).Text.Should().Be("");
    }

    [Theory]
    [InlineData("script", "not-ready", "The script window.never was not true within 1 s.")]
    [InlineData("response", "not-ready", "No answer came from **/never within 1 s.")]
    [InlineData("visible", "selector-missing", "Nothing matched #hidden visibly within 1 s.")]
    [InlineData("hidden", "selector-missing", "What matches #there did not go away within 1 s.")]
    public async Task Waits_ForWhatNeverComes_SayWhat(string what, string @class, string reason)
    {
        _site.MapHtml("/", "<!doctype html><p id=there>x</p><p id=hidden hidden>y</p>");
        _options.ActionTimeout = TimeSpan.FromSeconds(1);
        var wish = new PageWish([], []);

        var outcome = await RenderAsync("/", actions: null, _ => what switch
        {
            "script" => wish with { WaitForScript = "window.never" },
            "response" => wish with { WaitForResponse = "**/never" },
            "visible" => wish with { WaitForSelector = "#hidden", WaitForState = SelectorState.Visible },
            _ => wish with { WaitForSelector = "#there", WaitForState = SelectorState.Hidden },
        });

        outcome.Should().BeOfType<RenderOutcome.Failed>().Which.Failure.Should().BeEquivalentTo(new { Class = @class, Reason = reason });
    }

    /// <summary>Twenty items at a time, whenever the end comes into view.</summary>
    private void MapEndless(int items)
    {
        _site.Map("/items", async context =>
        {
            var from = int.Parse(context.Request.Query["from"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, context.RequestAborted);
            await context.Response.WriteAsync(string.Join(',', Enumerable.Range(from, (int)Math.Min(20L, items - (long)from))), context.RequestAborted);
        });
        _site.MapHtml("/", """
            <!doctype html><style>.item { height: 100px }</style><div id=list></div><div id=end>end</div><script>
            let from = 0, busy = false;
            const more = async () => {
              if (busy) return;
              busy = true;
              const text = await (await fetch('/items?from=' + from)).text();
              for (const number of text ? text.split(',') : []) {
                const item = document.createElement('div'); item.className = 'item'; item.textContent = 'item ' + number; list.append(item); from++;
              }
              busy = false;
            };
            new IntersectionObserver(entries => { if (entries[0].isIntersecting) more(); }).observe(end);
            </script>
            """);
    }

    private async Task<RenderedPage> RenderedAsync(string path, string? actions, Func<PageWish, PageWish>? wish = null)
    {
        var outcome = await RenderAsync(path, actions, wish);
        return outcome.Should().BeOfType<RenderOutcome.Rendered>($"{(outcome as RenderOutcome.Failed)?.Failure.Reason}").Subject.Page;
    }

    private async Task<RenderOutcome> RenderAsync(string path, string? actions, Func<PageWish, PageWish>? wish = null)
    {
        var plain = new PageWish([PageFormat.Text], []) { Actions = actions is null ? [] : ActionList.Parse(Encoding.UTF8.GetBytes(actions), "actions") };
        var request = new RenderRequest(CanonicalUrl.Parse(_site.UriOf(path).AbsoluteUri), wish?.Invoke(plain) ?? plain, TargetTurn.Unlimited) { IsFinal = _ => true };
        await using var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any, CancellationToken.None);
        return await new BrowserRenderer(_options, TimeProvider.System).RenderAsync(lease, request, CancellationToken.None);
    }
}
