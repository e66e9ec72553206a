using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using BrowserFarm.Crawling;
using BrowserFarm.Jobs;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Crawling;

/// <summary>robots.txt and sitemaps of servers that do not know when to stop, over real connections.</summary>
public sealed class EndlessFilesTests : IAsyncLifetime
{
    private const string Rules = "User-agent: *\nDisallow: /private\n";

    private static readonly string Filler = string.Concat(Enumerable.Repeat("# and on and on and on\n", 3000));

    private readonly RobotsCache _robots = new(TimeProvider.System, new NetworkAccess());
    private TestSite _site = null!;

    public async Task InitializeAsync() => _site = await TestSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        _robots.Dispose();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1L << 30)]
    public async Task CheckAsync_RobotsTxtWithoutEndOrOfAGigabyte_KeepsItsBeginningInBoundedBytesAndTime(long? length)
    {
        var ends = length is { } bytes ? $"Content-Length: {bytes}" : "Connection: close";
        await using var server = EndlessServer.Start($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{ends}\r\n\r\n{Rules}", Filler);
        var start = Stopwatch.GetTimestamp();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        (await VerdictAsync(new Uri(server.BaseUri, "/private/x"))).Should().Be(RobotsVerdict.Disallowed);
        (await VerdictAsync(new Uri(server.BaseUri, "/public"))).Should().Be(RobotsVerdict.Allowed);

        Stopwatch.GetElapsedTime(start).Should().BeLessThan(Bounds.Medium);
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(16 << 20);
        await Eventually.HoldsAsync(() => server.Open == 0, Bounds.Medium, "the connection is closed and the server stops");
        server.Sent.Should().BeInRange(512 << 10, 32 << 20, "no more is taken than what is read and what buffers hold");
    }

    [Fact]
    public async Task CheckAsync_RobotsTxtThatTrickles_IsGivenUpAndLeavesTheSiteAlone()
    {
        _site.Map("/robots.txt", async context =>
        {
            await context.Response.WriteAsync(Rules, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });

        var answer = await _robots.CheckAsync(CanonicalUrl.Parse(_site.UriOf("/public").AbsoluteUri), CancellationToken.None).WaitAsync(Bounds.Medium);

        answer.Verdict.Should().Be(RobotsVerdict.Unreachable);
        answer.Problem.Should().Contain("did not end, nor reach 512 KiB, within 10 s");
    }

    [Theory]
    [InlineData("gzip file")]
    [InlineData("gzip encoding")]
    [InlineData("both")]
    public async Task ReadAsync_SitemapThatIsABomb_IsCutAfterWhatTheProtocolAllows(string how)
    {
        // Some 50 kB that become 64 MB, and as much again when they are packed twice.
        var bomb = Gzip("https://a.example/1\n" + new string('\n', 64 << 20));
        _site.Map("/sitemap.xml", async context =>
        {
            if (how != "gzip file")
                context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(how == "both" ? Gzip(bomb) : bomb, context.RequestAborted);
        });
        using var sitemaps = new Sitemaps(_robots, new SitemapLimits(), TimeProvider.System, new NetworkAccess());
        var pages = new List<string>();
        var reports = new List<SitemapReport>();

        await sitemaps.ReadAsync(
            CanonicalUrl.Parse(_site.BaseUri.AbsoluteUri).Target,
            obeysRobots: true,
            (addresses, _) =>
            {
                pages.AddRange(addresses);
                return Task.FromResult(true);
            },
            reports.Add, CancellationToken.None).WaitAsync(Bounds.Medium);

        pages.Should().Equal("https://a.example/1");
        reports.Should().ContainSingle().Which.Problem.Should().Contain("larger than 52428800 bytes");
    }

    private async Task<RobotsVerdict> VerdictAsync(Uri url) => (await _robots.CheckAsync(CanonicalUrl.Parse(url.AbsoluteUri), CancellationToken.None)).Verdict;

    private static byte[] Gzip(string text) => Gzip(Encoding.ASCII.GetBytes(text));

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
