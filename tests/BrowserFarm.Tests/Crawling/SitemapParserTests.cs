using System.IO.Compression;
using System.Text;
using BrowserFarm.Crawling;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Crawling;

public sealed class SitemapParserTests
{
    private const string Head = """<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">""";

    [Fact]
    public async Task ReadAsync_ListOfTheProtocol_GivesItsAddresses()
    {
        var (entries, problem) = await ReadAsync($"""
            {Head}
              <url><loc>https://a.example/1</loc><lastmod>2005-01-01</lastmod><priority>0.8</priority></url>
              <url>
                <loc>
                  https://a.example/2?x=1&amp;y=2
                </loc>
                <image:image><image:loc>https://a.example/picture.png</image:loc></image:image>
              </url>
              <url><loc><![CDATA[https://a.example/3]]></loc></url>
              <url><loc/></url><url><loc></loc></url>
            </urlset>
            """);

        problem.Should().BeNull();
        entries.Should().Equal(Page("https://a.example/1"), Page("https://a.example/2?x=1&y=2"), Page("https://a.example/3"));
    }

    [Fact]
    public async Task ReadAsync_Index_GivesSitemaps()
    {
        var (entries, problem) = await ReadAsync("<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap><url><loc>https://a.example/no</loc></url></sitemapindex>");

        problem.Should().BeNull();
        entries.Should().Equal(new SitemapEntry("https://a.example/1.xml", IsSitemap: true));
    }

    [Theory]
    [InlineData("https://a.example/1\nhttps://a.example/2")]
    [InlineData("\uFEFFhttps://a.example/1\r\n\r\n  https://a.example/2  \r\n")]
    [InlineData("https://a.example/1\rhttps://a.example/2\r")]
    public async Task ReadAsync_Text_GivesItsLines(string text)
    {
        var (entries, problem) = await ReadAsync(text);

        problem.Should().BeNull();
        entries.Should().Equal(Page("https://a.example/1"), Page("https://a.example/2"));
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("iso-8859-1", false)]
    public async Task ReadAsync_AnyEncoding_IsRead(string name, bool withMark)
    {
        var encoding = Encoding.GetEncoding(name);
        var xml = $"<?xml version=\"1.0\" encoding=\"{name}\"?><urlset><url><loc>https://a.example/ü</loc></url></urlset>";
        byte[] bytes = [.. withMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(xml)];

        (await ReadAsync(bytes)).Entries.Should().Equal(Page("https://a.example/ü"));
    }

    [Fact]
    public async Task ReadAsync_BlanksBeforeTheXml_AreForgiven()
    {
        var (entries, problem) = await ReadAsync($"\n\n {Head}<url><loc>https://a.example/1</loc></url></urlset>");

        problem.Should().BeNull();
        entries.Should().Equal(Page("https://a.example/1"));
    }

    [Fact]
    public async Task ReadAsync_Compressed_IsKnownByItsBytes() =>
        (await ReadAsync(Gzip("https://a.example/1\nhttps://a.example/2"))).Entries.Should().HaveCount(2);

    [Theory]
    [InlineData("", null)]
    [InlineData("not a list", "neither XML nor a list")]
    [InlineData("{\"error\":404}", "neither XML nor a list")]
    [InlineData("<!DOCTYPE html><html><body>Not here</body></html>", "not well-formed XML")]
    [InlineData("<html><body>Not here</body></html>", "its first element is html")]
    [InlineData("<rss><channel/></rss>", "its first element is rss")]
    [InlineData("<urlset><url><loc>x", "not well-formed XML")]
    [InlineData("<urlset><url><loc>&file;</loc></url></urlset>", "not well-formed XML")]
    [InlineData("<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><urlset><url><loc>&b;</loc></url></urlset>", "not well-formed XML")]
    [InlineData("<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><urlset><url><loc>&x;</loc></url></urlset>", "not well-formed XML")]
    public async Task ReadAsync_NoSitemap_SaysWhy(string text, string? saying)
    {
        var (entries, problem) = await ReadAsync(text);

        entries.Should().BeEmpty();
        if (saying is null)
            problem.Should().BeNull();
        else
            problem.Should().Contain(saying);
    }

    [Theory]
    [InlineData("<!---->")]
    [InlineData("<?a?>")]
    [InlineData("<!----><?a b?>")]
    public async Task ReadAsync_HundredThousandThingsToPassOverInARow_ArePassedOver(string nothing)
    {
        var many = string.Concat(Enumerable.Repeat(nothing, 100_000));
        var (entries, problem) = await ReadAsync($"{Head}<url>{many}<loc>https://a.example/{nothing}1</loc></url>{many}</urlset>{many}");

        problem.Should().BeNull();
        entries.Should().Equal(Page("https://a.example/1"));
    }

    [Fact]
    public async Task ReadAsync_BrokenHalfWay_KeepsWhatCameBefore()
    {
        var (entries, problem) = await ReadAsync("<urlset><url><loc>https://a.example/1</loc></url><url><loc>https://a.example/2</url></urlset>");

        entries.Should().Contain(Page("https://a.example/1"));
        problem.Should().Contain("not well-formed XML");
    }

    [Fact]
    public async Task ReadAsync_GzipCutOff_DoesNotThrow()
    {
        var whole = Gzip(string.Concat(Enumerable.Range(0, 5000).Select(page => $"https://a.example/{page}\n")));

        var (entries, _) = await ReadAsync(whole[..(whole.Length / 2)]);

        entries.Should().NotBeEmpty().And.HaveCountLessThan(5000);
    }

    [Fact]
    public async Task ReadAsync_GzipThatIsNone_SaysSo() =>
        (await ReadAsync([0x1F, 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])).Problem.Should().Contain("compression is broken");

    [Fact]
    public async Task ReadAsync_MoreAddressesThanTheProtocolAllows_CutsTheRest()
    {
        var (entries, problem) = await ReadAsync(string.Concat(Enumerable.Range(0, 50_001).Select(page => $"https://a.example/{page}\n")));

        entries.Should().HaveCount(50_000);
        problem.Should().Contain("more than 50000 addresses");
    }

    [Fact]
    public async Task ReadAsync_ExactlyAsManyAsAllowed_IsWhole()
    {
        var (entries, problem) = await ReadAsync(string.Concat(Enumerable.Range(0, 50_000).Select(page => $"https://a.example/{page}\n")));

        entries.Should().HaveCount(50_000);
        problem.Should().BeNull();
    }

    [Fact]
    public async Task ReadAsync_Bomb_IsBoundedByWhatComesOut()
    {
        // 1 GB of blanks in 1 MB, inside an element.
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("<urlset><url><loc>https://a.example/1</loc></url>"u8);
            var blanks = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<i/>" + new string(' ', 1020), 1024)));
            for (var i = 0; i < 1024; i++)
                gzip.Write(blanks);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var (entries, problem) = await ReadAsync(packed.ToArray());

        entries.Should().Equal(Page("https://a.example/1"));
        problem.Should().Contain("larger than 52428800 bytes");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(32 << 20);
    }

    [Theory]
    [InlineData("<urlset><url><loc>")]             // one text without end
    [InlineData("<urlset a='")]                    // one attribute
    [InlineData("<urlset><!-- ")]                  // one comment
    [InlineData("<urlset><aaaaaaaaaaaaa")]         // one name
    [InlineData("<urlset><![CDATA[")]
    public async Task ReadAsync_PieceWithoutEnd_IsCutEarly(string beginning)
    {
        await using var endless = new EndlessStream(beginning, "aaaaaaaa");

        var problem = await SitemapParser.ReadAsync(endless, new SitemapLimits(), _ => ValueTask.FromResult(true), default);

        problem.Should().Contain("without a tag");
        endless.Taken.Should().BeLessThan(4 << 20);
    }

    [Theory]
    [InlineData("<urlset>", "<a>", "nested deeper")]
    [InlineData("<urlset><url><loc>", "<a>", "nested deeper")]
    [InlineData("<urlset>", "<!-- <<<< -->", "larger than")]
    [InlineData("https://a.example/\n", "https://a.example/page\n", "more than 50000 addresses")]
    [InlineData("https://a.example/\n", "aaaaaaaaaaaaaaaa", "larger than")]
    [InlineData("https://a.example/\n", "\n\n\n\n", "larger than")]
    public async Task ReadAsync_FileWithoutEnd_IsCut(string beginning, string again, string saying)
    {
        await using var endless = new EndlessStream(beginning, again);

        (await SitemapParser.ReadAsync(endless, new SitemapLimits { MaxBytes = 4 << 20 }, _ => ValueTask.FromResult(true), default)).Should().Contain(saying);
        endless.Taken.Should().BeLessThan(5 << 20);
    }

    [Fact]
    public async Task ReadAsync_EndlesslyManyNames_IsCut()
    {
        var names = string.Concat(Enumerable.Range(0, 20_000).Select(number => $"<n{number}/>"));

        (await ReadAsync($"<urlset>{names}</urlset>")).Problem.Should().Contain("different names");
    }

    [Fact]
    public async Task ReadAsync_AddressOfAMegabyte_IsCutBehindWhatCanBeOne()
    {
        var (entries, problem) = await ReadAsync($"<urlset><url><loc>https://a.example/{new string('x', 1 << 20)}</loc></url><url><loc>https://a.example/2</loc></url></urlset>");

        problem.Should().BeNull();
        entries.Should().HaveCount(2);
        entries[0].Url.Length.Should().Be(CanonicalUrl.MaxLength + 1, "so that it is still known to be too long");
    }

    [Fact]
    public async Task ReadAsync_NoMoreWanted_ReadsNoFurther()
    {
        await using var endless = new EndlessStream("", "https://a.example/page\n");

        var problem = await SitemapParser.ReadAsync(endless, new SitemapLimits(), _ => ValueTask.FromResult(false), default);

        problem.Should().BeNull();
        endless.Taken.Should().BeLessThan(1 << 20);
    }

    private static SitemapEntry Page(string url) => new(url, IsSitemap: false);

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private static Task<(List<SitemapEntry> Entries, string? Problem)> ReadAsync(string text) => ReadAsync(Encoding.UTF8.GetBytes(text));

    private static async Task<(List<SitemapEntry> Entries, string? Problem)> ReadAsync(byte[] bytes)
    {
        var entries = new List<SitemapEntry>();
        using var body = new MemoryStream(bytes);
        var problem = await SitemapParser.ReadAsync(
            body, new SitemapLimits(),
            entry =>
            {
                entries.Add(entry);
                return ValueTask.FromResult(true);
            },
            default);
        return (entries, problem);
    }

    /// <summary>A beginning, then the same again and again.</summary>
    private sealed class EndlessStream(string beginning, string again) : MemoryStream
    {
        private readonly byte[] _beginning = Encoding.UTF8.GetBytes(beginning);
        private readonly byte[] _again = Encoding.UTF8.GetBytes(again);

        public long Taken { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            for (var at = 0; at < buffer.Length; at++, Taken++)
                buffer[at] = Taken < _beginning.Length ? _beginning[Taken] : _again[(Taken - _beginning.Length) % _again.Length];
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));
    }
}
