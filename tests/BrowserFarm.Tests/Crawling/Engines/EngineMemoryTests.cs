using BrowserFarm.Crawling.Engines;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Crawling.Engines;

public sealed class EngineMemoryTests
{
    private readonly EngineMemory _memory = new();

    [Fact]
    public void Choose_NothingLearned_TriesWithoutABrowser() => _memory.Choose(Url("/1")).Should().Be(Engine.Http);

    [Fact]
    public void Choose_PagesOfThePatternNeededABrowser_IsTheBrowserButForASample()
    {
        LearnMany("/app/", needed: true, BrowserShare.Enough);

        var chosen = Enumerable.Range(1000, 4000).Select(number => _memory.Choose(Url($"/app/{number}"))).ToList();

        chosen.Count(engine => engine == Engine.Http).Should().BeInRange(150, 250, "one of twenty is tried again");
        _memory.Choose(Url("/blog/1")).Should().Be(Engine.Browser, "all that is known of the site says so");
    }

    [Fact]
    public void Choose_PatternsOfASiteThatDiffer_AreToldApart()
    {
        LearnMany("/app/", needed: true, 10);
        LearnMany("/blog/", needed: false, 10);

        Share("/app/").Should().BeGreaterThan(0.9);
        Share("/blog/").Should().Be(0);
    }

    [Fact]
    public void Choose_EveryAddressIsAPatternOfItsOwn_GoesByTheSite()
    {
        foreach (var word in Words(40))
            _memory.Learn(JobOf($"/{word}"), "empty");

        Words(400).Skip(40).Count(word => _memory.Choose(Url($"/{word}")) == Engine.Browser).Should().BeGreaterThan(300);
    }

    [Fact]
    public void Choose_SiteIsSentWholeAfterAll_IsBelievedAfterSomeSamples()
    {
        LearnMany("/app/", needed: true, 100);

        LearnMany("/app/", needed: false, 8);

        Share("/app/").Should().Be(0);
    }

    [Fact]
    public void Choose_HalfOfThePatternNeedsOne_TriesEveryPageWithoutFirst()
    {
        for (var i = 0; i < 200; i++)
            _memory.Learn(JobOf($"/p/{i}"), i % 2 == 0 ? "empty" : null);

        Share("/p/").Should().Be(0, "no page is rendered without need");
    }

    [Fact]
    public void WhyBrowser_PageThatWasTried_SaysWhatWasMissing()
    {
        _memory.Learn(JobOf("/1"), "Its main part is empty.");

        _memory.WhyBrowser(JobOf("/1")).Should().Be("Its main part is empty.");
        _memory.WhyBrowser(JobOf("/1")).Should().Be("Pages like it needed a browser.");
    }

    [Fact]
    public void Choose_MillionsOfPatterns_StaysBounded()
    {
        foreach (var word in Words(60_000))
            _memory.Learn(JobOf($"/{word}"), null);

        _memory.Choose(Url("/x")).Should().Be(Engine.Http);
    }

    private double Share(string prefix) => Enumerable.Range(1000, 1000).Count(number => _memory.Choose(Url($"{prefix}{number}")) == Engine.Browser) / 1000.0;

    private void LearnMany(string prefix, bool needed, int pages)
    {
        for (var i = 0; i < pages; i++)
            _memory.Learn(JobOf($"{prefix}{i}"), needed ? "empty" : null);
    }

    private static IEnumerable<string> Words(int count) => Enumerable.Range(0, count).Select(number => string.Concat($"{number:00000}".Select(digit => (char)(digit - '0' + 'a'))));

    private static CanonicalUrl Url(string path) => CanonicalUrl.Parse($"https://a.example{path}");

    private static Job JobOf(string path) => Some.Claimed(url: $"https://a.example{path}");
}
