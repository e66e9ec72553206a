using BrowserFarm.Crawling;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Crawling;

public sealed class ScopeTests
{
    [Theory]
    [InlineData("https://a.example/x", null)]
    [InlineData("http://a.example/x", null)]
    [InlineData("https://www.a.example/x", null)]
    [InlineData("https://sub.a.example/x", SkipReason.OtherHost)]
    [InlineData("https://www.www.a.example/x", SkipReason.OtherHost)]
    [InlineData("https://a.example:8080/x", SkipReason.OtherHost)]
    [InlineData("https://a.example.evil.example/x", SkipReason.OtherHost)]
    [InlineData("https://aaexample/x", SkipReason.OtherHost)]
    [InlineData("https://b.example:8443/x", null)]
    [InlineData("http://b.example:8443/x", null)]
    [InlineData("https://b.example/x", SkipReason.OtherHost)]
    [InlineData("https://xn--mnchen-3ya.example/x", null)]
    [InlineData("http://[::1]:81/", null)]
    public void WhyNot_Host_MustBeASeeds(string url, SkipReason? expected) =>
        new Scope(Some.Spec("https://a.example/", "http://www.b.example:8443/start", "https://münchen.example/", "http://[::1]:81/"))
            .WhyNot(CanonicalUrl.Parse(url), depth: 1).Should().Be(expected);

    [Theory]
    [InlineData(null, 1_000_000, null)]
    [InlineData(0, 0, null)]
    [InlineData(0, 1, SkipReason.TooDeep)]
    [InlineData(2, 2, null)]
    [InlineData(2, 3, SkipReason.TooDeep)]
    public void WhyNot_Depth_IsHeldToTheBound(int? max, int depth, SkipReason? expected) =>
        new Scope(Some.Spec() with { MaxDepth = max }).WhyNot(CanonicalUrl.Parse("https://a.example/x"), depth).Should().Be(expected);

    [Theory]
    [InlineData("https://a.example/docs/x", null)]
    [InlineData("https://a.example/docs/secret/x", SkipReason.Excluded)]
    [InlineData("https://a.example/other", SkipReason.NotIncluded)]
    [InlineData("https://a.example/secret/", SkipReason.Excluded)]
    public void WhyNot_Globs_ExcludeWinsOverInclude(string url, SkipReason? expected) =>
        new Scope(Some.Spec() with { Include = ["/docs/*", "/help/*"], Exclude = ["*secret*"] }).WhyNot(CanonicalUrl.Parse(url), 1).Should().Be(expected);

    [Theory]
    [InlineData("not a url", "/docs/*")]
    [InlineData("https://a.example/", "")]
    public void Constructor_SeedOrGlobUnreadable_IsRefused(string seed, string glob) =>
        FluentActions.Invoking(() => new Scope(Some.Spec(seed) with { Include = [glob] })).Should().Throw<FormatException>();
}
