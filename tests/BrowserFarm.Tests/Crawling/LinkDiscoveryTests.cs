using BrowserFarm.Crawling;
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

    private static Task<DiscoveredLinks> SortAsync(params string[] urls) => new LinkDiscovery(new Scope(Some.Spec()), robots: null)
        .SortAsync([.. urls.Select(url => new PageLink(url, ""))], Some.Claimed() with { Depth = 3 }, default);
}
