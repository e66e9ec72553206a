using BrowserFarm.IntegrationTests.Diagnostics;
using Microsoft.Playwright;
using TestKit;
using static Microsoft.Playwright.Assertions;

namespace BrowserFarm.IntegrationTests.Dashboard;

/// <summary>Crawls begun, found and repaired through the pages.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class DashboardWorkTests(Viewer viewer) : DashboardTest(viewer), IClassFixture<Viewer>
{
    [Fact]
    public async Task Submit_WithMistakesAndThenWithout_TellsThemAndBegins()
    {
        ExpectsFaults = true;   // a refusal is an error in the console
        Site.MapHtml("/", "<title>one</title>");
        var page = await OpenAsync("#/submit");
        await page.GetByLabel("Addresses to begin with").FillAsync($"{Site.UriOf("/")}\nnonsense");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Begin the crawl" }).ClickAsync();
        await Expect(page.Locator("#field-urls-problem")).ToContainTextAsync("Line 2");
        await Expect(page.GetByLabel("Addresses to begin with")).ToHaveAttributeAsync("aria-invalid", "true");

        await page.GetByLabel("Addresses to begin with").FillAsync(Site.UriOf("/").AbsoluteUri);
        await page.GetByLabel("Name", new PageGetByLabelOptions { Exact = true }).FillAsync("mine");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Begin the crawl" }).ClickAsync();

        await Expect(page.Locator("h1")).ToHaveTextAsync("mine");
        await ShowsAsync(page, "1 read");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Table (CSV)" }).WaitForAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByText("Table (CSV)").ClickAsync());
        (await File.ReadAllTextAsync(await download.PathAsync())).Should().Contain("one");
        download.SuggestedFilename.Should().Be("mine.csv");
    }

    [Fact]
    public async Task Crawls_PartOfAName_FindsThoseThatHaveIt()
    {
        Site.MapHtml("/", "<title>one</title>");
        foreach (var name in new[] { "shop-a", "news", "shop-b" })
            await BeginAsync(new { name, urls = new[] { Site.UriOf("/").AbsoluteUri } });
        var page = await OpenAsync("#/crawls");
        await ShowsAsync(page, "news");

        await page.GetByLabel("Name contains").FillAsync("SHOP");

        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await Expect(page.Locator("main")).Not.ToContainTextAsync("news");
    }

    [Fact]
    public async Task DeadLetters_WithEvidence_ArePutBackByTheirReason()
    {
        Link("/", "/gone", "/bad");
        Site.MapStatus("/gone", 404);
        Site.Map("/bad", async context =>
        {
            context.Response.StatusCode = 400;
            context.Response.ContentType = "text/html";
            await context.Response.Body.WriteAsync("<h1>bad</h1>"u8.ToArray());
        });
        await BeginAsync(new { name = "broken", urls = new[] { Site.UriOf("/").AbsoluteUri }, ignoreRobots = true });
        await UntilAsync("broken", "finished");
        await UntilPicturedAsync("broken");
        var page = await OpenAsync("#/dead");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "http-400 1" }).ClickAsync();
        await Expect(page.Locator(".letter")).ToHaveCountAsync(1);

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Evidence" }).ClickAsync();
        var picture = page.Locator(".evidence img");
        await Expect(picture).ToBeVisibleAsync();
        await Expect(picture).ToHaveJSPropertyAsync("complete", true);
        (await picture.EvaluateAsync<int>("image => image.naturalWidth")).Should().BeGreaterThan(100);

        Link("/bad");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Put all of this reason back" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Put back in line" }).ClickAsync();

        await UntilAsync("broken", crawl => Pages(crawl, "succeeded") == 2 && Pages(crawl, "failed") == 1, "the page is read after all");
        await Expect(page.Locator("main")).Not.ToContainTextAsync("http-400");
    }

    [Fact]
    public async Task DeadLetters_OfAllCrawls_AreShownWithTheirCrawlAndPutBackTogether()
    {
        foreach (var name in new[] { "first", "second" })
        {
            Site.MapStatus($"/{name}", 404);
            await BeginAsync(new { name, urls = new[] { Site.UriOf($"/{name}").AbsoluteUri }, ignoreRobots = true });
            await UntilAsync(name, "finished");
        }

        var page = await OpenAsync("#/dead");
        await Expect(page.Locator(".letter")).ToHaveCountAsync(2);
        await Expect(page.Locator(".letter").Nth(0)).ToContainTextAsync("first");
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "http-404 2" })).ToBeVisibleAsync();
        await page.GetByLabel("Crawl").SelectOptionAsync("second");
        await Expect(page.Locator(".letter")).ToHaveCountAsync(1);
        await page.GetByLabel("Crawl").SelectOptionAsync("");

        Link("/first");
        Link("/second");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Put all back" }).ClickAsync();
        await ShowsAsync(page, "Put 2 pages of all crawls back in line?");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Put back in line" }).ClickAsync();

        foreach (var name in new[] { "first", "second" })
            await UntilAsync(name, crawl => Pages(crawl, "succeeded") == 1, "its page is read after all");
        await ShowsAsync(page, "No page was given up");
    }

    [Fact]
    public async Task Pool_ContextsOfACrawl_AreShownWithWhoHasThemAndWhyTheyWent()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Site.Map("/slow", async context =>
        {
            await asked.Task.WaitAsync(Bounds.Long);
            context.Response.ContentType = "text/html";
            await context.Response.Body.WriteAsync("<title>slow</title>"u8.ToArray());
        });
        await BeginAsync(new { name = "shop", urls = new[] { Site.UriOf("/slow").AbsoluteUri }, ignoreRobots = true });
        var page = await OpenAsync("#/pool");

        var row = page.Locator("section[aria-labelledby=contexts] tbody tr").Filter(new LocatorFilterOptions { HasText = "crawl shop" });
        await Expect(row).ToContainTextAsync("on loan");
        await Expect(row.GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Job 1" })).ToHaveAttributeAsync("href", "#/jobs/1");
        asked.SetResult();
        await Expect(row).ToContainTextAsync("warm");
        await ShowsAsync(page, "Contexts closed");   // that of the look at itself, at the start
        await ShowsAsync(page, "lent once, as wanted");
    }

    /// <summary>A picture that does not come within two seconds is done without, and on a busy machine that happens.</summary>
    private Task UntilPicturedAsync(string crawl) => Eventually.HoldsAsync(
        async () =>
        {
            await UntilAsync(crawl, "finished");
            var job = (await AskAsync($"/v1/crawls/{crawl}/jobs?url=/bad")).GetProperty("items")[0].GetProperty("id").GetInt64();
            if ((await AskAsync($"/v1/jobs/{job}")).GetProperty("artifacts").GetArrayLength() == 1)
                return true;
            (await PostAsync($"/v1/jobs/{job}/retry", new { })).Dispose();
            return false;
        },
        Bounds.Long,
        "a picture of the failed page is kept");
}
