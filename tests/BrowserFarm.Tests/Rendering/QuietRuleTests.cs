using BrowserFarm.Rendering.Readiness;
using TestKit;

namespace BrowserFarm.Tests.Rendering;

public sealed class QuietRuleTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly QuietRule _rule;

    public QuietRuleTests() => _rule = new QuietRule(_time);

    [Fact]
    public void IsQuiet_NothingEverAsked_OnlyAfterTheQuietTime()
    {
        _time.Advance(QuietRule.QuietTime - Moment);
        _rule.IsQuiet().Should().BeFalse();

        _time.Advance(Moment);
        _rule.IsQuiet().Should().BeTrue();
    }

    [Fact]
    public void IsQuiet_OneSlowAnswer_IsWaitedForLongerThanTheQuietTime()
    {
        _rule.Changed(1);

        _time.Advance(QuietRule.QuietTime * 2);
        _rule.IsQuiet().Should().BeFalse("what is on its way may be what the page is made of");

        _rule.Changed(0);
        _time.Advance(QuietRule.QuietTime - Moment - Moment);
        _rule.IsQuiet().Should().BeFalse("the page's script gets its time with the answer");
    }

    [Fact]
    public void IsQuiet_FewThatNeverEnd_DoNotHoldThePageUp()
    {
        _rule.Changed(QuietRule.FewRequests);

        _time.Advance(QuietRule.NearlyQuietTime);
        _rule.IsQuiet().Should().BeTrue();
    }

    [Fact]
    public void IsQuiet_ManyInFlight_NeverUntilTheyEnd()
    {
        _rule.Changed(QuietRule.FewRequests + 1);
        _time.Advance(TimeSpan.FromHours(1));
        _rule.IsQuiet().Should().BeFalse();

        _rule.Changed(0);
        _time.Advance(QuietRule.QuietTime);
        _rule.IsQuiet().Should().BeTrue();
    }

    [Fact]
    public void Restart_AfterLongSilence_CountsAnew()
    {
        _time.Advance(TimeSpan.FromHours(1));
        _rule.Restart();

        _rule.IsQuiet().Should().BeFalse();
    }
}
