using System.Net;
using System.Text.Json;
using BrowserFarm.Api.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.Tests.Api.Access;

public sealed class AccessMiddlewareTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);
    private AccessSite _site = null!;

    public async Task InitializeAsync() => _site = await AccessSite.StartAsync(
        TokenStore.Of(
            [
                Token("reader", [Scopes.JobsRead]),
                Token("writer", [Scopes.JobsWrite]),
                Token("scripter", [Scopes.JobsScript]),
                Token("root", [Scopes.Admin]),
                Token("scraper", [Scopes.Metrics]),
                Token("old", [Scopes.Admin], expires: _time.GetUtcNow()),
                Token("slow", [Scopes.JobsRead], perMinute: 10),
            ],
            _time),
        _time,
        Map);

    public async Task DisposeAsync() => await _site.DisposeAsync();

    private static void Map(WebApplication application)
    {
        var jobs = application.MapGroup("/v1/jobs").RequireScope(Scopes.JobsRead);
        jobs.MapGet("", (HttpContext context) => context.GetCaller().Token?.Name ?? (context.GetCaller().MayDoEverything ? "everybody" : "nobody"));
        jobs.MapPost("", () => "taken").RequireScope(Scopes.JobsWrite);
        application.MapPost("/script", () => "ran").RequireScope(Scopes.JobsScript);
        application.MapGet("/metrics", () => "1").RequireScope(Scopes.Metrics);
        application.MapGet("/admin", () => "all").RequireScope(Scopes.Admin);
        application.MapGet("/forgotten", () => "all");
        application.MapGet("/healthz", (HttpContext context) => context.GetCaller().Allows(Scopes.JobsRead) ? "somebody" : "nobody").OpenToAll();
        application.MapSession();
    }

    private AccessToken Token(string name, string[] scopes, int? perMinute = null, DateTimeOffset? expires = null)
    {
        _secrets[name] = TokenSecret.Create().Text;
        return new AccessToken(name, TokenSecret.HashOf(_secrets[name]), scopes, perMinute, QueueShare: 1, expires);
    }

    private string[] Bearer(string name) => ["Authorization", $"Bearer {_secrets[name]}"];

    private string Cookie(string name) => $"other=1; farm_token={_secrets[name]}";

    private string Own => _site.Address.GetLeftPart(UriPartial.Authority);

    [Fact]
    public async Task Request_NoToken_IsAskedForOne()
    {
        using var response = await _site.SendAsync("GET", "/v1/jobs?a=1");

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ToString().Should().Be("Bearer realm=\"browserfarm\"");
        response.Content.Headers.ContentType!.ToString().Should().Be("application/problem+json");
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        problem.EnumerateObject().Select(member => member.Name).Should().Equal("type", "title", "status", "detail", "instance");
        problem.GetProperty("type").GetString().Should().Be("urn:browserfarm:problem:token-missing");
        problem.GetProperty("status").GetInt32().Should().Be(401);
        problem.GetProperty("instance").GetString().Should().Be("/v1/jobs");
    }

    [Theory]
    [InlineData("Bearer bf_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "token-unknown", "invalid_token")]
    [InlineData("Bearer x", "token-unknown", "invalid_token")]
    [InlineData("Bearer ", "token-malformed", "invalid_request")]
    [InlineData("Bearer", "token-malformed", "invalid_request")]
    [InlineData("Basic dXNlcjpwYXNz", "token-malformed", "invalid_request")]
    [InlineData("bf_AAAA", "token-malformed", "invalid_request")]
    public async Task Request_WrongToken_IsRefused(string header, string kind, string error)
    {
        using var response = await _site.SendAsync("GET", "/v1/jobs", "Authorization", header);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ToString().Should().Contain($"error=\"{error}\"");
        (await response.Content.ReadAsStringAsync()).Should().Contain(kind).And.NotContain("bf_AAAA").And.NotContain("dXNl");
    }

    [Fact]
    public async Task Request_WrongHeaderBesideAGoodCookie_IsRefused()
    {
        using var response = await _site.SendAsync("GET", "/v1/jobs", "Authorization", "Bearer wrong", "Cookie", Cookie("root"));

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Request_ExpiredToken_IsRefusedWithItsOwnReason()
    {
        using var response = await _site.SendAsync("GET", "/v1/jobs", Bearer("old"));

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await response.Content.ReadAsStringAsync()).Should().Contain("token-expired").And.Contain("2026-01-01T12:00:00");
    }

    [Theory]
    [InlineData("GET", "/v1/jobs", "reader root slow", "jobs:read")]
    [InlineData("POST", "/v1/jobs", "writer root", "jobs:write")]
    [InlineData("POST", "/script", "scripter root", "jobs:script")]
    [InlineData("GET", "/metrics", "scraper root", "metrics")]
    [InlineData("GET", "/admin", "root", "admin")]
    [InlineData("GET", "/forgotten", "root", "admin")]
    public async Task Request_Scope_LetsInWhoHasItAndNamesItToOthers(string method, string path, string let, string scope)
    {
        foreach (var name in _secrets.Keys.Where(name => name != "old"))
        {
            using var response = await _site.SendAsync(method, path, Bearer(name));

            var isLet = let.Split(' ').Contains(name);
            response.StatusCode.Should().Be(isLet ? HttpStatusCode.OK : HttpStatusCode.Forbidden, "{0} asks for {1}", name, path);
            if (isLet)
                continue;

            response.Headers.WwwAuthenticate.ToString().Should().Contain($"scope=\"{scope}\"");
            (await response.Content.ReadAsStringAsync()).Should().Contain($"needs the scope {scope}");
        }
    }

    [Theory]
    [InlineData("GET", "/healthz", HttpStatusCode.OK)]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/v1/jobs", HttpStatusCode.MethodNotAllowed)]
    public async Task Request_OpenToAllOrNoEndpoint_NeedsNoToken(string method, string path, HttpStatusCode status)
    {
        using var response = await _site.SendAsync(method, path);

        response.StatusCode.Should().Be(status);
    }

    [Fact]
    public async Task Request_SchemeInOtherCase_IsTaken()
    {
        using var response = await _site.SendAsync("GET", "/v1/jobs", "authorization", $"bearer  {_secrets["reader"]}");

        (await response.Content.ReadAsStringAsync()).Should().Be("reader");
    }

    [Fact]
    public async Task Request_TooOften_IsToldWhenToComeAgain()
    {
        using var first = await _site.SendAsync("GET", "/v1/jobs", Bearer("slow"));
        using var second = await _site.SendAsync("GET", "/v1/jobs", Bearer("slow"));
        using var other = await _site.SendAsync("GET", "/v1/jobs", Bearer("reader"));
        _time.Advance(TimeSpan.FromSeconds(6));
        using var later = await _site.SendAsync("GET", "/v1/jobs", Bearer("slow"));

        first.StatusCode.Should().Be(HttpStatusCode.OK);
        second.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        second.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(6));
        (await second.Content.ReadAsStringAsync()).Should().Contain("10 requests in a minute");
        other.StatusCode.Should().Be(HttpStatusCode.OK);
        later.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Request_ManyGuesses_AreSlowedDownAndTheRightTokenIsNot()
    {
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 70; i++)
        {
            using var guess = await _site.SendAsync("GET", "/v1/jobs", "Authorization", $"Bearer guess{i}");
            statuses.Add(guess.StatusCode);
        }

        using var right = await _site.SendAsync("GET", "/v1/jobs", Bearer("reader"));

        statuses.Count(status => status == HttpStatusCode.Unauthorized).Should().Be(60);
        statuses[^1].Should().Be(HttpStatusCode.TooManyRequests);
        right.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "OWN", HttpStatusCode.OK)]
    [InlineData("Origin", "OWN.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "OWN/", HttpStatusCode.OK)]
    [InlineData("Origin", "http://127.0.0.1:1", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "http://localhost", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "file:///", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.Forbidden)]
    [InlineData("X-Nothing", "said", HttpStatusCode.Forbidden)]
    public async Task Post_WithCookie_MustComeFromAnOwnPage(string header, string value, HttpStatusCode status)
    {
        using var response = await _site.SendAsync("POST", "/v1/jobs", "Cookie", Cookie("writer"), header, value.Replace("OWN", Own));

        response.StatusCode.Should().Be(status);
    }

    [Fact]
    public async Task Post_WithCookieFromAForeignPageThatForgesTheOrigin_IsRefused()
    {
        using var response = await _site.SendAsync("POST", "/v1/jobs", "Cookie", Cookie("writer"), "Origin", Own, "Sec-Fetch-Site", "cross-site");

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Get_WithCookie_IsTakenFromAnywhere()
    {
        using var response = await _site.SendAsync("GET", "/v1/jobs", "Cookie", Cookie("reader"), "Origin", "http://evil.example");

        (await response.Content.ReadAsStringAsync()).Should().Be("reader", "no page of another origin may read the answer");
    }

    [Fact]
    public async Task Post_WithHeader_NeedsNoOrigin()
    {
        using var response = await _site.SendAsync("POST", "/v1/jobs", Bearer("writer"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Session_GoodToken_SetsACookieThatWorks()
    {
        using var begun = await _site.SendAsync("POST", "/v1/session", new StringContent($$"""{"token":"{{_secrets["reader"]}}"}""", null, "application/json"), "Origin", Own);
        var cookie = begun.Headers.GetValues("Set-Cookie").Single();
        using var response = await _site.SendAsync("GET", "/v1/jobs", "Cookie", cookie.Split(';')[0]);
        using var ended = await _site.SendAsync("DELETE", "/v1/session", "Cookie", cookie.Split(';')[0], "Origin", Own);

        begun.StatusCode.Should().Be(HttpStatusCode.NoContent);
        cookie.Should().Contain("httponly").And.Contain("samesite=strict").And.Contain("path=/").And.Contain("max-age=43200").And.NotContain("secure");
        (await response.Content.ReadAsStringAsync()).Should().Be("reader");
        ended.StatusCode.Should().Be(HttpStatusCode.NoContent);
        ended.Headers.GetValues("Set-Cookie").Single().Should().StartWith("farm_token=;").And.Contain("1970");
    }

    [Theory]
    [InlineData("""{"token":"bf_wrong"}""", HttpStatusCode.Unauthorized)]
    [InlineData("""{"token":null}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"token":"a","token":"b"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("token=a", HttpStatusCode.BadRequest)]
    public async Task Session_AnythingElse_SetsNoCookie(string body, HttpStatusCode status)
    {
        using var response = await _site.SendAsync("POST", "/v1/session", new StringContent(body, null, "application/json"));

        response.StatusCode.Should().Be(status);
        response.Headers.Contains("Set-Cookie").Should().BeFalse();
        (response.Headers.WwwAuthenticate.Count > 0).Should().Be(status == HttpStatusCode.Unauthorized, "RFC 9110 §11.6.1 asks for it with every 401");
    }

    [Fact]
    public async Task Session_FromAForeignPage_IsRefused()
    {
        using var response = await _site.SendAsync("POST", "/v1/session", new StringContent($$"""{"token":"{{_secrets["reader"]}}"}""", null, "application/json"), "Origin", "http://evil.example");

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Request_NoTokensConfigured_IsOpenToAllButForeignPages()
    {
        await using var open = await AccessSite.StartAsync(TokenStore.Open(_time), _time, Map);

        using var read = await open.SendAsync("GET", "/admin");
        using var written = await open.SendAsync("POST", "/v1/jobs");
        using var who = await open.SendAsync("GET", "/v1/jobs");
        using var foreign = await open.SendAsync("POST", "/v1/jobs", "Origin", "http://evil.example");

        read.StatusCode.Should().Be(HttpStatusCode.OK);
        written.StatusCode.Should().Be(HttpStatusCode.OK);
        (await who.Content.ReadAsStringAsync()).Should().Be("everybody");
        foreign.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:9999", true)]
    [InlineData("farm.localhost", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("[::1]:80", true)]
    [InlineData("farm.example.org:8080", true)]
    [InlineData("evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("example.org", false)]
    [InlineData("10.0.0.1", false)]
    public async Task Request_Host_MustBeOneOfTheService(string host, bool isAllowed)
    {
        await using var site = await AccessSite.StartAsync(TokenStore.Open(_time), _time, Map, new HostCheck(["farm.example.org"]));

        using var response = await site.SendAsync("GET", "/v1/jobs", "Host", host);

        response.StatusCode.Should().Be(isAllowed ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest);
        if (!isAllowed)
            (await response.Content.ReadAsStringAsync()).Should().Contain("host-refused").And.Contain("--allow-host");
    }

    [Theory]
    [InlineData("GET", "/healthz", "10.244.1.7:8080", true)]
    [InlineData("GET", "/healthz", "[fd00:10:244::7]:8080", true)]
    [InlineData("GET", "/healthz", "evil.example", false)]
    [InlineData("GET", "/healthz", "10.244.1.7.evil.example", false)]
    [InlineData("POST", "/healthz", "10.244.1.7:8080", false)]
    [InlineData("GET", "/v1/jobs", "10.244.1.7:8080", false)]
    public async Task Request_ProbeByAnAddress_IsToldOfHealthAlone(string method, string path, string host, bool isAllowed)
    {
        await using var site = await AccessSite.StartAsync(TokenStore.Open(_time), _time, Map);

        using var response = await site.SendAsync(method, path, "Host", host);

        response.StatusCode.Should().Be(isAllowed ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest);
    }

    [Fact]
    public void RequireScope_UnknownScope_IsABug()
    {
        var application = WebApplication.CreateSlimBuilder().Build();

        var act = () => application.MapGet("/a", () => "").RequireScope("jobs:rite");

        act.Should().Throw<ArgumentException>().WithMessage("*jobs:rite*jobs:write*");
    }
}
