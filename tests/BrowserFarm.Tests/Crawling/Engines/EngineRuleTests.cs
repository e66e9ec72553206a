using BrowserFarm.Crawling.Engines;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Crawling.Engines;

public sealed class EngineRuleTests
{
    private static readonly CanonicalUrl Page = CanonicalUrl.Parse("https://a.example/page");
    private static readonly CanonicalUrl Static = CanonicalUrl.Parse("https://a.example/static/1");

    [Theory]
    [InlineData(EngineChoice.Browser, Engine.Browser, false)]
    [InlineData(EngineChoice.Http, Engine.Http, false)]
    [InlineData(EngineChoice.Auto, Engine.Http, true)]
    public void For_Choice_IsFollowedButForWhatIsNamed(EngineChoice choice, Engine engine, bool mayTurn)
    {
        var rule = new EngineRule(Some.Spec() with { Engine = choice, Http = ["/static/*"] });

        (rule.For(Page), rule.MayTurn(Page)).Should().Be((engine, mayTurn));
        (rule.For(Static), rule.MayTurn(Static)).Should().Be((Engine.Http, false));
    }

    [Fact]
    public void For_CrawlOfAnEarlierBuild_IsTheBrowser() => new EngineRule(Some.Spec()).For(Page).Should().Be(Engine.Browser);
}
