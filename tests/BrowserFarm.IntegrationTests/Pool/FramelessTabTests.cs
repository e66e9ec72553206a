using ContextPool;
using ContextPool.Leasing;
using Microsoft.Playwright;
using TestKit;

namespace BrowserFarm.IntegrationTests.Pool;

/// <summary>What comes with frames comes without them too: each page is opened in both kinds of tabs and must say the same.</summary>
public sealed class FramelessTabTests : IAsyncLifetime
{
    private const string Tall = "<div style=height:5000px></div>";

    private BrowserContextPool _pool = null!;
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _pool = new BrowserContextPool(new ContextPoolOptions { MaxContexts = 4, MaxContextsPerCore = 4, BlankContexts = 0 });
    }

    public async Task DisposeAsync()
    {
        await _pool.DisposeAsync();
        await _site.DisposeAsync();
    }

    /// <summary>Each writes what it saw into <c>#said</c>, at last <c>done</c>.</summary>
    public static TheoryData<string, string> Pages => new()
    {
        { "animation frames, one after the other", "let n = 0; const next = () => ++n < 5 ? requestAnimationFrame(next) : end(n); requestAnimationFrame(next)" },
        { "an animation frame that was called off", "const id = requestAnimationFrame(() => say('wrong')); cancelAnimationFrame(id); requestAnimationFrame((t) => { say(typeof t, t > 0); end() })" },
        { "a frame that calls off the next one of the same turn", "let b; requestAnimationFrame(() => { say('a'); cancelAnimationFrame(b) }); b = requestAnimationFrame(() => say('b')); setTimeout(end, 100)" },
        { "an error in a frame", "addEventListener('error', (e) => say(e.message)); requestAnimationFrame(() => { throw new Error('mine') }); requestAnimationFrame(() => setTimeout(end, 20))" },
        { "an intersection, seen and unseen", "add('<p id=a>a</p>" + Tall + "<p id=b>b</p>'); const o = new IntersectionObserver((es) => { for (const e of es) say(e.target.id, e.isIntersecting, e.intersectionRatio, e instanceof IntersectionObserverEntry); end() }); o.observe(a); o.observe(b)" },
        { "an intersection far below, with a margin", "add('<div style=height:1500px></div><p id=b>b</p>'); new IntersectionObserver((es) => { say(es[0].isIntersecting, es[0].intersectionRatio); end() }, { rootMargin: '0px 0px 1000px 0px' }).observe(b)" },
        { "an intersection after a script scrolled", "add('" + Tall + "<p id=b>b</p>'); let n = 0; new IntersectionObserver((es) => { for (const e of es) say(e.isIntersecting); if (++n == 2) end(); else b.scrollIntoView() }).observe(b)" },
        { "an intersection within a scrolled element", "add('<div id=list style=\"height:100px;overflow:auto\"><div style=height:500px></div><p id=b>b</p></div>'); let n = 0; new IntersectionObserver((es) => { for (const e of es) say(e.isIntersecting); if (++n == 2) end(); else list.scrollTo(0, 1000) }, { root: list }).observe(b)" },
        { "an intersection with what has no box", "add('<p id=b style=display:none>b</p>'); new IntersectionObserver((es) => { say(es[0].isIntersecting, es[0].intersectionRatio); end() }).observe(b)" },
        { "an intersection's thresholds", "add('<div id=b style=\"height:1000px;width:10px\"></div>'); const o = new IntersectionObserver((es) => { say(es.length, es[0].isIntersecting); end() }, { threshold: [1, 0, .5] }); say(o.thresholds.join()); o.observe(b)" },
        { "a list that grows when its end is seen", "add('<ul id=l></ul><p id=e>end</p>'); let n = 0; new IntersectionObserver((es) => { if (!es.at(-1).isIntersecting) return end(n); for (let i = 0; i < 30; i++) l.insertAdjacentHTML('beforeend', '<li style=height:50px>' + n++) }).observe(e)" },
        { "a size, and its change", "add('<div id=b style=\"width:100px;padding:5px;border:1px solid\">x</div>'); let n = 0; new ResizeObserver((es) => { say(es[0].contentRect.width, es[0].contentRect.x, es[0].borderBoxSize[0].inlineSize, es[0] instanceof ResizeObserverEntry); if (++n == 2) end(); else b.style.width = '50px' }).observe(b)" },
        { "a size that includes its border", "add('<div id=b style=\"box-sizing:border-box;width:100px;padding:5px;border:1px solid\">x</div>'); new ResizeObserver((es) => { say(es[0].contentRect.width, es[0].borderBoxSize[0].inlineSize); end() }).observe(b)" },
        { "the size of what is hidden later", "add('<div id=b style=\"width:70px\">x</div>'); let n = 0; new ResizeObserver((es) => { say(es[0].contentRect.width); if (++n == 2) end(); else b.style.display = 'none' }).observe(b)" },
        { "a lazy image in view", "add('<img id=b loading=lazy src=/dot.svg>'); b.onload = () => { say(b.loading, b.naturalWidth); end() }" },
        { "a lazy image far away", "add('<div style=height:9000px></div><img id=b loading=lazy src=/dot.svg>'); b.onload = () => say('wrong'); setTimeout(() => end(b.complete), 700)" },
        { "a lazy frame", "add('<iframe id=b loading=lazy src=/frame></iframe>'); b.onload = () => { say(b.contentDocument.body.textContent.trim()); end() }" },
        { "an image that is decoded", "const i = new Image(); i.src = '/dot.svg'; i.decode().then(() => end(i.naturalWidth), end)" },
        { "the end of a transition", "add('<style>#b{transition:opacity .2s;opacity:1}</style><p id=b>b</p>'); b.ontransitionend = (e) => { say(e.propertyName, e.elapsedTime); b.remove(); end() }; getComputedStyle(b).opacity; b.style.opacity = 0" },
        { "the end of an animation", "add('<style>@keyframes k{from{opacity:0}}#b{animation:k .2s}</style><p id=b>b</p>'); b.onanimationstart = (e) => say('start', e.animationName); b.onanimationend = (e) => { say(e.animationName, e.elapsedTime); end() }" },
        { "the end of an animation by script", "add('<p id=b>b</p>'); b.animate([{ opacity: 0 }, { opacity: 1 }], 150).finished.then(() => end('finished'))" },
        { "an animation that a script listens to", "add('<p id=b>b</p>'); b.animate([{ opacity: 0 }, { opacity: 1 }], 150).onfinish = () => end('finished')" },
        { "a view transition", "document.startViewTransition(() => add('<p>new</p>')).finished.then(() => end('finished'))" },
        { "a scroll event", "add('" + Tall + "'); addEventListener('scroll', () => { say(scrollY); end() }, { once: true }); scrollTo(0, 300)" },
        { "idle time", "requestIdleCallback((d) => end(typeof d.timeRemaining()))" },
        { "fonts", "document.fonts.ready.then((f) => end(f.status))" },
        { "the page is seen", "end(document.visibilityState, document.hidden, innerWidth, innerHeight, matchMedia('(min-width: 1000px)').matches)" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_InATabWithoutFrames_SaysWhatItSaysInAnother(string what, string script)
    {
        _site.MapHtml("/", $$"""
            <!doctype html><title>{{what}}</title><body><pre id=said></pre><script>
            const say = (...values) => said.append(values.join(' ') + '\n'), add = (html) => document.body.insertAdjacentHTML('beforeend', html);
            const end = (...values) => { if (values.length) say(...values); if (!said.dataset.done) { said.dataset.done = 'yes'; say('done') } };
            {{script}}
            </script>
            """);
        _site.MapHtml("/frame", "<p>framed");
        _site.MapText("/dot.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='7' height='5'/>", "image/svg+xml");

        var ordinary = await ReadAsync(LeaseRequest.Any);
        var frameless = await ReadAsync(LeaseRequest.Any with { Frameless = true });

        ordinary.Should().EndWith("done\n");
        frameless.Should().Be(ordinary);
    }

    [Fact]
    public async Task Lease_Frameless_NeverDrawsAndIsKeptApartFromOthersOfItsKey()
    {
        _site.MapHtml("/", "<!doctype html><p>here");
        var key = new ContextKey("crawl", "site");
        await using (var ordinary = await _pool.LeaseAsync(new LeaseRequest("ordinary") { Key = key }, CancellationToken.None))
            await ordinary.Page.GotoAsync(_site.UriOf("/").AbsoluteUri);

        await using var frameless = await _pool.LeaseAsync(new LeaseRequest("frameless") { Key = key, Frameless = true }, CancellationToken.None);
        await frameless.Page.GotoAsync(_site.UriOf("/").AbsoluteUri);

        (await frameless.Page.InnerTextAsync("p")).Should().Be("here");
        frameless.Context.Pages.Should().ContainSingle();
        (await frameless.Page.EvaluateAsync<bool>("performance.getEntriesByType('paint').length == 0")).Should().BeTrue();
        _pool.Snapshot().Cells.Sum(cell => cell.Contexts).Should().Be(2);
    }

    private async Task<string> ReadAsync(LeaseRequest request)
    {
        await using var lease = await _pool.LeaseAsync(request, CancellationToken.None);
        await lease.Page.GotoAsync(_site.UriOf("/").AbsoluteUri);
        try
        {
            await lease.Page.Locator("#said[data-done]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached, Timeout = 6000 });
        }
        catch (TimeoutException)
        {
            // What it has said by now tells more than that it took too long.
        }

        return await lease.Page.Locator("#said").TextContentAsync() ?? "";
    }
}
