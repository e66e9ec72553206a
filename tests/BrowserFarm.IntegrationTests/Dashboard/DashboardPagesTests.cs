using BrowserFarm.Demo;
using BrowserFarm.IntegrationTests.Diagnostics;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BrowserFarm.IntegrationTests.Dashboard;

/// <summary>Every page with what a crawl of the demo shop gives it, on a screen and on a telephone.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class DashboardPagesTests(Viewer viewer) : DashboardTest(viewer), IClassFixture<Viewer>
{
    private static readonly (string Address, string[] Texts)[] Addresses =
    [
        ("#/", ["Flowing", "pages/s", "Queue", "ΔQ", "Drain time", "bounded by", "Memory", "Kills", "shop"]),
        ("#/crawls", ["shop", "running", "read ·", "Pause", "Cancel"]),
        ("#/crawls/shop", ["of 300 at most", "Lines (NDJSON)", "/products", "http-404"]),
        ("#/jobs/1", ["What was read", "Seedling", "Try 1", "Worked on for"]),
        ("#/targets", ["at once", "In flight", "Time to first byte", "429 share", "not blocked"]),
        ("#/dead", ["All crawls (1)", "shop (1)", "http-404", "/nowhere", "The site answered with status 404."]),
        ("#/pool", ["Last sign of life", "serving", "A tab costs", "Open contexts", "Held by", "Since the service started"]),
        ("#/submit", ["Addresses to begin with", "Begin the crawl"]),
        ("#/submit?what=page", ["Read it now"]),
    ];

    [Fact]
    public async Task EveryPage_CrawlOfTheDemoShop_ShowsItOnAScreenAndOnATelephone()
    {
        await using var shop = await DemoSite.StartAsync(new DemoSiteOptions(), TimeProvider.System, CancellationToken.None);
        await BeginAsync(new { name = "shop", urls = new[] { shop.BaseUri.AbsoluteUri, Site.UriOf("/nowhere").AbsoluteUri }, maxPages = 300 });
        await UntilAsync("shop", crawl => Pages(crawl, "succeeded") >= 2 && Pages(crawl, "failed") == 1, "two pages are read, and one has failed");

        var page = await OpenAsync();
        var phone = await OpenAsync(options: new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 360, Height = 740 }, IsMobile = true, HasTouch = true, ColorScheme = ColorScheme.Dark });
        foreach (var (address, texts) in Addresses)
        {
            await TurnAsync(page, address);
            await TurnAsync(phone, address);
            foreach (var text in texts)
            {
                await ShowsAsync(page, text);
                await ShowsAsync(phone, text);
            }

            (await phone.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).Should().Be(0, "{0} fits on a telephone", address);
            (await page.Locator("h1").CountAsync()).Should().Be(1, "{0} has one heading", address);
        }
    }

    [Fact]
    public async Task Theme_OfTheMachineAndThenChosen_HoldsOverALoad()
    {
        var page = await OpenAsync(options: new BrowserNewContextOptions { ColorScheme = ColorScheme.Dark });
        await ShowsAsync(page, "Idle");
        var dark = await GroundAsync(page);

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show it light" }).ClickAsync();
        var light = await GroundAsync(page);
        await page.ReloadAsync();
        await ShowsAsync(page, "Idle");

        Brightness(dark).Should().BeLessThan(60);
        Brightness(light).Should().BeGreaterThan(200);
        (await GroundAsync(page)).Should().Be(light);
    }

    [Fact]
    public async Task ApiPage_TheServicesOwnDocument_CanBeBrowsed()
    {
        var page = await OpenAsync("/api");

        await ShowsAsync(page, "Begins a crawl");
        await ShowsAsync(page, "Dead letters");
        await page.GetByText("/v1/queue").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Try it out" })).ToBeVisibleAsync();
    }

    private static Task<string> GroundAsync(IPage page) => page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

    private static double Brightness(string colour) => colour.Split('(', ')')[1].Split(',').Take(3).Average(part => double.Parse(part, System.Globalization.CultureInfo.InvariantCulture));
}
