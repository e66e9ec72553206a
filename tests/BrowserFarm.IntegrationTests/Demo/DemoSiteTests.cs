using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Xml.Linq;
using BrowserFarm.Demo;
using TestKit;

namespace BrowserFarm.IntegrationTests.Demo;

public sealed class DemoSiteTests : IAsyncLifetime
{
    private readonly DemoSiteOptions _options = new() { Products = 30, Latency = TimeSpan.Zero, ReviewDelay = TimeSpan.Zero };
    private readonly ManualTimeProvider _clock = new();
    private DemoSite _site = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _site = await DemoSite.StartAsync(_options, _clock, CancellationToken.None);
        _client = new HttpClient { BaseAddress = _site.BaseUri, Timeout = Bounds.Medium };
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/products", 200)]
    [InlineData("/products?page=3", 200)]
    [InlineData("/products?page=4", 404)]
    [InlineData("/products?page=x", 404)]
    [InlineData("/products/30", 200)]
    [InlineData("/products/31", 404)]
    [InlineData("/products/99999999999999", 404)]
    [InlineData("/browse", 200)]
    [InlineData("/infinite", 200)]
    [InlineData("/account", 200)]
    [InlineData("/lab/endless", 200)]
    [InlineData("/gone", 410)]
    [InlineData("/nothing/here", 404)]
    [InlineData("/sale/7", 404)]
    public async Task Get_Document_IsTheEmptyShellWithTheRightStatus(string path, int status)
    {
        using var response = await _client.GetAsync(path);
        var html = await response.Content.ReadAsStringAsync();

        ((int)response.StatusCode).Should().Be(status);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/html");
        html.Should().Contain("<div id=\"app\"></div>").And.NotContain("<title>").And.NotContain("<a ");
    }

    [Fact]
    public async Task Get_SaleInAHurry_IsRefusedAndServedAfterTheAnnouncedWait()
    {
        var statuses = new List<HttpStatusCode>();
        for (var visit = 1; visit <= 3; visit++)
        {
            using var response = await _client.GetAsync($"/sale/{visit}");
            statuses.Add(response.StatusCode);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                _clock.Advance(response.Headers.RetryAfter!.Delta!.Value);
        }

        using var again = await _client.GetAsync("/sale/3");

        statuses.Should().Equal(HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests);
        again.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Get_Slow_AnswersAfterItsTimeOnly()
    {
        var answer = _client.GetAsync("/slow");
        await Eventually.HoldsAsync(() => _clock.ArmedTimers == 1, Bounds.Short, "the page waits");
        var tooEarly = answer.IsCompleted;

        _clock.Advance(_options.SlowAnswer);

        tooEarly.Should().BeFalse();
        using var response = await answer;
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("{\"user\":\"demo\",\"password\":\"demo\"}", 200, 200)]
    [InlineData("{\"user\":\"demo\",\"password\":\"guess\"}", 401, 401)]
    [InlineData("{}", 401, 401)]
    [InlineData("{", 400, 401)]
    [InlineData("null", 401, 401)]
    public async Task Post_Login_OpensTheAccountForTheRightPasswordOnly(string body, int login, int account)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var signedIn = await _client.PostAsync("/api/login", content);
        using var orders = await _client.GetAsync("/api/account");

        ((int)signedIn.StatusCode).Should().Be(login);
        ((int)orders.StatusCode).Should().Be(account);
        if (login == 200)
            signedIn.Headers.GetValues("Set-Cookie").Single().Should().Contain("httponly");
    }

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/products/30", 200)]
    [InlineData("/products/31", 404)]
    [InlineData("/robots.txt", 200)]
    [InlineData("/api/products", 200)]
    public async Task Head_Address_AnswersAsGetDoesWithoutABody(string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);

        using var response = await _client.SendAsync(request);

        ((int)response.StatusCode).Should().Be(status);
        (await response.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Get_Sitemap_ListsEveryProductOfThisSite()
    {
        var sitemap = XDocument.Parse(await _client.GetStringAsync("/sitemap.xml"));

        var addresses = sitemap.Descendants().Where(element => element.Name.LocalName == "loc").Select(element => element.Value);

        addresses.Should().Equal(Enumerable.Range(1, 30).Select(id => new Uri(_site.BaseUri, $"/products/{id}").AbsoluteUri));
    }

    [Fact]
    public async Task Get_SitemapOfAHugeShop_IsAnIndexOfFilesThatExist()
    {
        await using var huge = await DemoSite.StartAsync(new DemoSiteOptions { Products = 50_001 }, _clock, CancellationToken.None);
        var index = XDocument.Parse(await _client.GetStringAsync(new Uri(huge.BaseUri, "/sitemap.xml")));

        var files = index.Descendants().Where(element => element.Name.LocalName == "loc").Select(element => element.Value).ToArray();
        var last = XDocument.Parse(await _client.GetStringAsync(files[^1]));

        files.Should().HaveCount(2);
        last.Root!.Elements().Should().ContainSingle();
    }

    [Fact]
    public async Task Get_Robots_KeepsEverybodyOutOfTheLaboratory()
    {
        var robots = await _client.GetStringAsync("/robots.txt");

        robots.Should().StartWith("User-agent: *\nDisallow: /lab/\n").And.Contain($"Sitemap: {_site.BaseUri}sitemap.xml");
    }

    [Fact]
    public async Task Get_EveryScriptOfTheShop_IsServedAsAScript()
    {
        var scripts = typeof(DemoSite).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("demo/", StringComparison.Ordinal) && name.EndsWith(".js", StringComparison.Ordinal)).ToArray();

        scripts.Should().NotBeEmpty();
        foreach (var script in scripts)
        {
            using var response = await _client.GetAsync("/assets/" + script["demo/".Length..]);
            response.StatusCode.Should().Be(HttpStatusCode.OK, script);
            response.Content.Headers.ContentType!.MediaType.Should().Be("text/javascript");
        }
    }

    [Fact]
    public async Task Get_Products_CountsTheVisitWithItsQuery()
    {
        using var first = await _client.GetAsync("/products?page=2");
        using var second = await _client.GetAsync("/products?page=2");

        _site.VisitsTo("/products?page=2").Should().Be(2);
        _site.VisitsTo("/products").Should().Be(0);
    }

    [Fact]
    public async Task StartAsync_PortTaken_NamesThePort()
    {
        var again = () => DemoSite.StartAsync(new DemoSiteOptions { Port = _site.BaseUri.Port }, _clock, CancellationToken.None);

        (await again.Should().ThrowAsync<PortInUseException>()).Which.Port.Should().Be(_site.BaseUri.Port);
    }

    [Fact]
    public async Task StartAsync_SettingOutOfRange_IsRefused()
    {
        var start = () => DemoSite.StartAsync(new DemoSiteOptions { Products = 0 }, _clock, CancellationToken.None);

        await start.Should().ThrowAsync<System.ComponentModel.DataAnnotations.ValidationException>().WithMessage("*Products*");
    }

    [Fact]
    public async Task DisposeAsync_WhileAPageIsBeingAnswered_IsQuickAndFreesThePort()
    {
        var site = await DemoSite.StartAsync(_options, _clock, CancellationToken.None);
        var port = site.BaseUri.Port;
        var cutOff = _client.GetAsync(new Uri(site.BaseUri, "/slow"));
        await Eventually.HoldsAsync(() => site.VisitsTo("/slow") == 1, Bounds.Short, "the slow page is asked for");

        var started = Stopwatch.GetTimestamp();
        await site.DisposeAsync();

        Stopwatch.GetElapsedTime(started).Should().BeLessThan(Bounds.Short);
        await FluentActions.Awaiting(() => cutOff).Should().ThrowAsync<HttpRequestException>();
        await using var next = await DemoSite.StartAsync(new DemoSiteOptions { Port = port }, _clock, CancellationToken.None);
        next.BaseUri.Port.Should().Be(port);
    }

    [Fact]
    public async Task Get_ProductList_IsTheSameInEveryRun()
    {
        await using var other = await DemoSite.StartAsync(_options, _clock, CancellationToken.None);

        var here = await _client.GetStringAsync("/api/products?page=2");
        var there = await _client.GetStringAsync(new Uri(other.BaseUri, "/api/products?page=2"));

        there.Should().Be(here);
        var page = await _client.GetFromJsonAsync<DemoProductPage>("/api/products?page=2");
        page!.Items.Select(product => product.Id).Should().Equal(Enumerable.Range(13, 12));
    }
}
