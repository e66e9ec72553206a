using BrowserFarm.Api.Access;
using BrowserFarm.IntegrationTests.Diagnostics;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BrowserFarm.IntegrationTests.Dashboard;

/// <summary>A service with tokens: its pages ask for one, and show nothing before.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class DashboardSignInTests(Viewer viewer) : DashboardTest(viewer), IClassFixture<Viewer>
{
    private readonly TokenSecret _reader = TokenSecret.Create();

    protected override string? TokensFile => Folder.Combine("tokens.json");

    public override async Task InitializeAsync()
    {
        ExpectsFaults = true;   // 401 is an error in the console
        await File.WriteAllTextAsync(TokensFile!, $$"""{ "tokens": [ { "name": "reader", "sha256": "{{_reader.Hash}}", "scopes": ["jobs:read"] } ] }""");
        File.SetUnixFileMode(TokensFile!, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await base.InitializeAsync();
    }

    [Fact]
    public async Task SignIn_WrongAndThenRightToken_ShowsTheFarmUntilSignedOut()
    {
        var page = await OpenAsync("#/pool");
        var token = page.GetByLabel("Token");
        await Expect(token).ToBeVisibleAsync();
        await Expect(page.Locator("main")).Not.ToContainTextAsync("Contexts");

        await token.FillAsync("bf_wrong");
        await token.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("No token of this service has this secret.");
        await token.FillAsync(_reader.Text);
        await token.PressAsync("Enter");
        await ShowsAsync(page, "A tab costs");
        (await page.EvaluateAsync<string>("document.cookie")).Should().BeEmpty("scripts have no access to the token");
        (await page.EvaluateAsync<string>("JSON.stringify(localStorage)")).Should().NotContain(_reader.Text);

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out" }).ClickAsync();
        await Expect(token).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(token).ToBeVisibleAsync();
        Faults.Where(fault => !fault.Contains("401", StringComparison.Ordinal)).Should().BeEmpty();
    }
}
