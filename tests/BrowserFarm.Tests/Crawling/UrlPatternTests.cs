using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Crawling;

public sealed class UrlPatternTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/about", "/about")]
    [InlineData("/About/", "/About")]
    [InlineData("/products/123", "/products/#")]
    [InlineData("/products/123-blue-shoe.html", "/products/#-blue-shoe.html")]
    [InlineData("/2031/05/12", "/#/#/#")]
    [InlineData("/calendar/2031-05-12", "/calendar/#-#-#")]
    [InlineData("/1/2/3/4/5/6/7", "/#/#/#/#")]
    [InlineData("/v2/page2b", "/v#/page#b")]
    [InlineData("/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/u/*")]
    [InlineData("/u/3F2504E04F8911D39A0C0305E82C3301", "/u/*")]
    [InlineData("/c/0a1b2c3d", "/c/*")]
    [InlineData("/feed/deadbeef", "/feed/deadbeef")]                     // a word, as far as can be told
    [InlineData("/s/aB3kLm9pQr7tUv2wXy5z", "/s/*")]
    [InlineData("/p/12345678901234567890", "/p/*")]
    [InlineData("/a;jsessionid=A1B2C3D4E5F6", "/a;jsessionid=*")]
    [InlineData("/list?page=2", "/list?page")]
    [InlineData("/list?b=1&a=2", "/list?a&b")]
    [InlineData("/list?a=1&a=2&a=3", "/list?a")]
    [InlineData("/list?f[0]=x&f[12]=y", "/list?f[#]")]
    [InlineData("/list?2031-05", "/list?#-#")]
    [InlineData("/list?", "/list")]
    public void Of_Ordinary_Generalises(string path, string expected) =>
        UrlPattern.Of(CanonicalUrl.Parse("https://a.example" + path)).Should().Be(new UrlPattern("https://a.example" + expected, UrlShape.Ordinary));

    [Theory]
    [InlineData("/list?a=1&b=2&c=3&d=4&e=5", "/list?*", UrlShape.ManyParameters)]
    [InlineData("/list?x=1&y=2&z=3&a=4&b=5&c=6", "/list?*", UrlShape.ManyParameters)]
    [InlineData("/list?a=1&a=2&a=3&a=4&a=5", "/list?*", UrlShape.ManyParameters)]
    [InlineData("/a/b/a/b/a/b", "/a/b/…", UrlShape.Repeating)]
    [InlineData("/a/b/a/b/a/b/a/b/a/b", "/a/b/…", UrlShape.Repeating)]
    [InlineData("/a/a/a", "/a/…", UrlShape.Repeating)]
    [InlineData("/x/shop/y/shop/z/shop/12", "/shop/…", UrlShape.Repeating)]
    public void Of_Suspicious_IsOnePatternHoweverLong(string path, string expected, UrlShape shape) =>
        UrlPattern.Of(CanonicalUrl.Parse("https://a.example" + path)).Should().Be(new UrlPattern("https://a.example" + expected, shape));

    [Theory]
    [InlineData("/2011/11/11")]
    [InlineData("/11/11/11")]
    [InlineData("/en/docs/en")]
    public void Of_FewRepeats_AreOrdinary(string path) =>
        UrlPattern.Of(CanonicalUrl.Parse("https://a.example" + path)).Shape.Should().Be(UrlShape.Ordinary);

    [Fact]
    public void Of_VeryLong_IsOnePatternOfItsFirstPart()
    {
        var first = UrlPattern.Of(CanonicalUrl.Parse($"https://a.example/search/{new string('x', 2500)}"));
        var second = UrlPattern.Of(CanonicalUrl.Parse($"https://a.example/search?q={new string('y', 5000)}"));

        first.Should().Be(second).And.Be(new UrlPattern("https://a.example/search…", UrlShape.Overlong));
    }

    [Fact]
    public void Of_AnyAddress_IsBoundedAndAlwaysTheSame() => ForAll.Values(
        Gen.Elements("a", "/", "7", "?", "&", "=", ";", "-", "*", "%20", "ü", "deadbeef01", "…").ListOf().Select(parts => string.Concat(parts)),
        tail =>
        {
            if (!CanonicalUrl.TryParse("https://a.example/" + tail, out var url, out _))
                return;

            var pattern = UrlPattern.Of(url);
            pattern.Text.Length.Should().BeLessThanOrEqualTo(UrlPattern.MaxLength);
            UrlPattern.Of(CanonicalUrl.Parse(url.Value)).Should().Be(pattern);
        });
}
