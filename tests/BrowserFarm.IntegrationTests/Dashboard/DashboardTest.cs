using BrowserFarm.IntegrationTests.Api;
using Microsoft.Playwright;
using TestKit;
using static Microsoft.Playwright.Assertions;

namespace BrowserFarm.IntegrationTests.Dashboard;

/// <summary>What tests of the dashboard share: a service, and a browser that notes whatever a page must not do.</summary>
public abstract class DashboardTest(Viewer viewer) : ServiceTest
{
    private readonly List<IBrowserContext> _contexts = [];
    private readonly List<string> _faults = [];

    protected override string DashboardFolder => viewer.Folder;

    /// <summary>Errors of scripts and in the console, reports of the policy, and requests to others than the service.</summary>
    protected IReadOnlyList<string> Faults
    {
        get
        {
            lock (_faults)
                return [.. _faults];
        }
    }

    /// <summary>Whether a test lets go wrong what a page then tells of.</summary>
    protected bool ExpectsFaults { get; set; }

    public override Task InitializeAsync()
    {
        SetDefaultExpectTimeout((float)Bounds.Medium.TotalMilliseconds);
        return base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        foreach (var context in _contexts)
            await context.CloseAsync();
        await base.DisposeAsync();
        if (!ExpectsFaults)
            Faults.Should().BeEmpty("no page of the dashboard does any of this");
    }

    /// <summary>Opens a page of the dashboard.</summary>
    /// <param name="address">What is behind the host: <c>#/crawls</c>.</param>
    protected async Task<IPage> OpenAsync(string address = "", BrowserNewContextOptions? options = null)
    {
        var context = await viewer.Browser.NewContextAsync(options ?? new BrowserNewContextOptions());
        _contexts.Add(context);
        await context.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));");
        context.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: not ("blob" or "data") } url && url.Authority != Client.BaseAddress!.Authority)
                Note($"request: {request.Url}");
        };
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Note($"console: {message.Text}");
        };
        page.PageError += (_, error) => Note($"script: {error}");
        page.Dialog += (_, dialog) => Note($"dialog: {dialog.Message}");
        await page.GotoAsync(new Uri(Client.BaseAddress!, address).AbsoluteUri);
        return page;
    }

    /// <summary>Turns to another page without loading anything anew.</summary>
    protected static Task TurnAsync(IPage page, string hash) => page.EvaluateAsync("hash => location.hash = hash", hash);

    protected static Task ShowsAsync(IPage page, string text) => Expect(page.Locator("body")).ToContainTextAsync(text);

    /// <summary>Goes on by the Tab key alone until something of this name has the focus.</summary>
    protected static async Task TabToAsync(IPage page, string name)
    {
        for (var presses = 0; presses < 60; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if ((await page.EvaluateAsync<string>("document.activeElement.textContent")).StartsWith(name, StringComparison.Ordinal))
                return;
        }

        throw new Xunit.Sdk.XunitException($"'{name}' is not reached by the Tab key.");
    }

    private void Note(string fault)
    {
        lock (_faults)
            _faults.Add(fault);
    }
}
