using System.Text.Json.Nodes;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Handlers;
using BrowserFarm.Workers;
using ContextPool.Leasing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Playwright;
using TestKit;

namespace BrowserFarm.IntegrationTests.Rendering;

/// <summary>Code of the embedding program at work in pages.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class PageHandlerTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private readonly RenderOptions _options = new() { HandlerTimeout = TimeSpan.FromSeconds(5) };
    private TestSite _site = null!;

    public async Task InitializeAsync() => _site = await TestSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task Handler_DataAndLinks_AreInThePage()
    {
        _site.MapHtml("/", "<!doctype html><a href=/known>known</a><p id=p>before</p>");

        var page = (RenderOutcome.Rendered)await RenderAsync(async (page, visit, _) =>
        {
            await page.EvaluateAsync("p.textContent = 'after'");
            return new PageFindings(new JsonObject { ["status"] = visit.Status }) { Links = [_site.UriOf("/known"), _site.UriOf("/new"), new Uri("relative", UriKind.Relative)] };
        });

        page.Page.Data!["status"]!.GetValue<int>().Should().Be(200);
        page.Page.Text.Should().Contain("after", "the page is read as the handler left it");
        page.Page.Links.Select(link => link.Url).Should().Equal(_site.UriOf("/known").AbsoluteUri, _site.UriOf("/new").AbsoluteUri);
    }

    [Fact]
    public async Task Handler_Mistake_FailsThePageForGood() =>
        (await FailureAsync((_, _, _) => throw new InvalidDataException("no price"))).Should().Be(
            new AttemptFailure(FailureKind.Permanent, "handler-failed", "The handler mine failed: InvalidDataException: no price"));

    [Fact]
    public async Task Handler_WaitsInVain_IsTriedAgain()
    {
        var failure = await FailureAsync(async (page, _, _) =>
        {
            await page.Locator("#never").WaitForAsync(new LocatorWaitForOptions { Timeout = 200 });
            return new PageFindings();
        });

        (failure.Kind, failure.Class).Should().Be((FailureKind.Transient, "handler-failed"));
    }

    [Fact]
    public async Task Handler_NeverComesBack_IsNotWaitedFor()
    {
        var failure = await FailureAsync(async (_, _, _) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);   // deaf on purpose
            return new PageFindings();
        });

        failure.Reason.Should().StartWith("The handler mine was not done within 5 s");
    }

    [Fact]
    public async Task Handler_BlocksItsThread_IsNotWaitedForEither()
    {
        using var end = new ManualResetEventSlim();
        var failure = await FailureAsync((_, _, _) =>
        {
            end.Wait(CancellationToken.None);
            return Task.FromResult(new PageFindings());
        });
        end.Set();

        failure.Reason.Should().StartWith("The handler mine was not done within 5 s");
    }

    [Fact]
    public async Task Handler_ClosesTheTab_CostsThePageAlone() =>
        (await FailureAsync(async (page, _, _) =>
        {
            await page.CloseAsync();
            return new PageFindings();
        })).Kind.Should().NotBe(FailureKind.Permanent);

    [Fact]
    public async Task Handler_TooMuchOrNothing_SaysSo()
    {
        (await FailureAsync((_, _, _) => Task.FromResult(new PageFindings(JsonValue.Create(new string('x', 6_000_000)))))).Reason.Should().Contain("6000002 characters; at most 5000000");
        (await FailureAsync((_, _, _) => Task.FromResult<PageFindings>(null!))).Reason.Should().Be("The handler mine returned nothing.");
    }

    [Fact]
    public async Task Crawl_WithAHandler_StoresItsDataAndFollowsItsLinks()
    {
        _site.MapHtml("/", "<!doctype html><p>start").MapHtml("/hidden", "<!doctype html><p>found");
        using var folder = new TempFolder();
        var options = new FarmOptions { ConfigureServices = services => services.AddSingleton(_site.UriOf("/hidden")).AddPageHandler<Finder>("finder") };

        await using (var crawl = await BeginAsync(folder, options, "finder"))
            await crawl.RunAsync();

        var pages = File.ReadLines(Path.Join(folder.Combine("crawl"), "results.ndjson")).Select(line => JsonNode.Parse(line)!).ToList();
        pages.Select(page => (new Uri((string)page["url"]!).AbsolutePath, (string?)page["data"]?["says"])).Should().BeEquivalentTo([("/", "start"), ("/hidden", (string?)"found")]);
    }

    [Fact]
    public async Task Crawl_HandlerIsNotRegistered_IsRefusedAndLeavesNothing()
    {
        using var folder = new TempFolder();
        var begin = () => BeginAsync(folder, new FarmOptions { ConfigureServices = services => services.AddSingleton(_site.BaseUri).AddPageHandler<Finder>("finder") }, "fnder");

        await begin.Should().ThrowAsync<OptionsValidationException>().WithMessage("*handler 'fnder', which this program does not have (it has finder)*");
        Directory.Exists(folder.Combine("crawl")).Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("finder")]
    public void AddPageHandler_NameEmptyOrTaken_IsRefused(string name)
    {
        var services = new ServiceCollection().AddPageHandler<Finder>("finder");

        FluentActions.Invoking(() => services.AddPageHandler<Finder>(name)).Should().Throw<ArgumentException>();
    }

    private Task<LocalCrawl> BeginAsync(TempFolder folder, FarmOptions options, string handler)
    {
        var spec = new CrawlSpec { Seeds = [_site.BaseUri.AbsoluteUri], Page = new PageWish([], []) { Handler = handler }, IgnoreRobots = true };
        return LocalCrawl.BeginAsync(folder.Combine("crawl"), spec, [CanonicalUrl.Parse(_site.BaseUri.AbsoluteUri)], PlaywrightConfigFile.Load(null), options, logging: null, CancellationToken.None);
    }

    private async Task<AttemptFailure> FailureAsync(Func<IPage, PageVisit, CancellationToken, Task<PageFindings>> handle)
    {
        _site.MapHtml("/", "<!doctype html><p>x");
        return (await RenderAsync(handle)).Should().BeOfType<RenderOutcome.Failed>().Subject.Failure;
    }

    private async Task<RenderOutcome> RenderAsync(Func<IPage, PageVisit, CancellationToken, Task<PageFindings>> handle)
    {
        await using var services = new ServiceCollection().AddSingleton(handle).AddPageHandler<Delegated>("mine").BuildServiceProvider();
        var request = new RenderRequest(CanonicalUrl.Parse(_site.BaseUri.AbsoluteUri), new PageWish([PageFormat.Text], []) { Handler = "mine" }, TargetTurn.Unlimited);
        await using var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any, CancellationToken.None);
        return await new BrowserRenderer(_options, TimeProvider.System, new PageHandlers(services, services.GetServices<PageHandlerName>())).RenderAsync(lease, request, CancellationToken.None);
    }

    private sealed class Delegated(Func<IPage, PageVisit, CancellationToken, Task<PageFindings>> handle) : IPageHandler
    {
        public Task<PageFindings> HandleAsync(IPage page, PageVisit visit, CancellationToken cancellationToken) => handle(page, visit, cancellationToken);
    }

    private sealed class Finder(Uri link) : IPageHandler
    {
        public async Task<PageFindings> HandleAsync(IPage page, PageVisit visit, CancellationToken cancellationToken) =>
            new(new JsonObject { ["says"] = await page.Locator("p").InnerTextAsync() }) { Links = [link] };
    }
}
