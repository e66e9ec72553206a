using System.Text;
using System.Text.Json;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Captures;
using ContextPool.Leasing;
using Json.Schema;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Rendering;

/// <summary>What is kept of a page beside its text: pictures, prints, archives, logs.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class FormatTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private TestSite _site = null!;

    public async Task InitializeAsync() => _site = await TestSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task Formats_OfPictures_AreWhatTheirNamesSay()
    {
        _site.MapHtml("/", "<!doctype html><h1>paper</h1>");

        var page = await RenderedAsync(PageFormat.Png, PageFormat.Jpeg, PageFormat.Webp, PageFormat.Pdf);

        page.Files[PageFormat.Png].Should().StartWith([0x89, (byte)'P', (byte)'N', (byte)'G']);
        page.Files[PageFormat.Jpeg].Should().StartWith([0xFF, 0xD8, 0xFF]);
        page.Files[PageFormat.Webp][8..12].Should().Equal("WEBP"u8.ToArray());
        page.Files[PageFormat.Pdf].Should().StartWith("%PDF-"u8.ToArray());
        SizeOf(page).Should().Be((1280, 720));
    }

    [Theory]
    [InlineData("""{ "screenshot": { "fullPage": true } }""", 1280, 3000)]
    [InlineData("""{ "screenshot": { "fullPage": true, "scale": 0.5 } }""", 640, 1500)]
    [InlineData("""{ "screenshot": { "element": "#box" } }""", 300, 200)]
    [InlineData("""{ "screenshot": { "element": "//div[@id='box']" } }""", 300, 200)]
    [InlineData("""{ "screenshot": { "element": "#box", "scale": 2 } }""", 600, 400)]
    [InlineData("""{ "screenshot": { "clip": { "x": 10, "y": 2000, "width": 50, "height": 60 } } }""", 50, 60)]
    public async Task Screenshot_Part_HasItsSize(string settings, int width, int height)
    {
        _site.MapHtml("/", "<!doctype html><body style='margin:0;height:3000px'><div id=box style='position:absolute;top:2500px;left:5px;width:300px;height:200px;background:red'></div>");

        var page = await RenderedAsync(wish => wish with { Capture = Settings(settings) }, PageFormat.Png);

        SizeOf(page).Should().Be((width, height));
        page.CaptureProblems.Should().BeEmpty();
    }

    [Fact]
    public async Task Screenshot_ElementBelowTheWindow_ShowsItAndNothingElse()
    {
        _site.MapHtml("/", "<!doctype html><body style='margin:0;height:3000px'><div id=box style='position:absolute;top:2500px;width:30px;height:20px;background:red'></div>");

        var inside = await RenderedAsync(wish => wish with { Capture = Settings("""{ "screenshot": { "clip": { "x": 1, "y": 2501, "width": 20, "height": 10 } } }""") }, PageFormat.Png);
        var element = await RenderedAsync(wish => wish with { Capture = Settings("""{ "screenshot": { "element": "#box" } }""") }, PageFormat.Png);
        var elsewhere = await RenderedAsync(wish => wish with { Capture = Settings("""{ "screenshot": { "clip": { "x": 1, "y": 1, "width": 20, "height": 10 } } }""") }, PageFormat.Png);

        (await ColourOfAsync(inside)).Should().Be("255,0,0,255");
        (await ColourOfAsync(element)).Should().Be("255,0,0,255");
        (await ColourOfAsync(elsewhere)).Should().Be("255,255,255,255");
    }

    [Fact]
    public async Task Screenshot_Transparent_HasNoBackground()
    {
        _site.MapHtml("/", "<!doctype html><p>x");

        var page = await RenderedAsync(wish => wish with { Capture = Settings("""{ "screenshot": { "transparent": true, "clip": { "x": 600, "y": 300, "width": 10, "height": 10 } } }""") }, PageFormat.Png);

        (await ColourOfAsync(page)).Should().Be("0,0,0,0");
    }

    [Fact]
    public async Task Screenshot_PageWithoutEnd_IsCutAndSaysSo()
    {
        _site.MapHtml("/", "<!doctype html><body style='margin:0;height:5000000px'>");

        var page = await RenderedAsync(wish => wish with { Capture = Settings("""{ "screenshot": { "fullPage": true } }""") }, PageFormat.Png);

        SizeOf(page).Should().Be((1280, CaptureSettings.MaxSide));
        page.CaptureProblems.Should().ContainSingle().Which.Reason.Should().Be("The picture shows 1280 × 16384 of 1280 × 5000000 pixels: more cannot be drawn at once.");
    }

    [Fact]
    public async Task Screenshot_NothingMatches_CostsThePictureAlone()
    {
        _site.MapHtml("/", "<!doctype html><h1>here</h1><img id=empty style='display:none'>");

        var page = await RenderedAsync(wish => wish with { Capture = Settings("""{ "screenshot": { "element": "#none" } }""") }, PageFormat.Png, PageFormat.Raw);
        var empty = await RenderedAsync(wish => wish with { Capture = Settings("""{ "screenshot": { "element": "#empty" } }""") }, PageFormat.Png);

        page.CaptureProblems.Should().Equal(new CaptureProblem(PageFormat.Png, "Nothing matches #none, of which a picture was to be taken."));
        page.Files.Keys.Should().Equal(PageFormat.Raw);
        page.Text.Should().Be("here");
        empty.CaptureProblems.Should().Equal(new CaptureProblem(PageFormat.Png, "#empty has no size, so there is no picture of it."));
    }

    [Fact]
    public async Task Pdf_Settings_AreFollowed()
    {
        _site.MapHtml("/", "<!doctype html><div style='height:5000px'>long</div>");

        var all = await RenderedAsync(PageFormat.Pdf);
        var part = await RenderedAsync(wish => wish with { Capture = Settings("""{ "pdf": { "width": "100mm", "height": "200mm", "landscape": true, "pages": "1-2" } }""") }, PageFormat.Pdf);
        var beyond = await RenderedAsync(wish => wish with { Capture = Settings("""{ "pdf": { "pages": "900-901" } }""") }, PageFormat.Pdf);

        PagesOf(all).Should().BeGreaterThan(3);
        PagesOf(part).Should().Be(2);
        Encoding.Latin1.GetString(part.Files[PageFormat.Pdf]).Should().MatchRegex(@"MediaBox \[0 0 56[67]\S* 28[34]");   // points: 200 by 100 mm
        beyond.CaptureProblems.Should().ContainSingle().Which.Format.Should().Be(PageFormat.Pdf);
    }

    [Fact]
    public async Task Raw_IsWhatTheServerSentInUtf8()
    {
        const string Sent = "<!doctype html><p id=p>caf\u00e9</p><script>p.remove()</script>";
        _site.Map("/", async context =>
        {
            context.Response.ContentType = "text/html; charset=iso-8859-1";
            await context.Response.Body.WriteAsync(Encoding.Latin1.GetBytes(Sent));
        });

        var page = await RenderedAsync(PageFormat.Raw, PageFormat.Html);

        page.Files[PageFormat.Raw].Should().Equal(Encoding.UTF8.GetBytes(Sent));
        page.Html.Should().NotContain("caf");
    }

    [Fact]
    public async Task Raw_AfterRedirectsAndScripts_IsStillTheFirstDocument()
    {
        _site.Map("/", context =>
        {
            context.Response.Redirect("/to");
            return Task.CompletedTask;
        });
        _site.MapHtml("/to", "<!doctype html><script>history.pushState({}, '', '/elsewhere'); document.open(); document.write('<p>other'); document.close()</script>");

        var page = await RenderedAsync(PageFormat.Raw);

        Encoding.UTF8.GetString(page.Files[PageFormat.Raw]).Should().Contain("history.pushState");
        page.Text.Should().Be("other");
    }

    [Fact]
    public async Task Mhtml_HoldsThePageWithItsPictures()
    {
        _site.MapHtml("/", "<!doctype html><p>words of it</p><img src=/dot.svg>");
        _site.MapText("/dot.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>", "image/svg+xml");

        var page = await RenderedAsync(PageFormat.Mhtml);

        Encoding.UTF8.GetString(page.Files[PageFormat.Mhtml]).Should().StartWith("From: <Saved by").And.Contain("Content-Location: http").And.Contain("words of it").And.Contain("image/svg+xml");
    }

    [Fact]
    public async Task Console_LinesAndErrors_AreKeptInOrderAndBounded()
    {
        _site.MapHtml("/", "<!doctype html><script>console.log('one', 2); console.warn('x'.repeat(9000)); setTimeout(() => { throw new Error('three') }); for (let i = 0; i < 3000; i++) setTimeout(console.debug, 50, i)</script>");

        var page = await RenderedAsync(PageFormat.Console);

        page.Console.Should().HaveCount(1000);
        page.Console![0].Should().Match<ConsoleLine>(line => line.Level == "log" && line.Text == "one 2" && line.Source!.StartsWith(_site.BaseUri.AbsoluteUri, StringComparison.Ordinal));
        page.Console[1].Text.Should().HaveLength(2001);
        page.Console.Should().ContainSingle(line => line.Level == "uncaught").Which.Text.Should().Contain("three");
    }

    [Fact]
    public async Task Network_EveryRequest_IsALine()
    {
        MapPageWithRequests();

        var page = await RenderedAsync(PageFormat.Network);

        page.Network!.Select(line => (new Uri(line.Url).AbsolutePath, line.Method, line.Type, line.Status)).Should().BeEquivalentTo(
            [("/", "GET", "document", (int?)302), ("/page", "GET", "document", 200), ("/gone.js", "GET", "script", 404), ("/data", "POST", "fetch", 200), ("/refused", "GET", "fetch", null)]);
        page.Network!.Should().OnlyContain(line => line.TimeMs >= 0 && line.StartMs >= 0);
        page.Network!.Single(line => line.Status is null).Error.Should().StartWith("net::ERR_");
        page.Network!.Single(line => line.Status == 200 && line.Type == "document").Bytes.Should().BePositive();
    }

    [Fact]
    public async Task Har_OfAPage_IsValidAndComplete()
    {
        MapPageWithRequests();

        var page = await RenderedAsync(PageFormat.Har);

        using var har = JsonDocument.Parse(page.Files[PageFormat.Har]);
        var judged = (await HarSchemaAsync()).Evaluate(har.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        judged.IsValid.Should().BeTrue(string.Join("; ", (judged.Details ?? []).Where(detail => detail.Errors is { Count: > 0 }).Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}")));
        var entries = har.RootElement.GetProperty("log").GetProperty("entries").EnumerateArray().ToList();
        entries.Should().HaveCount(5);
        entries[0].GetProperty("response").GetProperty("redirectURL").GetString().Should().EndWith("/page");
        entries[0].GetProperty("response").GetProperty("cookies")[0].GetProperty("name").GetString().Should().Be("seen");
        var posted = entries.Single(entry => entry.GetProperty("request").GetProperty("method").GetString() == "POST").GetProperty("request");
        posted.GetProperty("postData").GetProperty("text").GetString().Should().Be("a=1");
        posted.GetProperty("queryString")[0].GetProperty("value").GetString().Should().Be("ü x");
        posted.GetProperty("cookies")[0].GetProperty("value").GetString().Should().Be("yes");
        foreach (var entry in entries)
        {
            var phases = entry.GetProperty("timings").EnumerateObject().Where(phase => phase.Name != "ssl").Select(phase => phase.Value.GetDouble()).Where(phase => phase > 0).Sum();
            entry.GetProperty("time").GetDouble().Should().BeApproximately(phases, 0.01, "the specification demands it");
        }
    }

    private void MapPageWithRequests()
    {
        _site.Map("/", context =>
        {
            context.Response.Cookies.Append("seen", "yes", new CookieOptions { HttpOnly = true, MaxAge = TimeSpan.FromDays(1) });
            context.Response.Redirect("/page");
            return Task.CompletedTask;
        });
        _site.MapHtml("/page", "<!doctype html><title>t</title><script src=/gone.js></script><script>fetch('/data?q=%C3%BC+x', { method: 'POST', body: 'a=1' }); fetch('/refused').catch(() => 0)</script>");
        _site.MapText("/data", "{}", "application/json");
        _site.Map("/refused", context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
    }

    /// <summary>The published schema of HTTP archives, whose parts refer to each other by file name.</summary>
    private static async Task<JsonSchema> HarSchemaAsync()
    {
        using var deadline = new CancellationTokenSource(Bounds.Long);
        var folder = Path.Join(await NpmPackage.FetchAsync("har-schema", "2.0.0", deadline.Token), "lib");
        var schemas = Directory.EnumerateFiles(folder, "*.json").ToDictionary(
            file => Path.GetFileName(file),
            file => JsonSchema.FromText(File.ReadAllText(file).Replace(".json#\"", ".json\"").Replace("\"$id\": \"", "\"$id\": \"https://har.example/")), StringComparer.Ordinal);
        foreach (var schema in schemas.Values)
            SchemaRegistry.Global.Register(schema);
        return schemas["har.json"];
    }

    private static CaptureSpec Settings(string json) => CaptureSettings.Parse(Encoding.UTF8.GetBytes(json), "settings");

    /// <summary>Width and height in a PNG's first chunk (RFC 2083, section 4.1.1).</summary>
    private static (int Width, int Height) SizeOf(RenderedPage page)
    {
        var png = page.Files[PageFormat.Png];
        return ((png[16] << 24) | (png[17] << 16) | (png[18] << 8) | png[19], (png[20] << 24) | (png[21] << 16) | (png[22] << 8) | png[23]);
    }

    private static int PagesOf(RenderedPage page) =>
        Encoding.Latin1.GetString(page.Files[PageFormat.Pdf]).Split("/Type /Page\n").Length - 1;

    /// <summary>The first pixel, as the browser itself decodes it.</summary>
    private async Task<string> ColourOfAsync(RenderedPage page)
    {
        await using var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any, CancellationToken.None);
        return await lease.Page.EvaluateAsync<string>(
            """
            async picture => {
              const bitmap = await createImageBitmap(await (await fetch('data:image/png;base64,' + picture)).blob());
              const canvas = new OffscreenCanvas(1, 1).getContext('2d');
              canvas.drawImage(bitmap, 0, 0);
              return canvas.getImageData(0, 0, 1, 1).data.join();
            }
            """,
            Convert.ToBase64String(page.Files[PageFormat.Png]));
    }

    private Task<RenderedPage> RenderedAsync(params PageFormat[] formats) => RenderedAsync(static wish => wish, formats);

    private async Task<RenderedPage> RenderedAsync(Func<PageWish, PageWish> wish, params PageFormat[] formats)
    {
        var request = new RenderRequest(CanonicalUrl.Parse(_site.BaseUri.AbsoluteUri), wish(new PageWish([.. formats, PageFormat.Text], [])), TargetTurn.Unlimited);
        await using var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any, CancellationToken.None);
        var outcome = await new BrowserRenderer(new RenderOptions(), TimeProvider.System).RenderAsync(lease, request, CancellationToken.None);
        return outcome.Should().BeOfType<RenderOutcome.Rendered>($"{(outcome as RenderOutcome.Failed)?.Failure.Reason}").Subject.Page;
    }
}
