using BrowserFarm.Crawling;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Crawling;

public sealed class UrlGlobTests
{
    [Theory]
    [InlineData("/docs/*", "https://a.example/docs/x/y", true)]
    [InlineData("/docs/*", "https://a.example/docs/", true)]
    [InlineData("/docs/*", "https://a.example/docs", false)]
    [InlineData("/docs/*", "https://a.example/old/docs/x", false)]
    [InlineData("/docs", "https://a.example/docs?x=1", false)]
    [InlineData("/docs?x=*", "https://a.example/docs?x=1", true)]
    [InlineData("/docs?x=*", "https://a.example/docsx=1", false)]   // a question mark stands for itself
    [InlineData("*.pdf", "https://a.example/x.pdf", true)]
    [InlineData("*.pdf", "https://a.example/xpdf", false)]          // so does a dot
    [InlineData("*.pdf", "https://a.example/x.pdf?y", false)]
    [InlineData("https://a.example/*", "https://a.example/x", true)]
    [InlineData("https://a.example/*", "https://b.example/x", false)]
    [InlineData("*://*.example/*", "http://a.example/", true)]
    [InlineData("*", "https://a.example/", true)]
    [InlineData("**", "https://a.example/", true)]
    [InlineData("/", "https://a.example/", true)]
    [InlineData("/(a|b)[c]{2}^$+", "https://a.example/(a|b)[c]{2}^$+", true)]
    [InlineData("/.*", "https://a.example/anything", false)]
    [InlineData("/Docs/*", "https://a.example/docs/x", false)]
    [InlineData("/café/*", "https://a.example/café/x", true)]       // typed as it is read
    [InlineData("/caf%C3%A9/*", "https://a.example/café/x", true)]
    [InlineData("/a b*", "https://a.example/a%20b", true)]
    public void Matches_Pattern_TakesStarsForAnythingAndTheRestForItself(string pattern, string url, bool expected) =>
        new UrlGlob(pattern).Matches(CanonicalUrl.Parse(url).ToUri()).Should().Be(expected);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Constructor_EmptyPattern_IsRefused(string pattern) =>
        FluentActions.Invoking(() => new UrlGlob(pattern)).Should().Throw<FormatException>().WithMessage("*empty*");

    [Fact]
    public void Constructor_EndlessPattern_IsRefused() =>
        FluentActions.Invoking(() => new UrlGlob(new string('*', 2001))).Should().Throw<FormatException>().WithMessage("*2001*2000*");

    [Theory]
    [InlineData("*a")]
    [InlineData("a*b*")]
    [InlineData("*")]
    public void Matches_PatternMadeToBeSlow_IsAnswered(string part)
    {
        var glob = new UrlGlob("/" + string.Concat(Enumerable.Repeat(part, 1990 / part.Length)) + "!");
        var url = new Uri("https://a.example/" + new string('a', 8000));

        glob.Matches(url).Should().BeFalse("it is answered at all: a backtracking matcher would not come back");
    }
}
