using System.Net;
using System.Net.Http.Headers;
using System.Text;
using BrowserFarm.Api.Access;
using BrowserFarm.IntegrationTests.Diagnostics;

namespace BrowserFarm.IntegrationTests.Api;

/// <summary>Who may ask the service for what.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class AccessApiTests : ServiceTest
{
    private readonly TokenSecret _reader = TokenSecret.Create();
    private readonly TokenSecret _writer = TokenSecret.Create();
    private readonly TokenSecret _meter = TokenSecret.Create();

    protected override string? TokensFile => Folder.Combine("tokens.json");

    protected override bool AllowsLoopback => false;

    public override async Task InitializeAsync()
    {
        Write($$"""
            { "tokens": [
              { "name": "reader", "sha256": "{{_reader.Hash}}", "scopes": ["jobs:read"] },
              { "name": "writer", "sha256": "{{_writer.Hash}}", "scopes": ["jobs:read", "jobs:write"], "queueShare": 0.000001 },
              { "name": "meter", "sha256": "{{_meter.Hash}}", "scopes": ["metrics"] } ] }
            """);
        await base.InitializeAsync();
    }

    [Theory]
    [InlineData("/healthz", null, HttpStatusCode.OK)]
    [InlineData("/readyz", null, HttpStatusCode.OK)]
    [InlineData("/v1/queue", null, HttpStatusCode.Unauthorized)]
    [InlineData("/v1/queue", "reader", HttpStatusCode.OK)]
    [InlineData("/v1/queue", "meter", HttpStatusCode.Forbidden)]
    [InlineData("/metrics", "reader", HttpStatusCode.Forbidden)]
    [InlineData("/metrics", "meter", HttpStatusCode.OK)]
    [InlineData("/openapi/v1.json", null, HttpStatusCode.Unauthorized)]
    [InlineData("/v1/nothing", null, HttpStatusCode.NotFound)]
    public async Task Get_WithAToken_IsAnsweredAsItsScopesSay(string path, string? who, HttpStatusCode status)
    {
        if (path == "/readyz")
            await UntilReadyAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (who is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", SecretOf(who));

        using var answer = await Client.SendAsync(request);

        answer.StatusCode.Should().Be(status);
    }

    [Theory]
    [InlineData("reader", """{"urls":["https://example.org/"]}""", "scope-missing")]
    [InlineData("writer", """{"urls":["http://127.0.0.1/"]}""", "invalid-body")]
    [InlineData("writer", """{"urls":["http://2130706433/"]}""", "invalid-body")]
    [InlineData("writer", """{"urls":["http://[::ffff:7f00:1]/"]}""", "invalid-body")]
    [InlineData("writer", """{"urls":["http://metadata.internal/"]}""", "invalid-body")]
    [InlineData("writer", """{"urls":["https://example.org/"],"page":{"waitForScript":"true"}}""", "missing-scope")]
    [InlineData("writer", """{"urls":["https://example.org/"],"page":{"actions":[{"script":"1"}]}}""", "missing-scope")]
    [InlineData("writer", """{"urls":["https://example.org/","https://example.org/2"]}""", "queue-share")]
    [InlineData("writer", """{"urls":["https://example.org/"],"urls":[]}""", "invalid-body")]
    [InlineData("writer", """{"urls":"https://example.org/"}""", "invalid-body")]
    [InlineData("writer", """{"urls":["https://example.org/"],}""", "malformed-body")]
    [InlineData("writer", """{"urls":["https://example.org/"],"page":{"fields":{"a":{"css":"["}}}}""", "invalid-body")]
    [InlineData("writer", """{"urls":["https://example.org/"],"visitor":{"headers":{"Host":"x"}}}""", "invalid-body")]
    [InlineData("writer", """{"urls":["https://example.org/"],"name":"../x"}""", "invalid-body")]
    public async Task Crawl_ThatMayNotBe_IsRefusedAndNothingIsBegun(string who, string body, string problem)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/crawls") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", SecretOf(who));

        using var answer = await Client.SendAsync(request);

        var text = await answer.Content.ReadAsStringAsync();
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json", "{0}", text);
        text.Should().Contain($":{problem}\"");
        (await CrawlsAsync()).Should().Contain("\"items\":[]");
    }

    [Fact]
    public async Task Token_TakenOutOfTheFile_StopsWorkingWithoutARestart()
    {
        (await StatusOfAsync(_reader)).Should().Be(HttpStatusCode.OK);

        Write($$"""{ "tokens": [ { "name": "writer", "sha256": "{{_writer.Hash}}", "scopes": ["jobs:read"] } ] }""");

        await TestKit.Eventually.HoldsAsync(async () => await StatusOfAsync(_reader) == HttpStatusCode.Unauthorized, TestKit.Bounds.Long, "the file is looked at every few seconds");
        (await StatusOfAsync(_writer)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Host_OfSomebodyElse_IsMisdirected()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.Host = "evil.example";

        using var answer = await Client.SendAsync(request);

        ((int)answer.StatusCode).Should().Be(421);
    }

    private string SecretOf(string who) => (who switch { "reader" => _reader, "writer" => _writer, _ => _meter }).Text;

    private async Task<string> CrawlsAsync()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/crawls");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _reader.Text);
        using var answer = await Client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task<HttpStatusCode> StatusOfAsync(TokenSecret secret)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/queue");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret.Text);
        using var answer = await Client.SendAsync(request);
        return answer.StatusCode;
    }

    private void Write(string tokens)
    {
        File.WriteAllText(TokensFile!, tokens);
        File.SetUnixFileMode(TokensFile!, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
