using System.Net;
using System.Text;
using System.Text.Json;
using BrowserFarm.IntegrationTests.Diagnostics;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace BrowserFarm.IntegrationTests.Api;

/// <summary>What the API says of itself, and what it says to whoever asks wrongly.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class ContractTests : ServiceTest
{
    [Fact]
    public async Task Document_HasEveryEndpointWithASummaryAndItsProblems()
    {
        var document = await AskAsync("/openapi/v1.json");

        document.GetProperty("openapi").GetString().Should().StartWith("3.1");
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => (Path: path.Name, Method: method.Name, Operation: method.Value))).ToList();
        described.Where(one => !one.Operation.TryGetProperty("summary", out var summary) || summary.GetString()!.Length <= 5).Select(one => $"{one.Method} {one.Path}").Should().BeEmpty("every operation says what it is for");
        described.Where(one => one.Path.StartsWith("/v1/", StringComparison.Ordinal)).Should().OnlyContain(one => one.Operation.GetProperty("responses").ToString().Contains("problem+json"));
        var endpoints = Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!.Replace(":long", "", StringComparison.Ordinal));
        described.Select(one => one.Operation.GetProperty("operationId").GetString()).Should().OnlyHaveUniqueItems();
        described.Where(one => one.Operation.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var json) && !json.TryGetProperty("example", out _))
            .Select(one => $"{one.Method} {one.Path}").Should().BeEmpty("every body has an example");
        described.SelectMany(one => one.Operation.GetProperty("responses").EnumerateObject().Select(answer => (one.Path, answer)))
            .Where(one => one.answer.Value.TryGetProperty("content", out var content) && content.EnumerateObject().Any(type => type.Name is "application/json" or "application/problem+json" && !type.Value.TryGetProperty("example", out _)))
            .Select(one => $"{one.Path} {one.answer.Name}").Should().BeEmpty("every answer has an example");
        described.Where(one => !one.Operation.GetProperty("responses").EnumerateObject().Any(answer => answer.Name.StartsWith('2'))).Select(one => $"{one.Method} {one.Path}").Should().BeEmpty("every operation may succeed");
        described.Single(one => one is { Path: "/v1/session", Method: "post" }).Operation.GetProperty("responses").EnumerateObject().Select(answer => answer.Name)
            .Should().BeEquivalentTo(["204", "400", "401", "403", "413", "415", "422", "429"], "it is open to all, and refuses whoever shows no good token");
        described.Single(one => one is { Path: "/v1/crawls/{id}/results" }).Operation.GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString())
            .Should().BeEquivalentTo("id", "cursor", "limit", "format");
        described.Select(one => one.Path).Should().Contain(endpoints.Where(path => path.StartsWith("/v1/", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("GET", "/v1/render", null, HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/v1/crawls", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("GET", "/v1/crawls/none", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/crawls/none/results", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/crawls/none/events", null, HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1/crawls/none/cancel", null, HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1/crawls/none/pause", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/jobs/1", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/jobs/x", null, HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1/jobs/1/retry", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/dead-letters?crawl=none", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/crawls?limit=0", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/v1/crawls?cursor=x", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/v1/explain", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/%1b%5b31m%00", null, HttpStatusCode.BadRequest)]
    public async Task Request_ThatComesToNothing_IsAProblem(string method, string path, string? type, HttpStatusCode status)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (type is not null)
            request.Content = new StringContent("x", Encoding.UTF8, type);

        using var answer = await Client.SendAsync(request);

        answer.StatusCode.Should().Be(status);
        if (status != HttpStatusCode.BadRequest || path.StartsWith("/v1", StringComparison.Ordinal))
            answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await answer.Content.ReadAsStringAsync()).Should().NotContain("\u001b");
    }

    [Fact]
    public async Task Body_ThatIsTooLargeOrTooDeep_IsRefused()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/crawls") { Content = new StringContent($$"""{"name":"{{new string('x', 5 << 20)}}"}""", Encoding.UTF8, "application/json") };
        request.Headers.ExpectContinue = true;   // or the answer comes while the body is still being sent, and the connection is cut
        using var large = await Client.SendAsync(request);
        using var deep = await Client.PostAsync("/v1/crawls", new StringContent($$"""{"page":{"fields":{{string.Concat(Enumerable.Repeat("""{"a":""", 200))}}1{{new string('}', 202)}}""", Encoding.UTF8, "application/json"));

        large.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        deep.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Crawl_WithEverythingWrong_TellsAllOfItWithPathsAndLegalValues()
    {
        using var answer = await PostAsync("/v1/crawls", new
        {
            name = "no name",
            urls = new[] { "x:", "http://ok.example/" },
            maxPages = 0,
            engine = "firefox",
            lane = "fast",
            order = "random",
            priority = 5000,
            page = new { formats = new[] { "md" }, waitUntil = "soon", waitForState = "visible", handler = "none" },
        });

        var problem = await JsonOf(answer, HttpStatusCode.UnprocessableEntity);
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()).Should().BeEquivalentTo(
            "/name", "/urls/0", "/maxPages", "/engine", "/lane", "/order", "/priority", "/page/formats/0", "/page/waitUntil", "/page/waitForState", "/page/handler");
        problem.GetProperty("errors").EnumerateArray().Single(error => error.GetProperty("path").GetString() == "/lane").GetProperty("allowed").EnumerateArray()
            .Select(word => word.GetString()).Should().Equal("urgent", "normal", "background");
    }

    [Fact]
    public async Task Ready_WhileTheServiceDrains_SaysSo()
    {
        await UntilReadyAsync();
        Server.Services.GetRequiredService<Service.Readiness>().Drain();

        using var after = await Client.GetAsync("/readyz");

        after.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        var checks = JsonDocument.Parse(await after.Content.ReadAsStringAsync()).RootElement.GetProperty("checks").EnumerateArray().ToList();
        checks.Where(check => !check.GetProperty("holds").GetBoolean()).Should().ContainSingle().Which.GetProperty("name").GetString().Should().Be("draining");
        (await Client.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Farm_LookedAt_AnswersInEveryView()
    {
        (await AskAsync("/v1/queue")).GetProperty("state").GetString().Should().Be("idle");
        (await AskAsync("/v1/pool")).GetProperty("contexts").GetInt32().Should().BePositive();
        (await AskAsync("/v1/targets")).GetProperty("items").GetArrayLength().Should().Be(0);
        (await AskAsync("/v1/scaling")).GetProperty("value").GetInt32().Should().Be(0, "nothing is to do");
        using var events = new StreamReader(await Client.GetStreamAsync("/v1/events"));
        (await events.ReadLineAsync().WaitAsync(TestKit.Bounds.Long)).Should().Be("event: farm");
    }
}
