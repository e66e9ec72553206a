using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary><c>farm serve</c> as a process: what it tells on its way, and how it stops.</summary>
public sealed class ServeCommandTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync() => _site = await TestSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Serve_StoppedWithTwentyPagesOpen_EndsWithZeroInTimeAndTheNextStartReadsEachOnce()
    {
        const int Pages = 20;
        var visits = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var isHanging = true;
        for (var page = 1; page <= Pages; page++)
            _site.Map($"/{page}", AnswerAsync);
        await using var farm = await ServiceProcess.StartAsync(_folder.Path, ["--concurrency", "20"]);
        using var client = new HttpClient { BaseAddress = farm.Url };
        // A site each, so that none of them waits for its neighbour: names under localhost all lead here.
        var urls = Enumerable.Range(1, Pages).Select(page => $"http://s{page}.localhost:{_site.BaseUri.Port}/{page}").ToList();
        await BeginAsync(client, new { name = "twenty", urls, maxDepth = 0, ignoreRobots = true });
        await Eventually.HoldsAsync(() => visits.Count == Pages, Bounds.Long, "every page is open");

        Signal.Terminate(farm.Farm.Pid);
        await Eventually.HoldsAsync(async () => await StatusOfAsync(client, "/readyz") is HttpStatusCode.ServiceUnavailable or null, Bounds.Medium, "readiness goes off");
        var end = await farm.Farm.EndAsync(TimeSpan.FromSeconds(40));

        end.ExitCode.Should().Be(0, end.Errors);
        isHanging = false;
        await using var again = await ServiceProcess.StartAsync(_folder.Path);
        using var second = new HttpClient { BaseAddress = again.Url };
        await Eventually.HoldsAsync(async () => (await AskAsync(second, "/v1/crawls/twenty")).GetProperty("state").GetString() == "finished", Bounds.Long, "all are read");
        var results = (await second.GetStringAsync("/v1/crawls/twenty/results")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        results.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("url").GetString()).Should().BeEquivalentTo(urls, "each once");

        async Task AnswerAsync(HttpContext context)
        {
            visits.AddOrUpdate(context.Request.Path, 1, (_, count) => count + 1);
            if (isHanging)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync($"<title>{context.Request.Path}</title>");
        }
    }

    [Fact]
    public async Task Serve_StoppedTwice_WaitsForNoPageAndKeepsWhatWasInHand()
    {
        using var asked = new SemaphoreSlim(0);
        _site.Map("/slow", async context =>
        {
            asked.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var farm = await ServiceProcess.StartAsync(_folder.Path);
        using var client = new HttpClient { BaseAddress = farm.Url };
        await BeginAsync(client, new { name = "slow", urls = new[] { _site.UriOf("/slow").AbsoluteUri }, maxDepth = 0, ignoreRobots = true });
        (await asked.WaitAsync(Bounds.Long)).Should().BeTrue("the page is open");

        Signal.Terminate(farm.Farm.Pid);
        await Eventually.HoldsAsync(async () => await StatusOfAsync(client, "/readyz") is HttpStatusCode.ServiceUnavailable or null, Bounds.Medium, "readiness goes off");
        Signal.Terminate(farm.Farm.Pid);
        var end = await farm.Farm.EndAsync(TimeSpan.FromSeconds(12));   // half of what the first leaves to pages

        end.ExitCode.Should().Be(0, end.Errors);
        await using var again = await ServiceProcess.StartAsync(_folder.Path);
        using var second = new HttpClient { BaseAddress = again.Url };
        (await asked.WaitAsync(Bounds.Long)).Should().BeTrue("the next start takes it up");
    }

    [Fact]
    public async Task Serve_WithACollectorAndJsonLog_SendsSpansAndLogsTheirNumbers()
    {
        var bodies = new ConcurrentQueue<byte[]>();
        await using var collector = await TestSite.StartAsync(CancellationToken.None);
        collector.Map("/v1/traces", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            bodies.Enqueue(body.ToArray());
        });
        _site.MapStatus("/missing", StatusCodes.Status404NotFound);
        await using var farm = await ServiceProcess.StartAsync(_folder.Path, ["--log", "json"], new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = collector.UriOf("/v1/traces").AbsoluteUri,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });
        using var client = new HttpClient { BaseAddress = farm.Url };

        await BeginAsync(client, new { name = "traced", urls = new[] { _site.UriOf("/missing") } });
        string[] spans = ["attempt", "admission", "lease", "navigate", "record", "http-404", "POST /v1/crawls"];
        await Eventually.HoldsAsync(
            () => string.Concat(bodies.Select(Encoding.Latin1.GetString)) is var sent && spans.All(name => sent.Contains(name, StringComparison.Ordinal)), Bounds.Long, "the collector gets them");
        Signal.Terminate(farm.Farm.Pid);
        var end = await farm.Farm.EndAsync(Bounds.Medium);

        var lines = end.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Should().NotBeEmpty();
        var failed = lines.Single(line => line.GetProperty("Message").GetString()!.Contains("/missing", StringComparison.Ordinal));
        var trace = failed.GetProperty("Scopes")[0].GetProperty("TraceId").GetString()!;
        string.Concat(bodies.Select(Encoding.Latin1.GetString)).Should().Contain(Encoding.Latin1.GetString(Convert.FromHexString(trace)), "the log names a trace that was sent");
        failed.GetProperty("State").GetProperty("Class").GetString().Should().Be("http-404");
    }

    [Theory]
    [InlineData("{ \"target\": { \"max\": 0 } }", "target.max must be a whole number from 1 to 1000")]
    [InlineData("no json", "is not JSON")]
    public async Task Serve_LimitsFileIsFaulty_EndsWithItsPlace(string file, string expected)
    {
        await File.WriteAllTextAsync(_folder.Combine("limits.json"), file);

        await using var farm = ServiceProcess.Begin(_folder.Path, ["--limits", "limits.json"]);
        var end = await farm.EndAsync(Bounds.Medium);

        end.ExitCode.Should().Be(3, end.Errors);
        end.Errors.Should().Contain(expected).And.NotContain("   at ");
    }

    private static async Task BeginAsync(HttpClient client, object crawl)
    {
        using var answer = await client.PostAsJsonAsync("/v1/crawls", crawl);
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<JsonElement> AskAsync(HttpClient client, string path) => JsonDocument.Parse(await client.GetStringAsync(path)).RootElement;

    /// <returns>Null when nobody answers any more.</returns>
    private static async Task<HttpStatusCode?> StatusOfAsync(HttpClient client, string path)
    {
        try
        {
            using var answer = await client.GetAsync(path);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
