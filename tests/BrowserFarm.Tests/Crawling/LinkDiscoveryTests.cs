using BrowserFarm.Crawling;
using BrowserFarm.Crawling.Engines;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Crawling;

public sealed class LinkDiscoveryTests
{
    [Fact]
    public async Task SortAsync_AllSortsOfLinks_SortsThem()
    {
        var discovered = await SortAsync(
            "https://a.example/2",
            "HTTPS://A.EXAMPLE/2",                      // the same in another spelling
            "https://a.example/2#part",
            "https://a.example/1",                      // the page itself
            "https://b.example/",
            "mailto:x@a.example", "javascript:void(0)", "tel:1", "data:text/html,x", "file:///etc/passwd", "", "about:blank", "blob:https://a.example/x",
            "https://user:secret@a.example/",
            "http://",
            "https://a.example/" + new string('x', 9000));

        discovered.Follow.Should().Equal(new NewJob(CanonicalUrl.Parse("https://a.example/2"), 4, "https://a.example/1"));
        discovered.Skipped.Select(skipped => skipped.Reason).Should().Equal(SkipReason.OtherHost, SkipReason.BadUrl, SkipReason.BadUrl, SkipReason.BadUrl);
        discovered.Skipped.Should().OnlyContain(skipped => skipped.FoundOn == "https://a.example/1");
    }

    [Fact]
    public async Task SortAsync_MoreLinksThanAPageMayHave_LooksAtTheFirst()
    {
        var discovered = await SortAsync([.. Enumerable.Range(0, LinkDiscovery.MaxLinksPerPage + 5).Select(number => $"https://a.example/p{number}")]);

        discovered.Follow.Should().HaveCount(LinkDiscovery.MaxLinksPerPage);
    }

    [Fact]
    public async Task SortAsync_PageOfSomeLaneAndPriority_HandsThemOnToItsLinks()
    {
        var page = Some.Claimed() with { Lane = Lane.Background, Priority = -3 };

        var discovered = await new LinkDiscovery(new Scope(Some.Spec()), new EngineRule(Some.Spec()), robots: null).SortAsync([new PageLink("https://a.example/2", "")], "text", page, default);

        discovered.Follow.Should().ContainSingle().Which.Should().Match<NewJob>(job => job.Lane == Lane.Background && job.Priority == -3);
    }

    [Fact]
    public async Task SortAsync_LinkOfAMegabyte_IsRecordedInFewWords()
    {
        var discovered = await SortAsync($"https://a.example/{new string('x', 1 << 20)}");

        discovered.Skipped.Should().ContainSingle().Which.Should().Match<SkippedUrl>(skipped => skipped.Reason == SkipReason.BadUrl && skipped.Url.Length <= 1001);
    }

    [Fact]
    public async Task SortAsync_PatternWithoutEnd_IsHeldBackAndTold()
    {
        var discovery = new LinkDiscovery(new Scope(Some.Spec()), new EngineRule(Some.Spec()), robots: null, new TrapDetector(limit: 100));

        var first = await discovery.SortAsync([Link("/x/x/x"), Link("/x/x/x/x"), Link("/y")], "text", Some.Claimed(), default);
        var second = await discovery.SortAsync([Link("/x/x/x/x/x")], "text", Some.Claimed(), default);

        first.Follow.Select(job => job.Url.Value).Should().Equal("https://a.example/x/x/x", "https://a.example/y");
        first.Skipped.Should().Equal(new SkippedUrl("https://a.example/x/x/x/x", SkipReason.Trap, "https://a.example/1"));
        first.Traps.Should().Equal(new Trap("https://a.example/x/…", 1));
        second.Skipped.Should().ContainSingle().Which.Reason.Should().Be(SkipReason.Trap);
        second.Traps.Should().BeEmpty("it was told");
        discovery.Traps.Should().Equal(first.Traps);

        static PageLink Link(string path) => new("https://a.example" + path, "");
    }

    [Fact]
    public async Task SortAsync_PagesThatBringNothingNew_CloseTheirPattern()
    {
        var discovery = new LinkDiscovery(new Scope(Some.Spec()), new EngineRule(Some.Spec()), robots: null, new TrapDetector(limit: 100));
        for (var day = 0; day < 400; day++)
            await discovery.SortAsync([new PageLink($"https://a.example/day/{day + 1}", "")], $"Day {day}: nothing", Some.Claimed(url: $"https://a.example/day/{day}"), default);

        discovery.Traps.Should().ContainSingle().Which.Pattern.Should().Be("https://a.example/day/#");
    }

    [Fact]
    public async Task SortAsync_AddressOutOfScope_CountsForNoPattern()
    {
        var traps = new TrapDetector(limit: 100);

        await new LinkDiscovery(new Scope(Some.Spec()), new EngineRule(Some.Spec()), robots: null, traps).SortAsync([new PageLink("https://b.example/x/x/x", "")], "text", Some.Claimed(), default);

        traps.Patterns.Should().Be(0);
    }

    [Fact]
    public async Task SortListedAsync_AddressesOfASitemap_AreSortedLikeSeedsButHeldToTheScope()
    {
        var traps = new TrapDetector(limit: 1);
        var discovery = new LinkDiscovery(new Scope(Some.Spec() with { Exclude = ["/private/*"], MaxDepth = 0 }), new EngineRule(Some.Spec()), robots: null, traps);
        var sitemap = CanonicalUrl.Parse("https://cdn.example/s.xml");

        var sorted = await discovery.SortListedAsync(
            ["https://a.example/x/x/x", "https://a.example/x/x/x/x", "HTTPS://A.EXAMPLE/x/x/x", "https://b.example/", "https://a.example/private/1", "/relative", "ftp://a.example/"],
            sitemap, Lane.Background, 7, default);

        sorted.Follow.Should().Equal(
            new NewJob(CanonicalUrl.Parse("https://a.example/x/x/x"), 0, sitemap.Value, Lane.Background, 7),
            new NewJob(CanonicalUrl.Parse("https://a.example/x/x/x/x"), 0, sitemap.Value, Lane.Background, 7));
        sorted.Skipped.Select(skipped => skipped.Reason).Should().Equal(SkipReason.OtherHost, SkipReason.Excluded, SkipReason.BadUrl, SkipReason.BadUrl);
        sorted.Skipped.Should().OnlyContain(skipped => skipped.FoundOn == sitemap.Value);
        traps.Patterns.Should().Be(0, "what a site lists it does not make up");
    }

    private static Task<DiscoveredLinks> SortAsync(params string[] urls) => new LinkDiscovery(new Scope(Some.Spec()), new EngineRule(Some.Spec()), robots: null)
        .SortAsync([.. urls.Select(url => new PageLink(url, ""))], "text", Some.Claimed() with { Depth = 3 }, default);
}
