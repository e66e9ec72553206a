using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using BrowserFarm.Delivery;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Tests.Queueing;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.Tests.Delivery;

public sealed class WebhookOutboxTests : IAsyncLifetime
{
    private const string CrawlId = "a crawl/ü";
    private const string Secret = "0123456789abcdef";

    private readonly TempFolder _folder = new();
    private readonly RecordingLogger<WebhookOutbox> _log = new();
    private readonly InMemoryJobQueue _queue = new(TimeProvider.System);
    private readonly ConcurrentQueue<(string Id, string Time, string Signature, string Body)> _received = new();
    private TestSite _site = null!;
    private WebhookOutbox _outbox = null!;
    private int _pages;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _site.Map("/hook", TakeAsync);
        await File.WriteAllTextAsync(_folder.Combine("secret"), Secret);
        _outbox = WebhookOutbox.Open(_queue, new WebhookSpec(_site.UriOf("/hook").AbsoluteUri, _folder.Combine("secret")), TimeProvider.System, _log);
        await _queue.CreateCrawlAsync(Some.Crawl(CrawlId, maxPages: 100_000), default);
    }

    public async Task DisposeAsync()
    {
        _outbox.Dispose();
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task DeliverAsync_Results_ArriveOnceInOrderAndSigned()
    {
        await ReadAsync(3);
        (await DeliverAsync()).Should().BeTrue();
        await ReadAsync(2);
        (await DeliverAsync()).Should().BeTrue();
        (await DeliverAsync()).Should().BeTrue();

        Sequences().Should().Equal(1, 2, 3, 4, 5);
        _received.Should().HaveCount(2);
        foreach (var (id, time, signature, body) in _received)
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(time, System.Globalization.CultureInfo.InvariantCulture));
            signature.Should().Be(WebhookSecret.Read(_folder.Combine("secret")).Sign(id, at, Encoding.UTF8.GetBytes(body)));
        }

        var first = JsonDocument.Parse(_received.First().Body).RootElement;
        first.GetProperty("type").GetString().Should().Be("crawl.results");
        first.GetProperty("data").GetProperty("crawl").GetString().Should().Be(CrawlId);
        first.GetProperty("data").GetProperty("results")[0].GetProperty("title").GetString().Should().Be("page 1");
        _received.Select(message => message.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task DeliverAsync_VeryMany_GoInMessagesOfAHundred()
    {
        await ReadAsync(250);

        await DeliverAsync();

        Sequences().Should().Equal(Enumerable.Range(1, 250).Select(number => (long)number));
        Messages().Select(message => message.GetProperty("results").GetArrayLength()).Should().Equal(100, 100, 50);
    }

    [Fact]
    public async Task DeliverAsync_VeryLarge_GoInMessagesOfAMegabyteOrOneResult()
    {
        await ReadAsync(3, text: new string('x', 400_000));
        await ReadAsync(2, text: new string('y', 3_000_000));

        await DeliverAsync();

        Messages().Select(message => message.GetProperty("results").GetArrayLength()).Should().Equal(3, 1, 1);
    }

    [Fact]
    public async Task DeliverAsync_CrawlIsOver_SaysSoOnce()
    {
        await ReadAsync(1);
        (await DeliverAsync(isOver: true)).Should().BeTrue();
        (await DeliverAsync(isOver: true)).Should().BeTrue();

        Types().Should().Equal("crawl.results", "crawl.finished");
        Messages()[1].GetProperty("succeeded").GetInt64().Should().Be(1);
        Messages()[1].GetProperty("lastSeq").GetInt64().Should().Be(1);

        await ReadAsync(1);
        await DeliverAsync(isOver: true);
        Types().Should().Equal("crawl.results", "crawl.finished", "crawl.results", "crawl.finished");
        _received.Select(message => message.Id).Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(401)]
    [InlineData(429)]
    [InlineData(302)]
    public async Task DeliverAsync_ReceiverRefusesAtFirst_IsSentTheSameAgain(int status)
    {
        var refusals = 2;
        _site.Map("/hook", context =>
        {
            if (Interlocked.Decrement(ref refusals) < 0)
                return TakeAsync(context);
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        await ReadAsync(2);

        (await DeliverAsync()).Should().BeTrue();

        Sequences().Should().Equal(1, 2);
        _site.VisitsTo("/hook").Should().Be(3);
        _site.VisitsTo("/elsewhere").Should().Be(0, "a message goes where it was addressed to and nowhere else");
        _outbox.Problem.Should().BeNull();
        _log.WithId(2017).Should().ContainSingle("a trouble is told once").Which.Text.Should().Contain($"answers {status}");
    }

    [Fact]
    public async Task DeliverAsync_RetryAfter_IsWaitedFor()
    {
        var refused = 0;
        _site.Map("/hook", context =>
        {
            if (Interlocked.Exchange(ref refused, 1) == 1)
                return TakeAsync(context);
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "3";
            return Task.CompletedTask;
        });
        await ReadAsync(1);
        var begun = TimeProvider.System.GetTimestamp();

        await DeliverAsync();

        TimeProvider.System.GetElapsedTime(begun).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2.9));
    }

    [Fact]
    public async Task DeliverAsync_InAHurry_IsTriedOnceMoreAndLeftForLater()
    {
        _site.MapStatus("/hook", 500);
        await ReadAsync(1);
        using var hurry = new CancellationTokenSource();
        var delivering = _outbox.DeliverAsync(CrawlId, isOver: true, hurry.Token, default);
        await Eventually.HoldsAsync(() => _outbox.Problem is not null, Bounds.Medium, "it does not arrive");

        await hurry.CancelAsync();

        (await delivering).Should().BeFalse();
        _outbox.Problem.Should().Contain("answers 500");
        (await _queue.FindDeliveredAsync(CrawlId, default)).Should().Be(new Delivered(0, 1, WithEnd: false));
        _site.Map("/hook", TakeAsync);
        (await DeliverAsync(isOver: true)).Should().BeTrue();
        Types().Should().Equal("crawl.results", "crawl.finished");
    }

    [Fact]
    public async Task DeliverAsync_ReceiverIsGone_IsLeftAlone()
    {
        _site.MapStatus("/hook", 410);
        await ReadAsync(1);

        (await DeliverAsync()).Should().BeFalse();
        (await DeliverAsync()).Should().BeFalse();

        _site.VisitsTo("/hook").Should().Be(1);
        _outbox.IsGone.Should().BeTrue();
    }

    [Fact]
    public async Task DeliverAsync_CalledOffInTheMiddle_SendsItAgainWithTheSameNumber()
    {
        var first = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _site.Map("/hook", async context =>
        {
            if (first.TrySetResult(context.Request.Headers["webhook-id"].ToString()))
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            await TakeAsync(context);
        });
        await ReadAsync(2);
        using var end = new CancellationTokenSource();
        var delivering = _outbox.DeliverAsync(CrawlId, isOver: false, hurry: default, end.Token);
        var id = await first.Task;
        await end.CancelAsync();
        await delivering.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();

        (await DeliverAsync()).Should().BeTrue();

        _received.Should().ContainSingle().Which.Id.Should().Be(id, "its receiver can tell that it is the same");
    }

    private Task<bool> DeliverAsync(bool isOver = false) => _outbox.DeliverAsync(CrawlId, isOver, hurry: default, default);

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers;
        _received.Enqueue((headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(), await reader.ReadToEndAsync()));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private List<string?> Types() => [.. _received.Select(message => JsonDocument.Parse(message.Body).RootElement.GetProperty("type").GetString())];

    private List<JsonElement> Messages() => [.. _received.Select(message => JsonDocument.Parse(message.Body).RootElement.GetProperty("data"))];

    private IEnumerable<long> Sequences() => Messages().SelectMany(data => data.GetProperty("results").EnumerateArray()).Select(result => result.GetProperty("seq").GetInt64());

    private async Task ReadAsync(int count, string? text = null)
    {
        for (var i = 0; i < count; i++)
        {
            var number = ++_pages;
            await _queue.SubmitAsync(CrawlId, Some.Jobs($"https://a.example/{number}"), default);
            var claimed = await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new FakeGate(TimeProvider.System), "worker", TimeSpan.FromMinutes(1), default);
            await _queue.SettleAsync(claimed!.Claimed.Claim, new Settlement.Ack(Some.Page(title: $"page {number}") with { Text = text }, [], []), default);
        }
    }
}
