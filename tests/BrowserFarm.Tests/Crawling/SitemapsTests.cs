using BrowserFarm.Crawling;
using TestKit;

namespace BrowserFarm.Tests.Crawling;

public sealed class SitemapsTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeWeb _web = new();
    private readonly RobotsCache _robots;
    private readonly List<string> _pages = [];
    private readonly List<SitemapReport> _reports = [];

    public SitemapsTests() => _robots = new RobotsCache(_clock, _web);

    public void Dispose() => _robots.Dispose();

    [Fact]
    public async Task ReadAsync_NamedInRobotsTxt_ReadsThoseAndDoesNotGuess()
    {
        _web.Map("https://a.example/robots.txt", "Sitemap: /one.txt\nUser-agent: *\nSITEMAP:https://cdn.example/two.txt # other host\nDisallow: /x")
            .Map("https://a.example/one.txt", "https://a.example/1")
            .Map("https://cdn.example/two.txt", "https://a.example/2");

        await ReadAsync();

        _pages.Should().Equal("https://a.example/1", "https://a.example/2");
        _reports.Should().Equal(new SitemapReport("https://a.example/one.txt", 1, null), new SitemapReport("https://cdn.example/two.txt", 1, null));
        _web.Asked.Should().NotContain("https://a.example/sitemap.xml");
    }

    [Fact]
    public async Task ReadAsync_RobotsTxtNamesNone_TriesTheUsualPlace()
    {
        _web.Map("https://a.example/sitemap.xml", "<urlset><url><loc>https://a.example/1</loc></url></urlset>");

        await ReadAsync();

        _pages.Should().Equal("https://a.example/1");
    }

    [Fact]
    public async Task ReadAsync_NoSitemapAtAll_IsNoProblem()
    {
        await ReadAsync();

        _reports.Should().BeEmpty();
        _web.Asked.Should().Equal("https://a.example/robots.txt", "https://a.example/sitemap.xml");
    }

    [Fact]
    public async Task ReadAsync_UsualPlaceForbidden_IsNotAsked()
    {
        _web.Map("https://a.example/robots.txt", "User-agent: *\nDisallow: /").Map("https://a.example/sitemap.xml", "https://a.example/1");

        await ReadAsync();

        _pages.Should().BeEmpty();
        _web.Asked.Should().Equal("https://a.example/robots.txt");
    }

    [Fact]
    public async Task ReadAsync_RobotsTxtInTrouble_ReadsNothingAndSaysSo()
    {
        _web.MapStatus("https://a.example/robots.txt", 503).Map("https://a.example/sitemap.xml", "https://a.example/1");

        await ReadAsync(new SitemapLimits { RetryPause = TimeSpan.Zero });

        _pages.Should().BeEmpty();
        _reports.Single().Problem.Should().Contain("could not be fetched (status 503)");
    }

    [Theory]
    [InlineData("User-agent: *\nDisallow: /", 200)]
    [InlineData("", 503)]
    public async Task ReadAsync_RobotsTxtNotObeyed_ReadsAllTheSame(string robots, int status)
    {
        _web.MapAnswer("https://a.example/robots.txt", () => new HttpResponseMessage((System.Net.HttpStatusCode)status) { Content = new StringContent(robots) })
            .Map("https://a.example/sitemap.xml", "https://a.example/1");

        await ReadAsync(new SitemapLimits { RetryPause = TimeSpan.Zero }, obeysRobots: false);

        _pages.Should().Equal("https://a.example/1");
    }

    [Fact]
    public async Task ReadAsync_IndexesInACircle_ReadsEachOnce()
    {
        _web.Map("https://a.example/sitemap.xml", Index("https://a.example/b.xml", "https://a.example/list.txt"))
            .Map("https://a.example/b.xml", Index("https://a.example/sitemap.xml", "https://a.example/b.xml", "https://a.example/list.txt"))
            .Map("https://a.example/list.txt", "https://a.example/1");

        await ReadAsync();

        _pages.Should().Equal("https://a.example/1");
        _web.Asked.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task ReadAsync_IndexesEverDeeper_StopsAndSaysSo()
    {
        for (var depth = 0; depth < 10; depth++)
            _web.Map(depth == 0 ? "https://a.example/sitemap.xml" : $"https://a.example/{depth}.xml", Index($"https://a.example/{depth + 1}.xml"));

        await ReadAsync();

        _reports.Should().HaveCount(5).And.Subject.Last().Problem.Should().Contain("nested deeper than 4");
    }

    [Fact]
    public async Task ReadAsync_IndexNamesAnotherSite_LeavesItOut()
    {
        _web.Map("https://a.example/sitemap.xml", Index("https://b.example/list.txt", "http://169.254.169.254/latest"));

        await ReadAsync();

        _web.Asked.Should().Equal("https://a.example/robots.txt", "https://a.example/sitemap.xml");
        _reports.Single().Problem.Should().Contain("2 of the sitemaps it names are not on the site");
    }

    [Fact]
    public async Task ReadAsync_MoreFilesThanAllowed_LeavesOutTheRestAndSaysSo()
    {
        _web.Map("https://a.example/sitemap.xml", Index([.. Enumerable.Range(1, 2000).Select(number => $"https://a.example/{number}.txt")]));

        await ReadAsync(new SitemapLimits { MaxFiles = 10 });

        _web.Asked.Should().HaveCount(11, "robots.txt and ten sitemaps");
        _reports.Last().Problem.Should().Contain("more than 10 sitemaps; 1991 were not read");
    }

    [Fact]
    public async Task ReadAsync_OneBrokenAmongMany_EndsNoOther()
    {
        _web.Map("https://a.example/robots.txt", "Sitemap: https://a.example/gone.xml\nSitemap: https://a.example/broken.xml\nSitemap: https://a.example/thrown.xml\nSitemap: http://[\nSitemap: https://a.example/good.txt")
            .Map("https://a.example/broken.xml", "<urlset>")
            .MapAnswer("https://a.example/thrown.xml", () => throw new InvalidOperationException("out of the blue"))
            .Map("https://a.example/good.txt", "https://a.example/1");

        await ReadAsync(new SitemapLimits { RetryPause = TimeSpan.Zero });

        _pages.Should().Equal("https://a.example/1");
        _reports.Select(report => report.Problem is null).Should().Equal(false, false, false, true);
        _reports[0].Problem.Should().Be("status 404");
    }

    [Fact]
    public async Task ReadAsync_SiteInTrouble_TriesAgain()
    {
        var tries = 0;
        _web.MapAnswer("https://a.example/sitemap.xml", () => ++tries < 3
            ? new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable)
            : new HttpResponseMessage { Content = new StringContent("https://a.example/1") });

        await ReadAsync(new SitemapLimits { RetryPause = TimeSpan.Zero });

        _pages.Should().Equal("https://a.example/1");
        _reports.Should().Equal(new SitemapReport("https://a.example/sitemap.xml", 1, null));
    }

    [Fact]
    public async Task ReadAsync_SiteStaysInTrouble_GivesUp()
    {
        _web.MapStatus("https://a.example/sitemap.xml", 503);

        await ReadAsync(new SitemapLimits { RetryPause = TimeSpan.Zero });

        _reports.Should().Equal(new SitemapReport("https://a.example/sitemap.xml", 0, "status 503"));
        _web.Asked.Should().HaveCount(4, "robots.txt and three tries");
    }

    [Fact]
    public async Task ReadAsync_ManyAddresses_GoOnInBatches()
    {
        _web.Map("https://a.example/sitemap.xml", string.Concat(Enumerable.Range(0, 2500).Select(page => $"https://a.example/{page}\n")));
        var sizes = new List<int>();

        await ReadAsync(take: addresses =>
        {
            sizes.Add(addresses.Count);
            return true;
        });

        sizes.Should().Equal(1000, 1000, 500);
    }

    [Fact]
    public async Task ReadAsync_NoMoreWanted_AsksForNoOtherFile()
    {
        _web.Map("https://a.example/robots.txt", "Sitemap: https://a.example/1.txt\nSitemap: https://a.example/2.txt")
            .Map("https://a.example/1.txt", "https://a.example/1").Map("https://a.example/2.txt", "https://a.example/2");

        await ReadAsync(take: _ => false);

        _web.Asked.Should().NotContain("https://a.example/2.txt");
    }

    [Fact]
    public async Task ReadAsync_QueueFails_IsNotTheFilesProblem()
    {
        _web.Map("https://a.example/sitemap.xml", string.Concat(Enumerable.Range(0, 2500).Select(page => $"https://a.example/{page}\n")));

        var read = () => ReadAsync(take: _ => throw new InvalidOperationException("the disk is full"));

        await read.Should().ThrowAsync<InvalidOperationException>().WithMessage("the disk is full");
    }

    [Fact]
    public async Task ReadAsync_CrawlDelay_IsKeptBetweenFiles()
    {
        _web.Map("https://a.example/robots.txt", "User-agent: *\nCrawl-delay: 7\nSitemap: https://a.example/1.txt\nSitemap: https://a.example/2.txt")
            .Map("https://a.example/1.txt", "https://a.example/1").Map("https://a.example/2.txt", "https://a.example/2");

        var reading = ReadAsync();
        await Eventually.HoldsAsync(() => _pages.Count == 1, Bounds.Short, "the first is read");
        _clock.Advance(TimeSpan.FromSeconds(6));
        _web.Asked.Should().NotContain("https://a.example/2.txt");
        await AdvanceUntilAsync(reading, TimeSpan.FromSeconds(1));

        _pages.Should().HaveCount(2);
    }

    [Fact]
    public async Task ReadAsync_FileThatNeverArrives_IsGivenUp()
    {
        _web.MapAnswer("https://a.example/sitemap.xml", () => new HttpResponseMessage { Content = new StreamContent(new SilentStream()) });

        await AdvanceUntilAsync(ReadAsync(), TimeSpan.FromMinutes(1));

        _reports.Single().Problem.Should().Contain("did not arrive within 180 s");
    }

    [Fact]
    public async Task ReadAsync_SiteThatTakesForEver_IsGivenUp()
    {
        _web.Map("https://a.example/robots.txt", string.Concat(Enumerable.Range(0, 1000).Select(number => $"Sitemap: https://a.example/{number}\n")));
        for (var number = 0; number < 1000; number++)
            _web.MapAnswer($"https://a.example/{number}", () => new HttpResponseMessage { Content = new StreamContent(new SilentStream()) });

        await AdvanceUntilAsync(ReadAsync(), TimeSpan.FromMinutes(1));

        _reports.Should().HaveCountLessThan(30);
        _reports.Last().Problem.Should().Contain("not read within 60 min");
    }

    [Fact]
    public async Task ReadAsync_Stopped_StopsAtOnce()
    {
        using var stop = new CancellationTokenSource();
        _web.MapAnswer("https://a.example/sitemap.xml", () => new HttpResponseMessage { Content = new StreamContent(new SilentStream()) });

        var reading = ReadAsync(cancellationToken: stop.Token);
        await Eventually.HoldsAsync(() => _web.Asked.Count == 2, Bounds.Short, "the sitemap is asked for");
        await stop.CancelAsync();

        await reading.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
        _reports.Should().BeEmpty();
    }

    private static string Index(params string[] sitemaps) =>
        $"<sitemapindex>{string.Concat(sitemaps.Select(sitemap => $"<sitemap><loc>{sitemap}</loc></sitemap>"))}</sitemapindex>";

    private async Task ReadAsync(
        SitemapLimits? limits = null, Func<IReadOnlyList<string>, bool>? take = null, bool obeysRobots = true, CancellationToken cancellationToken = default)
    {
        using var sitemaps = new Sitemaps(_robots, limits ?? new SitemapLimits(), _clock, _web);
        await sitemaps.ReadAsync(
            Some.Target("https://a.example/"),
            obeysRobots,
            (addresses, _) =>
            {
                _pages.AddRange(addresses);
                return Task.FromResult(take?.Invoke(addresses) ?? true);
            },
            _reports.Add,
            cancellationToken);
    }

    private Task AdvanceUntilAsync(Task ended, TimeSpan step) => Eventually.HoldsAsync(
        () =>
        {
            _clock.Advance(step);
            return ended.IsCompleted;
        },
        Bounds.Medium,
        "the reading ends");

    /// <summary>Waits for ever, but can be called off.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return 0;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
