using System.Text;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Actions;
using ContextPool;
using ContextPool.Browsers;
using ContextPool.Leasing;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Rendering;

/// <summary>As whom pages are visited: device, place, colours, names and passwords, profiles.</summary>
public sealed class VisitorTests : IAsyncLifetime
{
    private readonly PlaywrightConfig _config = PlaywrightConfigFile.Load(null);
    private readonly TempFolder _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync() => _site = await TestSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Device_Telephone_IsWhatPagesSee()
    {
        _site.MapHtml("/", """
            <!doctype html><meta name=viewport content="width=device-width"><p id=p></p>
            <script>p.textContent = [innerWidth, devicePixelRatio, 'ontouchstart' in window, navigator.userAgent, navigator.userAgentData?.mobile, navigator.userAgentData?.platform].join('|')</script>
            """);
        await Visitor.PrepareAsync(_config, new VisitorSpec { Device = "pixel 7" }, [], CancellationToken.None);

        var seen = (await RenderedAsync("/")).Text.Split('|');

        seen[0..3].Should().Equal("412", "2.625", "true");
        seen[3].Should().Contain("Android").And.Contain("Pixel 7").And.NotContain("Headless");
        seen[4..].Should().Equal(["true", "Android"], "client hints say the same as the user agent");
    }

    [Fact]
    public async Task Device_Unknown_NamesSomeThatAreLikeIt()
    {
        var prepare = () => Visitor.PrepareAsync(_config, new VisitorSpec { Device = "iPhone 99" }, [], CancellationToken.None);

        await prepare.Should().ThrowAsync<FormatException>().WithMessage("'iPhone 99' is not a device; there are for example iPhone *, iPhone *.");
    }

    [Fact]
    public async Task Context_ColoursAndPlace_AreWhatWasSet()
    {
        _site.MapHtml("/", """
            <!doctype html><p id=p></p>
            <script>navigator.geolocation.getCurrentPosition(at => p.textContent = [matchMedia('(prefers-color-scheme: dark)').matches, at.coords.latitude, at.coords.longitude].join('|'), e => p.textContent = e.message)</script>
            """);
        _config.Context.ColorScheme = "dark";
        _config.Context.Geolocation = new GeoPosition(48.5, -2.25, 10);

        (await RenderedAsync("/", wish => wish with { WaitForScript = "p.textContent != ''" })).Text.Should().Be("true|48.5|-2.25");
    }

    [Theory]
    [InlineData(Engine.Browser)]
    [InlineData(Engine.Http)]
    public async Task Credentials_AreToldToTheirSiteAndNoOther(Engine engine)
    {
        await using var other = await TestSite.StartAsync(CancellationToken.None);
        var told = "";
        other.Map("/", context =>
        {
            told += context.Request.Headers.Authorization;
            return AskAsync(context);
        });
        _site.Map("/", context => context.Request.Headers.Authorization == $"Basic {Convert.ToBase64String("me:secret"u8)}" ? context.Response.WriteAsync("inside") : AskAsync(context));
        _config.Context.Credentials = new SiteCredentials(_site.BaseUri.GetLeftPart(UriPartial.Authority), "me", "secret");

        var outcome = await RenderAsync(_site.BaseUri, engine);
        await RenderAsync(other.BaseUri, engine);

        outcome.Should().BeOfType<RenderOutcome.Rendered>().Which.Page.Text.Should().Be("inside");
        told.Should().BeEmpty();
        static Task AskAsync(HttpContext context)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
            return Task.CompletedTask;
        }
    }

    /// <summary>Logged in once by actions; afterwards cookies and storage are there, in whatever reads the pages.</summary>
    [Theory]
    [InlineData(Engine.Browser)]
    [InlineData(Engine.Http)]
    public async Task Profile_SavedAfterALogIn_IsLoggedInElsewhere(Engine engine)
    {
        _site.MapHtml("/login", "<!doctype html><button onclick=\"document.cookie = 'who=ada; path=/'; localStorage.seen = 'yes'; done.textContent = 'in'\">Go</button><p id=done></p>");
        _site.Map("/account", context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync($"<!doctype html><p>{context.Request.Cookies["who"]}</p><p id=s></p><script>s.textContent = localStorage.seen</script>");
        });
        var actions = ActionList.Parse(Encoding.UTF8.GetBytes("""[{ "click": "button" }, { "waitForScript": "done.textContent == 'in'" }]"""), "actions");
        var login = (RenderOutcome.Rendered)await RenderAsync(_site.UriOf("/login"), Engine.Browser, wish => wish with { Actions = actions }, keepProfile: true);
        var path = _folder.Combine("ada.json");
        await ProfileFile.WriteAsync(path, login.Page.Profile!, CancellationToken.None);

        await Visitor.PrepareAsync(_config, new VisitorSpec { Profile = path }, [], CancellationToken.None);
        var account = (RenderOutcome.Rendered)await RenderAsync(_site.UriOf("/account"), engine);

        account.Page.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(engine == Engine.Browser ? ["ada", "yes"] : ["ada"]);
    }

    [Theory]
    [InlineData(Engine.Browser)]
    [InlineData(Engine.Http)]
    public async Task Visitor_HeadersAndCookies_AreSentBesidesThoseOfTheProfile(Engine engine)
    {
        _site.Map("/", context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync($"<!doctype html><p>{context.Request.Headers["X-Key"]} {context.Request.Cookies["mine"]} {context.Request.Cookies["old"]} {context.Request.Cookies["other"]}");
        });
        var path = _folder.Combine("profile.json");
        await File.WriteAllTextAsync(path, ProfileFile.WithCookies(null, [new HttpPair("old", "kept"), new HttpPair("mine", "before")], ["127.0.0.1"]));
        var visitor = new VisitorSpec { Profile = path, Headers = [new HttpPair("X-Key", "secret")], Cookies = [new HttpPair("mine", "now")] };

        await Visitor.PrepareAsync(_config, visitor, [_site.BaseUri.AbsoluteUri, _site.UriOf("/2").AbsoluteUri], CancellationToken.None);
        await Visitor.PrepareAsync(_config, visitor with { Cookies = [new HttpPair("other", "no")] }, ["http://elsewhere.example/"], CancellationToken.None);
        await Visitor.PrepareAsync(_config, visitor, [_site.BaseUri.AbsoluteUri], CancellationToken.None);

        var read = (await RenderAsync(_site.BaseUri, engine)).Should().BeOfType<RenderOutcome.Rendered>().Subject;
        read.Page.Text.Trim().Should().Be("secret now kept");
    }

    private async Task<RenderedPage> RenderedAsync(string path, Func<PageWish, PageWish>? wish = null)
    {
        var outcome = await RenderAsync(_site.UriOf(path), Engine.Browser, wish);
        return outcome.Should().BeOfType<RenderOutcome.Rendered>($"{(outcome as RenderOutcome.Failed)?.Failure.Reason}").Subject.Page;
    }

    private async Task<RenderOutcome> RenderAsync(Uri address, Engine engine, Func<PageWish, PageWish>? wish = null, bool keepProfile = false)
    {
        var plain = new PageWish([PageFormat.Text], []);
        var request = new RenderRequest(CanonicalUrl.Parse(address.AbsoluteUri), wish?.Invoke(plain) ?? plain, TargetTurn.Unlimited) { KeepProfile = keepProfile };
        if (engine == Engine.Http)
        {
            using var http = _config.CreateHttpRenderer(TimeProvider.System);
            return await http.ReadAsync(request, CancellationToken.None);
        }

        var options = new ContextPoolOptions { MaxContexts = 1 };
        _config.ApplyTo(options);
        await using var pool = new BrowserContextPool(options);
        await using var lease = await pool.LeaseAsync(LeaseRequest.Any, CancellationToken.None);
        return await new BrowserRenderer(_config.Render, TimeProvider.System).RenderAsync(lease, request, CancellationToken.None);
    }
}
