using AngleSharp.Html.Parser;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Http;

namespace BrowserFarm.Tests.Rendering;

/// <summary>What servers send, and whether it will do.</summary>
public sealed class BrowserNeedTests
{
    private const string Words = "There is enough said on this page for anybody who came to read it, and nothing of it is drawn by a script. The ships lie at the quay, the ropes are made in the old rope walk, and the bridge has been closed to carts since the great flood.";

    public static TheoryData<string, string> Needy => new()
    {
        { "<div id=root></div><script src=/app.js></script>", "root" },
        { "<div id=app><div class=spinner>Loading…</div></div><script type=module src=/main.js></script>", "root" },
        { "<app-root></app-root><script src=runtime.js></script>", "root" },
        { "<div id=__next><div></div></div><script id=__NEXT_DATA__ type=application/json>{}</script><script src=/n.js></script>", "root" },
        { "<noscript>You need to enable JavaScript to run this app.</noscript><div class=shell></div><script src=x.js></script>", "JavaScript" },
        { "<noscript>Для работы включите скрипты</noscript><p>Загрузка</p><script src=x.js></script>", "JavaScript" },
        { "<noscript>JavaScriptを有効にしてください</noscript><script src=x.js></script>", "JavaScript" },
        { "<body><noscript><p>Please enable JavaScript</p></noscript><script src=x.js></script>", "JavaScript" },
        { "<script>location = '/elsewhere'</script>", "nothing but scripts" },
        { $"<header>{Words}</header><main></main><footer>{Words}</footer><script src=x.js></script>", "main part" },
        { $"<nav>{Words}</nav><div role=main><div class=skeleton></div></div><script>draw()</script>", "main part" },
        { $"<nav>{Words}</nav><div id=content>  </div><script>draw()</script>", "main part" },
    };

    public static TheoryData<string> Whole =>
    [
        "<p>OK</p>",
        "",
        "<h1>Small</h1><p>but all there is</p>",
        $"<main><p>{Words}</p></main><script src=/hydrate.js></script>",
        $"<div id=root><p>{Words}</p></div><script src=/hydrate.js></script>",
        $"<noscript>JavaScript makes this nicer</noscript><p>{Words}</p><script src=x.js></script>",
        "<div id=app></div>",   // no script will ever fill it
        "<div id=root></div><script type='application/ld+json'>{}</script>",
        "<main><img src=/map.png></main><script src=stats.js></script>",
        "<main><table><tr><td>1</table></main><script src=stats.js></script>",
        "<main><form action=/search><input name=q></form></main><script src=stats.js></script>",
        $"<main></main><article id=main><p>{Words}</p></article><script src=x.js></script>",
        "<h1>Contact</h1><p>a@b.example</p><script>track()</script>",
    ];

    [Theory]
    [MemberData(nameof(Needy))]
    public void Find_EmptyShell_SaysWhatIsMissing(string html, string reason) => Find(html).Should().Contain(reason);

    [Theory]
    [MemberData(nameof(Whole))]
    public void Find_PageThatSaysSomething_IsLeftAsItIs(string html) => Find(html).Should().BeNull();

    [Fact]
    public void Find_AwaitedSelectorIsMissing_IsEnough()
    {
        Find("<p>OK</p>", new PageWish([], [], ".price")).Should().Be("Nothing matches .price in what the server sends.");
        Find("<p class=price>1</p>", new PageWish([], [], ".price")).Should().BeNull();
    }

    private static string? Find(string html, PageWish? wish = null) =>
        BrowserNeed.Find(StaticPage.Read(new HtmlParser().ParseDocument(html), new Uri("https://a.example/")), wish ?? new PageWish([], []));
}
