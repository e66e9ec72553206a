using BrowserFarm.Crawling;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Crawling;

public sealed class RobotsRulesTests
{
    /// <summary>RFC 9309 §5.1, with our name in ExampleBot's place.</summary>
    private const string SimpleExample = """
        User-Agent: *
        Disallow: *.gif$
        Disallow: /example/
        Allow: /publications/

        User-Agent: foobot
        Disallow:/
        Allow:/example/page.html
        Allow:/example/allowed.gif

        User-Agent: barbot
        User-Agent: bazbot
        Disallow: /example/page.html

        User-Agent: quxbot
        """;

    [Theory]
    [InlineData("foobot", "/example/page.html", true)]
    [InlineData("foobot", "/example/allowed.gif", true)]
    [InlineData("foobot", "/", false)]
    [InlineData("foobot", "/publications/", false)]
    [InlineData("barbot", "/example/page.html", false)]
    [InlineData("barbot", "/example/other.html", true)]
    [InlineData("bazbot", "/example/page.html", false)]
    [InlineData("quxbot", "/example/page.html", true)]      // a group without rules: everything is allowed
    [InlineData("otherbot", "/a/b.gif", false)]
    [InlineData("otherbot", "/a/b.gif?x", true)]
    [InlineData("otherbot", "/example/", false)]
    [InlineData("otherbot", "/publications/x", true)]
    [InlineData("otherbot", "/publications/x.gif", true)]   // the longer rule decides
    [InlineData("otherbot", "/", true)]
    [InlineData("FOOBOT", "/", false)]
    [InlineData("foo", "/", true)]                          // a name that only begins alike is another's
    public void Allows_ExampleOfTheRfc_IsAsItSays(string agent, string path, bool expected) =>
        RobotsRules.Parse(SimpleExample, agent).Allows(path).Should().Be(expected);

    [Theory]
    [InlineData("", "")]
    [InlineData("Sitemap: https://a.example/s.xml", "https://a.example/s.xml")]
    [InlineData("sitemap:https://a.example/1\r\nSITEMAP : https://a.example/2 # a note\nSitemap: https://a.example/1", "https://a.example/1 https://a.example/2")]
    [InlineData("User-agent: somebody\nDisallow: /\nSitemap: https://a.example/s.xml", "https://a.example/s.xml")]
    [InlineData("Sitemap: https://a.example/s.xml#part", "https://a.example/s.xml#part")]
    [InlineData("\uFEFFSitemap: https://a.example/s.xml", "https://a.example/s.xml")]
    [InlineData("Sitemap:\nSitemap", "")]
    public void Sitemaps_AnyGroup_AreThoseNamed(string text, string expected) =>
        string.Join(' ', RobotsRules.Parse(text, "BrowserFarm").Sitemaps).Should().Be(expected);

    [Fact]
    public void Sitemaps_BetweenAgents_DoNotSplitTheGroup() =>
        RobotsRules.Parse("User-agent: x\nSitemap: https://a.example/s.xml\nUser-agent: BrowserFarm\nDisallow: /", "x").Allows("/").Should().BeFalse();

    [Theory]
    [InlineData("/example/page/disallowed.gif", false)]     // RFC 9309 §5.2
    [InlineData("/example/page/other.gif", true)]
    [InlineData("/example/", true)]
    public void Allows_LongestMatchOfTheRfc_IsAsItSays(string path, bool expected) =>
        Rules("Allow: /example/page/\nDisallow: /example/page/disallowed.gif").Allows(path).Should().Be(expected);

    [Theory]
    [InlineData("Disallow: /", "/", false)]
    [InlineData("Disallow:", "/", true)]
    [InlineData("Disallow: /a", "/abc", false)]
    [InlineData("Disallow: /a", "/A", true)]
    [InlineData("Disallow: /a$", "/a", false)]
    [InlineData("Disallow: /a$", "/ab", true)]
    [InlineData("Disallow: /a$b", "/a$b", false)]           // only at the end is it special
    [InlineData("Disallow: /a$b", "/a", true)]
    [InlineData("Disallow: /*.php$", "/x/y.php", false)]
    [InlineData("Disallow: /*.php$", "/x/y.php?z", true)]
    [InlineData("Disallow: /*.php$", "/x.php/y.php", false)]
    [InlineData("Disallow: /*?", "/x?y", false)]
    [InlineData("Disallow: /*?", "/x", true)]
    [InlineData("Disallow: *", "/x", false)]
    [InlineData("Disallow: /a*", "/a", false)]
    [InlineData("Disallow: /a*$", "/abc", false)]
    [InlineData("Disallow: /***a", "/xyza", false)]
    [InlineData("Disallow: $", "/x", true)]
    [InlineData("Disallow: /a/*/c", "/a/b/b/c/d", false)]
    [InlineData("Disallow: /a/*/c", "/a/c", true)]
    [InlineData("Disallow: /p\nAllow: /p", "/page", true)]  // equally long: the kinder one
    [InlineData("Allow: /p\nDisallow: /p", "/page", true)]
    [InlineData("Allow: /p\nDisallow: /", "/page", true)]
    [InlineData("Allow: /page\nDisallow: /*.htm", "/page.htm", false)]
    [InlineData("Disallow: /a # comment", "/a", false)]
    [InlineData("# Disallow: /", "/a", true)]
    [InlineData("DISALLOW : /a", "/a", false)]
    [InlineData("Disalow: /a", "/a", true)]
    [InlineData("Disallow /a", "/a", true)]
    [InlineData("Sitemap: https://a.example/s.xml\nDisallow: /a", "/a", false)]
    public void Allows_Rule_MatchesAsTheRfcSays(string rules, string path, bool expected) =>
        Rules(rules).Allows(path).Should().Be(expected);

    [Theory]
    // RFC 9309 §2.2.2: both sides are compared in one spelling
    [InlineData("/foo/bar?baz=quz", "/foo/bar?baz=quz")]
    [InlineData("/foo/bar/\u30C4", "/foo/bar/\u30C4")]
    [InlineData("/foo/bar/%E3%83%84", "/foo/bar/\u30C4")]
    [InlineData("/foo/bar/%e3%83%84", "/foo/bar/\u30C4")]
    [InlineData("/foo/bar/\u30C4", "/foo/bar/%e3%83%84")]
    [InlineData("/foo/bar/%62%61%7A", "/foo/bar/baz")]
    [InlineData("/foo/bar/baz", "/foo/bar/%62%61%7A")]
    [InlineData("/%7Ejoe/", "/~joe/x")]
    [InlineData("/a%2fb", "/a%2Fb")]
    [InlineData("/100%", "/100%25")]
    // §2.2.3: special characters that are encoded stand for themselves
    [InlineData("/path/file-with-a-%2A.html", "/path/file-with-a-*.html")]
    [InlineData("/path/foo-%24", "/path/foo-$")]
    [InlineData("/path/foo-%24", "/path/foo-$bar")]
    public void Allows_SameAddressInAnotherSpelling_IsTheSame(string pattern, string path) =>
        Rules($"Disallow: {pattern}").Allows(CanonicalUrl.Parse("https://a.example" + path).ToUri().PathAndQuery).Should().BeFalse();

    [Theory]
    [InlineData("/path/file-with-a-%2A.html", "/path/file-with-a-x.html")]
    [InlineData("/a%2Fb", "/a/b")]   // an encoded slash is no slash
    [InlineData("/a%3Fb", "/a?b")]
    public void Allows_AnotherAddress_IsAnother(string pattern, string path) => Rules($"Disallow: {pattern}").Allows(path).Should().BeTrue();

    [Theory]
    [InlineData("\uFEFFUser-agent: *\nDisallow: /a")]
    [InlineData("User-agent: *\r\nDisallow: /a\r\n")]
    [InlineData("User-agent: *\rDisallow: /a\r")]           // RFC 9309 §2.2: a line may end in CR alone
    [InlineData("\n\n  user-AGENT :   *   \n\n\tDisallow:\t/a\t\n")]
    [InlineData("User-agent: *\n\nDisallow: /a")]           // an empty line ends no group
    [InlineData("User-agent: somebody\nUser-agent: *\nDisallow: /a")]
    [InlineData("User-agent: *\nSitemap: x\nUser-agent: somebody\nDisallow: /a")]
    [InlineData("User-agent: *\nDisallow: /b\nUser-agent: *\nDisallow: /a")]
    [InlineData("User-agent: BrowserFarm/2.0 (+https://a.example)\nDisallow: /a")]
    [InlineData("User-agent: browserfarm\nDisallow: /b\nUser-agent: x\nDisallow: /\nUser-agent: BROWSERFARM\nDisallow: /a")]   // merged
    public void Parse_FileWrittenInItsOwnWay_IsUnderstood(string text)
    {
        var rules = RobotsRules.Parse(text, RobotsRules.ProductToken);

        rules.Allows("/a").Should().BeFalse();
        rules.Allows("/c").Should().BeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("Disallow: /a")]                                        // before any group
    [InlineData("User-agent: somebody\nDisallow: /a")]
    [InlineData("User-agent: *\nDisallow: /a\nUser-agent: BrowserFarm\n")]   // our own group, though empty, stands for itself
    [InlineData("User-agent: *\nDisallow: /a\nUser-agent: BrowserFarm\nDisallow:")]
    [InlineData("User-agent:\nDisallow: /a")]
    [InlineData("<!DOCTYPE html><html><body>User-agent: * Disallow: /a</body></html>")]
    [InlineData("\0\u0001\uFFFD:::\n:\n::\n")]
    public void Parse_NothingThatConcernsUs_AllowsEverything(string text) =>
        RobotsRules.Parse(text, RobotsRules.ProductToken).Allows("/a").Should().BeTrue();

    [Theory]
    [InlineData("5", 5.0)]
    [InlineData("0.5", 0.5)]
    [InlineData("5 # seconds", 5.0)]
    [InlineData("999999999999999999999999999999", 60.0)]
    [InlineData("1e400", 60.0)]
    [InlineData("Infinity", 60.0)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("NaN", null)]
    [InlineData("ten", null)]
    [InlineData("", null)]
    [InlineData("1,5", null)]
    public void CrawlDelay_AnyValue_IsBelievedWithinReason(string value, double? seconds) =>
        Rules($"Crawl-delay: {value}").CrawlDelay.Should().Be(seconds is { } expected ? TimeSpan.FromSeconds(expected) : null);

    [Fact]
    public void CrawlDelay_OfAnothersGroup_IsNotOurs() =>
        RobotsRules.Parse("User-agent: x\nCrawl-delay: 9\nUser-agent: BrowserFarm\nDisallow: /a", RobotsRules.ProductToken).CrawlDelay.Should().BeNull();

    [Fact]
    public void Allows_PatternsMadeToBeSlow_IsAnswered()
    {
        var rules = Rules(string.Join('\n', Enumerable.Repeat("Disallow: /" + string.Concat(Enumerable.Repeat("*a", 200)) + "b", 100)));
        var path = "/" + new string('a', 8000);

        rules.Allows(path).Should().BeTrue("it is answered at all: a backtracking matcher would not come back");
    }

    private static RobotsRules Rules(string lines) => RobotsRules.Parse("User-agent: *\n" + lines, RobotsRules.ProductToken);
}
