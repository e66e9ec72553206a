using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary><c>farm crawl --webhook</c>: every result arrives, whatever the receiver does, and the crawl never waits for it.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private const int Pages = 12;
    private const string Secret = "correct horse battery staple";

    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<JsonElement> _received = new();
    private TestSite _site = null!;
    private TestSite _hook = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _hook = await TestSite.StartAsync(CancellationToken.None);
        foreach (var page in Enumerable.Range(1, Pages))
            _site.MapHtml($"/{page}", $"<title>{page}</title><a href=/{page + 1}>next</a>");
        _hook.Map("/in", TakeAsync);
        await File.WriteAllTextAsync(_folder.Combine("secret"), Secret + "\n");
    }

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        await _hook.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Webhook_WholeCrawl_GetsEveryResultOnceAndTheEnd()
    {
        var run = await RunAsync(CrawlArguments);

        run.ExitCode.Should().Be(0, run.Errors);
        run.Output.Should().Contain($"all was delivered to {_hook.UriOf("/in")}");
        Sequences().Should().Equal(Enumerable.Range(1, Pages));
        _received.Last().GetProperty("type").GetString().Should().Be("crawl.finished");
        _received.Last().GetProperty("data").GetProperty("succeeded").GetInt32().Should().Be(Pages);
        File.ReadAllText(_folder.Combine("out/crawl.db"), Encoding.Latin1).Should().NotContain(Secret, "the secret stays where it is");
    }

    [Fact]
    public async Task Webhook_ReceiverWantsNothing_IsToldAndDeliveredWhenTheCrawlIsGoneOnWith()
    {
        _hook.MapStatus("/in", StatusCodes.Status410Gone);
        var run = await RunAsync(CrawlArguments);
        run.ExitCode.Should().Be(8, run.Errors);
        run.Output.Should().Contain($"{Pages} pages read").And.Contain($"{Pages} results were not delivered: {_hook.UriOf("/in")} answers 410").And.Contain("--resume ./out");

        _hook.Map("/in", TakeAsync);
        var again = await RunAsync("crawl", "--resume", "./out");

        again.ExitCode.Should().Be(0, again.Errors);
        Sequences().Should().Equal(Enumerable.Range(1, Pages));
    }

    [Fact]
    public async Task Webhook_ReceiverHangs_DoesNotHoldTheCrawl()
    {
        _hook.Map("/in", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var farm = FarmProcess.Start(_folder.Path, CrawlArguments);
        await Eventually.HoldsAsync(() => File.Exists(Results) && File.ReadLines(Results).Count() == Pages, Bounds.Long, "every page is read");

        Signal.Terminate(farm.Pid);

        var end = await farm.EndAsync(TimeSpan.FromSeconds(20));
        end.ExitCode.Should().Be(8, end.Errors);
        end.Output.Should().Contain($"{Pages} results were not delivered");
    }

    [Fact]
    public async Task Webhook_ProgramKilledInTheMiddle_EveryResultArrives()
    {
        _hook.Map("/in", async context =>
        {
            await TakeAsync(context);
            if (_received.Count == 1)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);   // taken, but nobody hears of it
        });
        await using (var farm = FarmProcess.Start(_folder.Path, CrawlArguments))
        {
            await Eventually.HoldsAsync(() => _hook.VisitsTo("/in") > 0, Bounds.Long, "a message is on its way");
            Signal.Kill(farm.Pid);
            await farm.EndAsync(Bounds.Medium);
        }

        var again = await RunAsync("crawl", "--resume", "./out");

        again.ExitCode.Should().Be(0, again.Errors);
        Sequences().Distinct().Should().BeEquivalentTo(Enumerable.Range(1, Pages));
        _received.Count(message => message.GetProperty("type").GetString() == "crawl.finished").Should().Be(1);
    }

    [Theory]
    [InlineData(2, "must be an address", "--webhook", "ftp://x/", "--webhook-secret", "secret")]
    [InlineData(2, "must be an address", "--webhook", "http://me:word@x/", "--webhook-secret", "secret")]
    [InlineData(2, "belong together", "--webhook", "http://x/")]
    [InlineData(2, "belong together", "--webhook-secret", "secret")]
    [InlineData(3, "nowhere", "--webhook", "http://x/", "--webhook-secret", "nowhere")]
    [InlineData(3, "at least 16", "--webhook", "http://x/", "--webhook-secret", "short")]
    [InlineData(3, "Access to the path", "--webhook", "http://x/", "--webhook-secret", ".")]
    public async Task Webhook_Mistakes_AreToldBeforeAnythingIsBegun(int exitCode, string message, params string[] arguments)
    {
        await File.WriteAllTextAsync(_folder.Combine("short"), "short");

        var run = await RunAsync(["crawl", _site.UriOf("/1").AbsoluteUri, "--http", "*", "--out", "out", .. arguments]);

        run.ExitCode.Should().Be(exitCode, run.Output);
        run.Errors.Should().Contain(message);
        Directory.Exists(_folder.Combine("out")).Should().BeFalse();
    }

    private string[] CrawlArguments => ["crawl", _site.UriOf("/1").AbsoluteUri, "--http", "*", "--max-pages", $"{Pages}", "--out", "out", "--webhook", _hook.UriOf("/in").AbsoluteUri, "--webhook-secret", "secret"];

    private string Results => _folder.Combine("out/results.ndjson");

    /// <summary>Checks the signature as a receiver would.</summary>
    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = context.Request.Headers;
        var signed = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}"));
        if (headers["webhook-signature"] != $"v1,{Convert.ToBase64String(signed)}")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        _received.Enqueue(JsonDocument.Parse(body).RootElement);
    }

    private IEnumerable<int> Sequences() => _received.Where(message => message.GetProperty("type").GetString() == "crawl.results")
        .SelectMany(message => message.GetProperty("data").GetProperty("results").EnumerateArray()).Select(result => result.GetProperty("seq").GetInt32());

    private Task<FarmResult> RunAsync(params string[] arguments) => FarmProcess.RunAsync(_folder.Path, arguments);
}
