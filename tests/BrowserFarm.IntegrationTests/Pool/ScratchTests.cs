using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using TestKit;
using Xunit.Abstractions;

namespace BrowserFarm.IntegrationTests.Pool;

public sealed class ScratchTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Storm()
    {
        await using var site = await HostileSite.StartAsync(CancellationToken.None);
        foreach (var neighbour in (Environment.GetEnvironmentVariable("SCRATCH") ?? "none,popup-storm,history-loop,reload-loop,navigation-loop,dialog-storm,print-loop,loop-at-load").Split(','))
        {
            using var playwright = await Playwright.CreateAsync();
            var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium-headless-shell", Args = ["--no-sandbox", .. Environment.GetEnvironmentVariable("SCRATCH_ARGS") is { Length: > 0 } args ? args.Split(' ') : []] });
            var times = new List<(double Crash, double Page, double Context)>();
            for (var round = 0; round < 3; round++)
            {
                var contexts = new List<IBrowserContext>();
                for (var i = 0; i < (neighbour == "none" ? 0 : 4); i++)
                {
                    var context = await browser.NewContextAsync();
                    contexts.Add(context);
                    var page = await context.NewPageAsync();
                    var hostile = HostileSite.Catalogue.First(one => one.Name == neighbour);
                    Forget(page.GotoAsync(site.UriOf(hostile).AbsoluteUri, new PageGotoOptions { Timeout = 0, WaitUntil = WaitUntilState.DOMContentLoaded }));
                }

                for (var k = 0; k < 3; k++)
                {
                    try
                    {
                        var context = await browser.NewContextAsync().WaitAsync(TimeSpan.FromSeconds(20));
                        var page = await context.NewPageAsync().WaitAsync(TimeSpan.FromSeconds(20));
                        var session = await context.NewCDPSessionAsync(page).WaitAsync(TimeSpan.FromSeconds(20));
                        var loop = HostileSite.Catalogue.First(one => one.Name == "loop-at-load");
                        Forget(page.GotoAsync(site.UriOf(loop).AbsoluteUri, new PageGotoOptions { Timeout = 0, WaitUntil = WaitUntilState.DOMContentLoaded }));
                        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
                        var watch = Stopwatch.StartNew();
                        var crashed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                        page.Crash += (_, _) => crashed.TrySetResult();
                        Forget(session.SendAsync("Page.crash"));
                        await Task.WhenAny(crashed.Task, Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System));
                        var crash = watch.Elapsed.TotalSeconds;
                        await page.CloseAsync().WaitAsync(TimeSpan.FromSeconds(20));
                        var closed = watch.Elapsed.TotalSeconds;
                        await context.CloseAsync().WaitAsync(TimeSpan.FromSeconds(20));
                        times.Add((crash, closed, watch.Elapsed.TotalSeconds));
                    }
                    catch (Exception exception)
                    {
                        output.WriteLine($"{neighbour}: {exception.GetType().Name} {exception.Message.Split('\n')[0]}");
                    }
                }

                foreach (var context in contexts)
                    Forget(context.CloseAsync());
                await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"RESULT {neighbour}: {string.Join(' ', times.Select(t => $"{t.Crash:0.00}/{t.Page:0.00}/{t.Context:0.00}"))}"));
            Forget(browser.CloseAsync());
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        }
    }

    [Fact]
    public async Task Failures()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapText("/ads/a.js", "1", "text/javascript");
        site.MapHtml("/", "<script src=/ads/a.js></script>");
        using var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium-headless-shell", Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync();
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Network.enable");
        await session.SendAsync("Network.setBlockedURLs", new Dictionary<string, object> { ["urls"] = new[] { "*/ads/*" } });
        page.Request += (_, r) => output.WriteLine($"RESULT request {r.Url}");
        page.RequestFailed += (_, r) => output.WriteLine($"RESULT failed {r.Url} {r.Failure}");
        foreach (var name in new[] { "Network.loadingFailed", "Network.requestWillBeSent" })
            session.Event(name).OnEvent += (_, e) => output.WriteLine($"RESULT {name} {e.ToString()![..Math.Min(600, e.ToString()!.Length)]}");
        await page.GotoAsync(site.BaseUri.AbsoluteUri);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        await browser.CloseAsync();
    }

    private static void Forget(Task task) => _ = task.ContinueWith(t => t.Exception, TaskScheduler.Default);
}
