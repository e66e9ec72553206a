using BrowserFarm.IntegrationTests.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BrowserFarm.IntegrationTests.Dashboard;

/// <summary>What happens is seen without loading anything again, and what is done by keys happens.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class DashboardLiveTests(Viewer viewer) : DashboardTest(viewer), IClassFixture<Viewer>
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Link("/", "/1", "/2", "/3");
        Site.MapAll(async context =>
        {
            await _open.Task.WaitAsync(context.RequestAborted);
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<title>late</title>");
        });
    }

    public override Task DisposeAsync()
    {
        _open.TrySetResult();
        return base.DisposeAsync();
    }

    [Fact]
    public async Task Crawl_PagesEnd_NumbersMoveWithoutALoad()
    {
        await BeginAsync(new { name = "slow", urls = new[] { Site.UriOf("/").AbsoluteUri }, ignoreRobots = true });
        await UntilAsync("slow", crawl => Pages(crawl, "succeeded") == 1, "the first page is read");
        var overview = await OpenAsync();
        var page = await OpenAsync("#/crawls/slow");
        await ShowsAsync(page, "1 read");
        await ShowsAsync(overview, "1 read");
        await page.EvaluateAsync("window.stays = true");

        _open.SetResult();

        await ShowsAsync(page, "4 read");
        await ShowsAsync(page, "finished");
        await ShowsAsync(overview, "4 read");
        (await page.EvaluateAsync<bool>("window.stays")).Should().BeTrue();
    }

    [Fact]
    public async Task Crawl_ByKeysAlone_IsPausedResumedAndCancelled()
    {
        await BeginAsync(new { name = "keys", urls = new[] { Site.UriOf("/").AbsoluteUri }, ignoreRobots = true });
        await UntilAsync("keys", crawl => Pages(crawl, "running") > 0, "a page is open");
        var page = await OpenAsync("#/crawls/keys");
        await ShowsAsync(page, "Pause");

        await page.Keyboard.PressAsync("Tab");
        (await page.EvaluateAsync<string>("document.activeElement.textContent")).Should().Be("To the content");
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, "Pause");
        await page.Keyboard.PressAsync("Enter");
        await UntilAsync("keys", "paused");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Paused: keys");
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Resume keys" })).ToBeVisibleAsync();
        await TabToAsync(page, "Resume");
        await page.Keyboard.PressAsync("Space");
        await UntilAsync("keys", "running");
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Pause keys" })).ToBeVisibleAsync();
        await TabToAsync(page, "Cancel");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Cancel keys for good?");
        (await page.EvaluateAsync<string>("document.activeElement.textContent")).Should().Be("No, leave it", "a key pressed once too often does no harm");
        await TabToAsync(page, "Cancel the crawl");
        await page.Keyboard.PressAsync("Enter");

        await UntilAsync("keys", "cancelled");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Cancelled: keys");
        await Expect(page.Locator(".hero .state")).ToHaveTextAsync("cancelled");
    }

    [Fact]
    public async Task Connection_LostAndBack_IsTold()
    {
        ExpectsFaults = true;
        var page = await OpenAsync();
        await Expect(page.Locator(".connection")).ToHaveTextAsync("live");

        await StopAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Connection lost");
        await Expect(page.Locator(".connection")).ToHaveTextAsync("connection lost");
        await ShowsAsync(page, "Idle");

        await StartAsync(page.Url);
        await Expect(page.Locator(".connection")).ToHaveTextAsync("live");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Job_ThatWaits_SaysWhy()
    {
        await BeginAsync(new { name = "waits", urls = new[] { Site.UriOf("/").AbsoluteUri }, ignoreRobots = true });
        await UntilAsync("waits", crawl => Pages(crawl, "running") > 0 && Pages(crawl, "waiting") > 0, "a page waits for another");
        var waiting = (await AskAsync("/v1/crawls/waits/jobs?state=waiting")).GetProperty("items")[0].GetProperty("id").GetInt64();

        var page = await OpenAsync($"#/jobs/{waiting}");

        await ShowsAsync(page, "Why it waits");
        await ShowsAsync(page, "its site’s limit of requests at once");
    }
}
