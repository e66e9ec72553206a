using BrowserFarm.IntegrationTests.Diagnostics;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BrowserFarm.IntegrationTests.Dashboard;

/// <summary>Whatever strangers write in their pages is text here: nothing of it runs, is loaded, turns the line round or becomes a link.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class DashboardHostileTests(Viewer viewer) : DashboardTest(viewer), IClassFixture<Viewer>
{
    private const string Attack = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script><a href=javascript:hacked=1>";

    [Fact]
    public async Task Texts_OfAHostileSite_AreShownAndInert()
    {
        Site.MapHtml("/", $"<title>{System.Net.WebUtility.HtmlEncode(Attack)}\u001b[31m\u202egnp.exe\u2066 {new string('x', 5000)}</title><p>{System.Net.WebUtility.HtmlEncode(Attack)}<a href=\"/bad?{Attack.Replace("\"", "", StringComparison.Ordinal)}\">bad</a>");
        Site.Map("/bad", async context =>
        {
            context.Response.StatusCode = 404;
            context.Response.ContentType = "text/html";
            await context.Response.Body.WriteAsync("<h1>no</h1>"u8.ToArray());
        });
        await BeginAsync(new { name = "hostile", urls = new[] { Site.UriOf("/").AbsoluteUri }, ignoreRobots = true });
        await UntilAsync("hostile", "finished");

        var page = await OpenAsync("#/jobs/1");
        await ShowsAsync(page, Attack);
        await ShowsAsync(page, "[31m‹U+202E›gnp.exe‹U+2066›");
        (await page.Locator("dd bdi").First.TextContentAsync())!.Length.Should().BeLessThan(450, "a title is cut");
        foreach (var address in new[] { "#/crawls/hostile", "#/dead?crawl=hostile", $"#/crawls/{Uri.EscapeDataString(Attack)}", $"#/dead?crawl={Uri.EscapeDataString(Attack)}&class={Uri.EscapeDataString(Attack)}", $"#/jobs/2", $"#/targets?show={Uri.EscapeDataString(Attack)}" })
        {
            await TurnAsync(page, address);
            await Expect(page.Locator("main")).ToContainTextAsync(address.StartsWith("#/crawls/hostile", StringComparison.Ordinal) || address == "#/jobs/2" || address == "#/dead?crawl=hostile" ? "/bad?" : "<script>");
            (await page.EvaluateAsync<bool>("'hacked' in window")).Should().BeFalse();
            (await page.Locator("main img[src='x'], main script, main a[href^='javascript' i]").CountAsync()).Should().Be(0);
            (await page.Locator("main a[target=_blank][href^='http']:not([rel~='noopener'][rel~='noreferrer'][rel~='nofollow'])").CountAsync()).Should().Be(0);
        }

        // What the service answers to names that nobody has is a fault that the console tells; of policies and requests there is none.
        ExpectsFaults = true;
        Faults.Where(fault => !fault.Contains("404", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task Visible_WhatHidesOrTurnsText_IsWrittenOut()
    {
        var page = await OpenAsync("dashboard/icon.svg");

        var shown = await page.EvaluateAsync<string>("""
            import('/dashboard/core/text.js').then(text => text.visible('a\u0000\u001b[31m\r\n\t\u007f\u009b\u202e\u2066\u200b\ufeff\u2028\ud800b\u{e0041}c', 40))
            """);
        var links = await page.EvaluateAsync<string[]>("""
            import('/dashboard/core/text.js').then(text => ['http://a.example/', 'javascript:alert(1)', 'data:text/html,x', 'https://b.example/‮cod', ' http://c.example/', 'file:///etc/passwd', 'x'].map(address => text.linkable(address) ?? 'no'))
            """);

        shown.Should().Be("a‹U+0000›‹U+001B›[31m‹U+000D›‹U+000A›‹U+0009›‹U+007F›‹U+009B›‹U+202E›‹U+2066›‹U+200B›‹U+FEFF›‹U+2028›‹U+D800›b‹U+E0041›c");
        links.Should().Equal("http://a.example/", "no", "no", "no", "http://c.example/", "no", "no");
    }

    [Fact]
    public async Task TryIt_HostilePage_IsShownAsText()
    {
        Site.MapHtml("/", $"<title>{System.Net.WebUtility.HtmlEncode(Attack)}</title><p>hello</p><script>1</script>");
        var page = await OpenAsync("#/submit?what=page");
        await page.GetByLabel("Address").FillAsync(Site.UriOf("/").AbsoluteUri);
        await page.GetByLabel("Show", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync("html");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Read it now" }).ClickAsync();

        await Expect(page.Locator("pre.content")).ToContainTextAsync("<script>1</script>");
        await ShowsAsync(page, Attack);
        (await page.EvaluateAsync<bool>("'hacked' in window")).Should().BeFalse();

        await page.GetByLabel("Show", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync("png");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Read it now" }).ClickAsync();
        await Expect(page.GetByAltText("The page as a picture")).ToBeVisibleAsync();
    }
}
