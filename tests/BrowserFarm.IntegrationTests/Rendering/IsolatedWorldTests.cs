using BrowserFarm.Rendering;
using ContextPool.Leasing;
using Microsoft.Playwright;
using TestKit;

namespace BrowserFarm.IntegrationTests.Rendering;

[Collection(ChromiumCollection.Name)]
public sealed class IsolatedWorldTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private TestSite _site = null!;
    private ContextLease _lease = null!;
    private TabSession _tab = null!;

    private IPage Page => _lease.Page;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _site.MapHtml("/", "<title>one</title>").MapHtml("/2", "<title>two</title>");
        _lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any);
        await Page.GotoAsync(_site.BaseUri.AbsoluteUri);
        _tab = await TabSession.OpenAsync(Page);
    }

    public async Task DisposeAsync()
    {
        _tab.Dispose();
        await _lease.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task EvaluateAsync_PreparedOrNot_SeesTheDocument()
    {
        (await EvaluateAsync("document.title")).Should().Be("one");
        _tab.World.Prepare();
        (await EvaluateAsync("document.title")).Should().Be("one");
    }

    [Theory]
    [InlineData("/2")]
    [InlineData("data:text/html,<title>two</title>")]
    public async Task EvaluateAsync_DocumentReplacedSince_ReadsTheNewOne(string address)
    {
        _tab.World.Prepare();
        (await EvaluateAsync("document.title")).Should().Be("one");

        await Page.GotoAsync(address[0] == '/' ? _site.UriOf(address).AbsoluteUri : address);

        (await EvaluateAsync("document.title")).Should().Be("two");
    }

    /// <summary>Numbers of worlds are counted by each process anew: after a change of process an old number may be that of the page's own world.</summary>
    [Fact]
    public async Task EvaluateAsync_ManySitesOneAfterTheOther_NeverReadsInThePagesOwnWorld()
    {
        for (var i = 0; i < 6; i++)
        {
            await using var other = await TestSite.StartAsync(CancellationToken.None);
            other.MapHtml("/", $"<title>{i}</title><script>Object.defineProperty(document, 'title', {{ value: 'forged' }}); window.mark = 'forged'</script>");
            var host = i % 2 == 0 ? "127.0.0.1" : "localhost";

            await Page.GotoAsync($"http://{host}:{other.BaseUri.Port}/");

            (await EvaluateAsync("document.title")).Should().Be($"{i}");
        }
    }

    [Fact]
    public async Task EvaluateAsync_GlobalsAndPrototypesOfThePage_AreNotSeen()
    {
        await Page.EvaluateAsync("() => { Array.prototype.map = () => ['forged']; JSON.stringify = () => 'forged'; Object.prototype.toJSON = () => 'forged'; window.mark = 'x' }");

        (await EvaluateAsync("[1, 2].map((n) => n + 1).join()")).Should().Be("2,3");
    }

    [Fact]
    public async Task EvaluateAsync_ExpressionThatFails_SaysSo()
    {
        var evaluate = () => EvaluateAsync("(() => { throw new Error('no') })()");

        await evaluate.Should().ThrowAsync<PlaywrightException>().WithMessage("The page could not be read*");
    }

    private async Task<string?> EvaluateAsync(string expression) => (await _tab.World.EvaluateAsync(expression, Timeout, CancellationToken.None)).GetString();
}
