using System.Net;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Http;
using BrowserFarm.Tests.Crawling;
using TestKit;

namespace BrowserFarm.Tests.Rendering;

public sealed class HttpRendererTests : IDisposable
{
    private const string Url = "https://a.example/1";

    private readonly ManualTimeProvider _clock = new();
    private readonly FakeWeb _web = new();
    private readonly HttpRenderer _renderer;

    public HttpRendererTests() => _renderer = new HttpRenderer(new HttpRenderOptions { AcceptLanguage = "de", UserAgent = "me" }, new RenderOptions(), _clock, _web);

    public void Dispose() => _renderer.Dispose();

    [Fact]
    public async Task ReadAsync_Page_IsWhatTheServerSent()
    {
        _web.Map(Url, "<title>T</title><p>text</p><script>document.title = 'no'</script><a href='/2'>two</a>");

        TimeSpan? served = null;

        var outcome = await _renderer.ReadAsync(Request() with { Turn = TargetTurn.Unlimited with { Served = firstByte => served = firstByte } }, default);

        var page = outcome.Should().BeOfType<RenderOutcome.Rendered>().Subject.Page;
        page.Title.Should().Be("T");
        page.Text.Should().Be("text\ntwo");
        page.Html.Should().Contain("<script>");
        page.Links.Should().ContainSingle();
        (page.Status, page.Settled, page.Truncated, page.FinalUrl.AbsoluteUri).Should().Be((200, true, false, Url));
        served.Should().Be(TimeSpan.Zero, "the site has done its part, and our clock stood still");
        _web.Headers.Should().Contain("User-Agent: me").And.Contain("Accept-Language: de");
    }

    [Theory]
    [InlineData(429, FailureKind.Throttled, "http-429")]
    [InlineData(500, FailureKind.Transient, "http-500")]
    [InlineData(404, FailureKind.Permanent, "http-404")]
    [InlineData(407, FailureKind.Transient, "proxy")]
    [InlineData(302, FailureKind.Permanent, "redirects")]   // one that was not followed
    public async Task ReadAsync_Statuses_AreJudgedAsABrowsersAre(int status, FailureKind kind, string @class)
    {
        _web.MapStatus(Url, status);

        (await FailureAsync()).Should().Match<AttemptFailure>(failure => failure.Kind == kind && failure.Class == @class);
    }

    [Fact]
    public async Task ReadAsync_ThrottledWithATime_SaysIt()
    {
        _web.MapAnswer(Url, () =>
        {
            var answer = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            answer.Headers.TryAddWithoutValidation("Retry-After", "30");
            return answer;
        });

        (await FailureAsync()).RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task ReadAsync_SomethingThatIsNoPage_IsRefusedUnread()
    {
        _web.MapAnswer(Url, () => new HttpResponseMessage { Content = new StreamContent(Stream.Null) { Headers = { { "Content-Type", "video/mp4" } } } });

        (await FailureAsync()).Class.Should().Be("not-a-page");
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, FailureKind.Transient, "dns")]
    [InlineData(HttpRequestError.ConnectionError, FailureKind.Transient, "connect")]
    [InlineData(HttpRequestError.SecureConnectionError, FailureKind.Permanent, "tls")]
    [InlineData(HttpRequestError.ProxyTunnelError, FailureKind.Transient, "proxy")]
    [InlineData(HttpRequestError.ResponseEnded, FailureKind.Transient, "no-answer")]
    [InlineData(HttpRequestError.InvalidResponse, FailureKind.Transient, "bad-answer")]
    public async Task ReadAsync_NetworkErrors_HaveTheClassesOfABrowsers(HttpRequestError error, FailureKind kind, string @class)
    {
        _web.MapAnswer(Url, () => throw new HttpRequestException(error));

        (await FailureAsync()).Should().Match<AttemptFailure>(failure => failure.Kind == kind && failure.Class == @class);
    }

    [Fact]
    public async Task ReadAsync_SelectorThatOnlyScriptsWouldMake_SaysThatItMayNeedABrowser()
    {
        _web.Map(Url, "<div id=app></div>");

        var failed = await _renderer.ReadAsync(Request() with { Wish = new PageWish([], [], "#app .item") }, default);

        failed.Should().BeOfType<RenderOutcome.Failed>().Which.Failure.Reason.Should().Contain("may need a browser");
    }

    [Fact]
    public async Task ReadAsync_NestedWithoutEnd_IsReadInItsTimeAndMarkedAsCut()
    {
        _web.Map(Url, string.Concat(Enumerable.Repeat("<div><b>", 500_000)) + "deep");

        var page = (await ReadAsync()).Should().BeOfType<RenderOutcome.Rendered>().Subject.Page;

        page.Text.Should().Be("deep");
        page.Truncated.Should().BeTrue();
    }

    [Fact]
    public async Task ReadAsync_LargerThanAPageMayBe_IsCut()
    {
        _web.Map(Url, () => new byte[HttpRenderer.MaxBytes + 5]);

        var page = (await ReadAsync()).Should().BeOfType<RenderOutcome.Rendered>().Subject.Page;

        page.Truncated.Should().BeTrue();
        page.Html.Should().HaveLength(HttpRenderer.MaxBytes);
    }

    [Fact]
    public async Task ReadAsync_NoAnswer_IsGivenUpAfterTheNavigationsTime()
    {
        var never = new TaskCompletionSource();
        _web.Gate = never.Task;
        var reading = _renderer.ReadAsync(Request(), default);
        await Eventually.HoldsAsync(() => _web.Asked.Count == 1, Bounds.Short, "it was asked");

        _clock.Advance(new RenderOptions().NavigationTimeout);

        (await reading).Should().BeOfType<RenderOutcome.Failed>().Which.Failure.Class.Should().Be("no-answer");
    }

    [Fact]
    public async Task ReadAsync_Stopping_ThrowsAsCancelled()
    {
        using var stop = new CancellationTokenSource();
        _web.Gate = new TaskCompletionSource().Task;
        var reading = _renderer.ReadAsync(Request(), stop.Token);

        await stop.CancelAsync();

        await reading.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task ReadAsync_SiteWantsToBeLeftAlone_IsNotAsked()
    {
        (await _renderer.ReadAsync(Request() with { Turn = TargetTurn.Unlimited with { MayAsk = () => false } }, default)).Should().BeOfType<RenderOutcome.NotAsked>();

        _web.Asked.Should().BeEmpty();
    }

    private static RenderRequest Request() => new(CanonicalUrl.Parse(Url), new PageWish([], []), TargetTurn.Unlimited);

    private Task<RenderOutcome> ReadAsync() => _renderer.ReadAsync(Request(), default);

    private async Task<AttemptFailure> FailureAsync() => (await ReadAsync()).Should().BeOfType<RenderOutcome.Failed>().Subject.Failure;
}
