using System.IO.Compression;
using System.Text;
using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using TestKit;

namespace BrowserFarm.Tests.Crawling;

public sealed class RobotsCacheTests : IDisposable
{
    private const string Rules = "User-agent: *\nDisallow: /private\nSitemap: https://a.example/s.xml\n";

    private readonly ManualTimeProvider _clock = new();
    private readonly FakeWeb _web = new();
    private readonly RobotsCache _robots;

    public RobotsCacheTests() => _robots = new RobotsCache(_clock, _web);

    public void Dispose() => _robots.Dispose();

    [Fact]
    public async Task CheckAsync_FileOfManyMegabytes_KeepsTheRulesOfItsBeginning()
    {
        var filler = string.Concat(Enumerable.Repeat("# nothing to see here\n", 300_000));

        await ForbidsPrivateAsync(Encoding.UTF8.GetBytes(Rules + filler + "Disallow: /\n"));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public async Task CheckAsync_LineOfAMegabyte_LosesThatLineOnly(string end) =>
        await ForbidsPrivateAsync(Encoding.UTF8.GetBytes(Rules.Replace("\n", end) + "Disallow: /" + new string('x', 1 << 20) + end + "Disallow: /" + end));

    [Fact]
    public async Task CheckAsync_RuleAtTheEndOfWhatTheRfcAsksFor_IsRead()
    {
        var filler = new string('#', 500 * 1024 - Rules.Length - 1) + "\n";

        await ForbidsPrivateAsync(Encoding.UTF8.GetBytes(filler + Rules + new string('x', 1 << 20)));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("iso-8859-1")]
    public async Task CheckAsync_AnyEncoding_IsRead(string name)
    {
        var encoding = Encoding.GetEncoding(name);

        await ForbidsPrivateAsync([.. encoding.GetPreamble(), .. encoding.GetBytes("# für alle\n" + Rules)]);
        await ForbidsPrivateAsync(encoding.GetBytes("# ohne Marke\n" + Rules));
    }

    [Fact]
    public async Task CheckAsync_NulsAndGarbage_LoseNoOtherLine() =>
        await ForbidsPrivateAsync([0, 0, 0xFF, 0xFE, 0x80, (byte)'\n', .. Encoding.ASCII.GetBytes("User-agent\0: *\nDis\0allow: /private\n\0\0\n::::\nSitemap: https://a.example/s.xml\n"), 0xC3]);

    [Fact]
    public async Task CheckAsync_CompressedBomb_IsCut()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Rules));
            for (var i = 0; i < 1024; i++)
                gzip.Write(new byte[1 << 16]);
        }

        // What the handler does for a Content-Encoding.
        _web.MapAnswer("https://a.example/robots.txt", () => new HttpResponseMessage
        {
            Content = new StreamContent(new GZipStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress)),
        });

        (await VerdictAsync("/private/x")).Should().Be(RobotsVerdict.Disallowed);
    }

    [Fact]
    public async Task SitemapsOfAsync_NoRobotsTxt_GivesNone() =>
        (await _robots.SitemapsOfAsync(Some.Target("https://a.example/"), default)).Should().BeEquivalentTo(new SitemapHints([], null, null));

    [Fact]
    public async Task SitemapsOfAsync_RobotsTxtInTrouble_SaysSo()
    {
        _web.MapStatus("https://a.example/robots.txt", 500);

        (await _robots.SitemapsOfAsync(Some.Target("https://a.example/"), default)).Should().BeEquivalentTo(new SitemapHints([], null, "status 500"));
    }

    private async Task ForbidsPrivateAsync(byte[] file)
    {
        _web.Map("https://a.example/robots.txt", () => file);
        _clock.Advance(TimeSpan.FromDays(2));

        (await VerdictAsync("/private/x")).Should().Be(RobotsVerdict.Disallowed);
        (await VerdictAsync("/public")).Should().Be(RobotsVerdict.Allowed);
        (await _robots.SitemapsOfAsync(Some.Target("https://a.example/"), default)).Sitemaps.Should().Equal("https://a.example/s.xml");
    }

    private async Task<RobotsVerdict> VerdictAsync(string path) => (await _robots.CheckAsync(CanonicalUrl.Parse("https://a.example" + path), default)).Verdict;
}
