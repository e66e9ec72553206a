using BrowserFarm.Jobs;
using FsCheck;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Jobs;

public sealed class CanonicalUrlTests
{
    [Theory]
    // RFC 3986 §6.2.2: case, percent-encoding, dot segments
    [InlineData("HTTP://EXAMPLE.ORG/Path", "http://example.org/Path")]
    [InlineData("http://example.org", "http://example.org/")]
    [InlineData("http://example.org/a/./b/../c", "http://example.org/a/c")]
    [InlineData("http://example.org/../../a", "http://example.org/a")]
    [InlineData("http://example.org/%7Euser/%41", "http://example.org/~user/A")]
    [InlineData("http://example.org/%c3%a9", "http://example.org/%C3%A9")]
    [InlineData("http://example.org/é", "http://example.org/%C3%A9")]
    [InlineData("http://example.org/a%2Fb", "http://example.org/a%2Fb")]
    [InlineData("http://example.org/a%2fb", "http://example.org/a%2Fb")]
    [InlineData("http://example.org/?q=%e2%82%ac", "http://example.org/?q=%E2%82%AC")]
    [InlineData("http://example.org/100%", "http://example.org/100%25")]
    // §6.2.3: scheme-based
    [InlineData("http://example.org:80/", "http://example.org/")]
    [InlineData("https://example.org:443/", "https://example.org/")]
    [InlineData("https://example.org:80/", "https://example.org:80/")]
    [InlineData("http://example.org:/", "http://example.org/")]
    [InlineData("http://example.org?", "http://example.org/?")]
    [InlineData("http://example.org/?a=1&b=2#fragment", "http://example.org/?a=1&b=2")]
    [InlineData("http://example.org/#", "http://example.org/")]
    [InlineData("http://example.org/?b=2&a=1", "http://example.org/?b=2&a=1")]
    [InlineData("http://example.org//a//b", "http://example.org//a//b")]
    // hosts
    [InlineData("https://münchen.example/", "https://xn--mnchen-3ya.example/")]
    [InlineData("https://MÜNCHEN.example/", "https://xn--mnchen-3ya.example/")]
    [InlineData("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/")]
    [InlineData("http://[::1]:8080/a", "http://[::1]:8080/a")]
    [InlineData("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/")]
    [InlineData("http://[2001:DB8::1]/", "http://[2001:db8::1]/")]
    [InlineData("http://127.0.0.1:8080/", "http://127.0.0.1:8080/")]
    [InlineData("http://localhost:8080", "http://localhost:8080/")]
    [InlineData("http://a_b.example/", "http://a_b.example/")]
    // WHATWG URL: hosts that a browser reads as an IPv4 address (each tried in Chromium 156 and with the parser of Node.js)
    [InlineData("http://127.1/", "http://127.0.0.1/")]
    [InlineData("http://127.0.1:8080/", "http://127.0.0.1:8080/")]
    [InlineData("http://127.0.0.1./", "http://127.0.0.1/")]
    [InlineData("http://0x7f.1/", "http://127.0.0.1/")]
    [InlineData("http://0X7F000001", "http://127.0.0.1/")]
    [InlineData("http://2130706433?a", "http://127.0.0.1/?a")]
    [InlineData("http://0177.0.0.1/", "http://127.0.0.1/")]
    [InlineData("http://00000000000000000000017700000001/", "http://127.0.0.1/")]
    [InlineData("http://0/", "http://0.0.0.0/")]
    [InlineData("http://0x/", "http://0.0.0.0/")]
    [InlineData("http://0x.0x.0/", "http://0.0.0.0/")]
    [InlineData("http://4294967295/", "http://255.255.255.255/")]
    [InlineData("http://127%2e0%2E0%2e1/", "http://127.0.0.1/")]
    [InlineData("http://%31%32%37.1:81/", "http://127.0.0.1:81/")]
    [InlineData("http://127.0.0.1%2e/", "http://127.0.0.1/")]
    [InlineData("http://１２７.０.０.１/", "http://127.0.0.1/")]
    [InlineData("http://１２７．０｡０。１/", "http://127.0.0.1/")]
    [InlineData("http://%EF%BC%91%EF%BC%92%EF%BC%97.1/", "http://127.0.0.1/")]
    [InlineData("http://０ｘ7f.1/", "http://127.0.0.1/")]
    [InlineData("http://@127.1/", "http://127.0.0.1/")]
    [InlineData("http://lo%63alhost/", "http://localhost/")]
    [InlineData("http://ｌｏｃａｌｈｏｓｔ/", "http://localhost/")]
    [InlineData("http://localhost./", "http://localhost./")]
    [InlineData("http://ex%61mple.org/", "http://example.org/")]
    [InlineData("http://m%C3%BCnchen.example/", "http://xn--mnchen-3ya.example/")]
    [InlineData("http://1.foo/", "http://1.foo/")]
    [InlineData("http://1e3/", "http://1e3/")]
    [InlineData("http://0xg/", "http://0xg/")]
    public void Parse_AddressOfAPage_GivesItsOneSpelling(string text, string expected) =>
        CanonicalUrl.Parse(text).Value.Should().Be(expected);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("   ", "empty")]
    [InlineData("file:///etc/passwd", "scheme file")]
    [InlineData("chrome://version", "scheme chrome")]
    [InlineData("data:text/html,<p>", "scheme data")]
    [InlineData("javascript:alert(1)", "scheme javascript")]
    [InlineData("view-source:http://example.org/", "scheme view-source")]
    [InlineData("mailto:a@example.org", "scheme mailto")]
    [InlineData("ftp://example.org/", "scheme ftp")]
    [InlineData("ws://example.org/", "scheme ws")]
    [InlineData("example.org", "write https://example.org")]
    [InlineData("example.org/a", "write https://example.org/a")]
    [InlineData("localhost", "write https://localhost")]
    [InlineData("localhost:8080", "write http://localhost:8080")]
    [InlineData("localhost:8080/a", "write http://localhost:8080/a")]
    [InlineData("example.org:8080", "write http://example.org:8080")]
    [InlineData("/a/b", "not an absolute")]
    [InlineData("//example.org/a", "not an absolute")]
    [InlineData("a/b", "not an absolute")]
    [InlineData("?q", "not an absolute")]
    [InlineData("http://", "not an absolute")]
    [InlineData("http:///a", "not an absolute")]
    [InlineData("http://:80/", "not an absolute")]
    [InlineData("http://example.org:99999/", "not an absolute")]
    [InlineData("http://example.org:-1/", "not an absolute")]
    [InlineData("http://[::1/", "not an absolute")]
    [InlineData("http://[:::1]/", "not an absolute")]
    [InlineData("http://example.org\\a\\b", "not an absolute")]
    [InlineData("http://xn--\u11A0/", "no host")]
    [InlineData("http://-\u06B7/", "no host")]
    [InlineData("http://256.1.1.1/", "no host can be named")]
    [InlineData("http://1.2.3.4.5/", "no host can be named")]
    [InlineData("http://127.0.0.256/", "no host can be named")]
    [InlineData("http://4294967296/", "no host can be named")]
    [InlineData("http://08/", "no host can be named")]
    [InlineData("http://09.1.1.1/", "no host can be named")]
    [InlineData("http://foo.1/", "no host can be named")]
    [InlineData("http://foo.0x/", "no host can be named")]
    [InlineData("http://1..1/", "no host can be named")]
    [InlineData("http://a%00b/", "no host can be named")]
    [InlineData("http://a%2fb/", "no host can be named")]
    [InlineData("http://a%C2%ADb/", "no host can be named")]
    [InlineData("http://a%ffb/", "no host can be named")]
    [InlineData("http://ex%zz.org/", "no host can be named")]
    [InlineData("http://127.1%23.example.org/", "no host can be named")]
    [InlineData("http://127.1%40example.org/", "no host can be named")]
    [InlineData("http://ⓛocalhost/", "no host can be named")]
    [InlineData("http://①②⑦.1/", "no host can be named")]
    [InlineData("http://\U0001D7CF.1/", "no host can be named")]
    [InlineData("http://[fe80::1%25eth0]/", "no host can be named")]
    [InlineData("http://[fe80::1%eth0]/", "no host can be named")]
    [InlineData("http://[::1]x/", "no host can be named")]
    [InlineData("http://exa mple.org/", "space or a control")]
    [InlineData(" http://example.org/", "space or a control")]
    [InlineData("http://example.org/a b", "space or a control")]
    [InlineData("http://example.org/\0", "space or a control")]
    [InlineData("http://example.org/\r\nHost: x", "space or a control")]
    [InlineData("http://example.org/\u202Egpj.exe", "space or a control")]
    [InlineData("http://example.org/\u200B", "space or a control")]
    [InlineData("http://example.org/\uFEFF", "space or a control")]
    [InlineData("http://example.org/\u2028", "space or a control")]
    public void TryParse_AnythingElse_SaysWhatIsWrong(string text, string problem)
    {
        var parsed = CanonicalUrl.TryParse(text, out var url, out var found);

        parsed.Should().BeFalse();
        url.Should().BeNull();
        found.Should().Contain(problem);
    }

    [Fact]
    public void TryParse_Null_SaysThatItIsEmpty() => CanonicalUrl.TryParse(null, out _, out var problem).Should().BeFalse(problem);

    [Theory]
    [InlineData("http://user:secret@example.org/")]
    [InlineData("http://user@example.org/")]
    [InlineData("http://:secret@example.org/")]
    [InlineData("https://example.org:secret@evil.example/")]
    public void TryParse_UserNameOrPassword_IsRefusedWithoutShowingIt(string text)
    {
        CanonicalUrl.TryParse(text, out _, out var problem).Should().BeFalse();

        problem.Should().Contain("user name or password").And.NotContain("secret");
    }

    [Fact]
    public void TryParse_Problem_ShowsNothingThatCouldHarmATerminal()
    {
        CanonicalUrl.TryParse("http://example.org/\u001b[31m\u202E" + new string('x', 9000), out _, out var problem).Should().BeFalse();

        problem!.Length.Should().BeLessThan(400);
        problem.Should().NotContainAny("\u001b", "\u202E");
    }

    [Theory]
    [InlineData('x', 8192, true)]
    [InlineData('x', 8193, false)]
    [InlineData('é', 1370, false)]     // six characters each once encoded
    [InlineData('é', 1360, true)]
    [InlineData('\u20ac', 8000, false)]
    public void TryParse_Length_IsHeldInTheCanonicalSpelling(char fill, int length, bool isLegal)
    {
        const string Prefix = "http://example.org/";
        var text = Prefix + new string(fill, length - (fill == 'x' ? Prefix.Length : 0));

        var parsed = CanonicalUrl.TryParse(text, out var url, out var problem);

        parsed.Should().Be(isLegal, problem);
        if (url is not null)
        {
            url.Value.Length.Should().BeLessThanOrEqualTo(CanonicalUrl.MaxLength);
            CanonicalUrl.Parse(url.Value).Should().Be(url, "what is stored is read again");
        }
    }

    [Fact]
    public void Parse_AnyUrlThatIsTaken_IsItsOwnCanonicalSpelling() => ForAll.Values(
        Arb.From(Urls(), Shorter),
        text =>
        {
            if (!CanonicalUrl.TryParse(text, out var url, out _))
                return;

            CanonicalUrl.TryParse(url.Value, out var again, out var problem).Should().BeTrue("{0} came of {1}: {2}", url.Value, text, problem);
            again.Should().Be(url);
            url.ToUri().AbsoluteUri.Should().Be(url.Value);
            url.Value.Should().StartWith(url.Target.Value + "/").And.NotContain("#");
            url.Value.All(c => c is > ' ' and <= '~').Should().BeTrue("only printable ASCII is left in {0}", url.Value);
            TargetKey.Of(url.ToUri()).Should().Be(url.Target);
        },
        count: 10_000);

    /// <summary>Addresses put together from well-formed and mischievous parts, some with one character changed.</summary>
    private static Gen<string> Urls()
    {
        var scheme = Gen.Elements("http://", "https://", "HTTP://", "http:", "https:/", "http:\\\\", "hTTps:////", "");
        var host = Gen.Elements(
            "example.org", "EXAMPLE.org.", "münchen.example", "ß.example", "İ.example", "例え.テスト", "a_b.example", "-a.example", "1.2.3", "127.1", "0x7f.1",
            "2130706433", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1%25eth0]", "ex%61mple.org", "%00", "a..b", ".", "xn--", "xn--a", "localhost", "a,b", "a*b", "ａ.example",
            "example。org", "\U0001F600.example", "a\u0301.example", "\u00ad.example", "user@example.org", "@example.org", "a@b@c");
        var port = Gen.Elements("", "", "", ":", ":80", ":443", ":08080", ":65535", ":0", ":99999", ":x");
        var piece = Gen.Elements(
            "/", "/a", "/A", "/.", "/..", "/%2e%2e", "//", "/%2F", "/%", "/%zz", "/%C3%A9", "/%c3", "/é", "/;p=1", "/a:b", "/\\", "/|", "/{}", "/\"", "/<>", "/[x]", "/^`",
            "/\ud83d", "/\U0001F600", "/%00", "/%0a", "/~", "/%7E", "/@", "/$&'()*+,;=", "/%E2%80%AE", "?", "?q=1", "?q=a/../b", "?%", "?é", "?q=[x]|{}", "?q=\ud83d", "#f", "#", "&", "=", ".");
        var tail = Gen.Choose(0, 6).SelectMany(count => piece.ArrayOf(count)).Select(pieces => string.Concat(pieces));
        var url = from s in scheme from h in host from p in port from t in tail select s + h + p + t;
        var change = from at in Gen.Choose(0, 60) from c in Gen.Choose(1, 0x2FFF) select (at, c: (char)c);
        return Gen.Frequency(
            (4, url),
            (1, url.Zip(change, (text, one) => one.at < text.Length ? text[..one.at] + one.c + text[(one.at + 1)..] : text + one.c)));
    }

    private static IEnumerable<string> Shorter(string text) => Enumerable.Range(0, text.Length).Select(at => text.Remove(at, 1));
}
