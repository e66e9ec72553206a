using Microsoft.Playwright;
using TestKit;

namespace BrowserFarm.IntegrationTests.TestKitTests;

/// <summary>Every page of the catalogue is what it says. The memory bombs are not set off here; only that they arrive.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class HostileSiteTests(ChromiumFixture chromium) : IAsyncLifetime
{
    /// <summary>A page that answers at all has answered long before this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private HostileSite _site = null!;

    public static TheoryData<string> HangingPages => [.. HostileScripts.Hanging.Select(page => page.Name)];

    public static TheoryData<string> OrdinaryNames => [.. OrdinaryPages.All.Select(page => page.Name)];

    public static TheoryData<string> CrashingPages => [.. HostileScripts.Crashing.Select(page => page.Name)];

    public async Task InitializeAsync() => _site = await HostileSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public void Pages_Catalogue_HasEveryKindAndNoNameTwice()
    {
        var pages = _site.Pages.Concat(_site.Ordinary).ToList();

        pages.Select(page => page.Name).Should().OnlyHaveUniqueItems();
        pages.Select(page => page.Kind).Distinct().Should().BeEquivalentTo(Enum.GetValues<HostileKind>());
        _site.Pages.Should().NotContain(page => page.Kind == HostileKind.Ordinary);
        _site.Ordinary.Should().OnlyContain(page => page.Kind == HostileKind.Ordinary).And.HaveCount(6);
    }

    [Fact]
    public async Task Pages_AllThatDoNotStall_SendTheirDocumentAtOnce()
    {
        using var client = new HttpClient { Timeout = Bounds.Medium };

        foreach (var page in _site.Pages.Concat(_site.Ordinary).Where(page => page.Kind != HostileKind.Stalls))
            (await client.GetStringAsync(_site.UriOf(page))).Should().Contain($"<h1>{page.Name}</h1>").And.EndWith("</html>");
    }

    [Fact]
    public async Task Pages_ThatStall_NeverArriveWhole()
    {
        using var client = new HttpClient { Timeout = Patience };

        foreach (var name in (string[])["silent-document", "trickle", "endless-body"])
        {
            var whole = () => client.GetStringAsync(_site.UriOf(_site.PageNamed(name)));
            await whole.Should().ThrowAsync<OperationCanceledException>(because: name);
        }
    }

    [Theory]
    [MemberData(nameof(OrdinaryNames))]
    public async Task Ordinary_InABrowser_RendersItsMarker(string name)
    {
        await using var lease = await chromium.Pool.LeaseAsync(new(name));
        var page = await lease.Context.NewPageAsync();

        await page.GotoAsync(_site.UriOf(_site.PageNamed(name)).AbsoluteUri);
        await page.WaitForSelectorAsync(HostileSite.ReadySelector);

        (await page.Locator("body *").CountAsync()).Should().BePositive();
    }

    [Theory]
    [MemberData(nameof(HangingPages))]
    public async Task Hangs_InABrowser_NeverGivesItsContent(string name)
    {
        await using var lease = await chromium.Pool.LeaseAsync(new(name));
        var page = await lease.Context.NewPageAsync();

        var read = ReadAsync(page, name);
        var ended = await Task.WhenAny(read, Task.Delay(Patience, TimeProvider.System)) == read;

        ended.Should().BeFalse("no reader gets past this page");
        _ = read.ContinueWith(static call => call.Exception, TaskScheduler.Default);
    }

    [Theory]
    [MemberData(nameof(CrashingPages))]
    public async Task Crashes_InABrowser_BringsItsRendererDown(string name)
    {
        await using var lease = await chromium.Pool.LeaseAsync(new(name));
        var page = await lease.Context.NewPageAsync();
        var crashed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        page.Crash += (_, _) => crashed.TrySetResult();

        var read = ReadAsync(page, name);

        await crashed.Task.WaitAsync(Bounds.Medium);
        _ = read.ContinueWith(static call => call.Exception, TaskScheduler.Default);
    }

    /// <summary>What a caller without any bound of its own does.</summary>
    private async Task<string> ReadAsync(IPage page, string name)
    {
        await page.GotoAsync(_site.UriOf(_site.PageNamed(name)).AbsoluteUri, new PageGotoOptions { Timeout = 0 });
        await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System);   // longer than the delay of loop-later
        return await page.EvaluateAsync<string>("document.documentElement.outerHTML");
    }
}
