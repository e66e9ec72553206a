using System.Text.Json;
using BrowserFarm.Crawling.Frames;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;

namespace BrowserFarm.IntegrationTests.Workers;

/// <summary>Crawls of sites that are large enough for tabs without frames to be tried.</summary>
public sealed class FramelessCrawlTests : CrawlTest
{
    private const int Pages = FrameTrial.Warmup + 30;

    private bool _frameless = true;

    [Fact]
    public async Task RunAsync_SiteThatIsTheSameWithoutFrames_IsReadWithoutThemFromThenOn()
    {
        MapPages("requestAnimationFrame(() => new IntersectionObserver((_, me) => { me.disconnect(); m.innerHTML += '<p>drawn' }).observe(m))");

        await CrawlAsync(Site.BaseUri, Wait);

        var results = Results();
        results.Should().HaveCount(Pages + 1);
        results.Where(page => Path(page) != "/").Should().OnlyContain(page => page.GetProperty("text").GetString()!.EndsWith("drawn"), "with frames or without");
        results.Count(IsFrameless).Should().BeInRange(10, 30 - FrameTrial.Proofs, "it began after the proofs, and a page or two may have been in hand then");
        Enumerable.Range(0, Pages).Sum(page => Site.VisitsTo($"/page/{page}")).Should().BeInRange(Pages + FrameTrial.Proofs, Pages + FrameTrial.Proofs + 4, "only what is compared is asked for twice");
    }

    [Fact]
    public async Task RunAsync_SiteThatWantsToBeDrawn_IsReadInOrdinaryTabs()
    {
        MapPages("new PerformanceObserver(() => m.innerHTML += '<p>drawn true').observe({ type: 'paint', buffered: true }); setTimeout(() => m.innerHTML += '<p>', 3000)");

        await CrawlAsync(Site.BaseUri, Wait);

        Results().Should().HaveCount(Pages + 1).And.NotContain(page => IsFrameless(page));
        Results().Where(page => Path(page) != "/").Should().OnlyContain(page => page.GetProperty("text").GetString()!.Contains("drawn true"));
    }

    [Fact]
    public async Task RunAsync_SwitchedOff_ComparesNothing()
    {
        MapPages("m.innerHTML += '<p>drawn'");

        _frameless = false;
        await CrawlAsync(Site.BaseUri, Wait);

        Results().Should().HaveCount(Pages + 1).And.NotContain(page => IsFrameless(page));
        Enumerable.Range(0, Pages).Should().OnlyContain(page => Site.VisitsTo($"/page/{page}") == 1);
    }

    protected override PlaywrightConfig Config()
    {
        var config = base.Config();
        config.Render.Frameless = _frameless;
        return config;
    }

    private static CrawlSpec Wait(CrawlSpec spec) => spec with { Page = spec.Page with { WaitUntil = WaitUntil.Load, WaitForSelector = "p, nav" } };

    private void MapPages(string script)
    {
        Site.MapHtml("/", $"<nav>{string.Concat(Enumerable.Range(0, Pages).Select(page => $"<a href=/page/{page}>{page}</a> "))}</nav>");
        for (var page = 0; page < Pages; page++)
            Site.MapHtml($"/page/{page}", $"<!doctype html><title>{page}</title><main id=m>page {page}</main><script>{script}</script>");
    }

    private static string Path(JsonElement page) => new Uri(page.GetProperty("url").GetString()!).AbsolutePath;

    private static bool IsFrameless(JsonElement page) => page.TryGetProperty("frameless", out var value) && value.GetBoolean();
}
