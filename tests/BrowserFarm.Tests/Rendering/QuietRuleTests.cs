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

    [Fact]
    public void UntilQuiet_NothingInFlight_IsWhatIsLeftOfTheQuietTime()
    {
        _time.Advance(QuietRule.QuietTime / 5);
        _rule.UntilQuiet().Should().Be(QuietRule.QuietTime * 4 / 5);

        _time.Advance(QuietRule.QuietTime);
        _rule.UntilQuiet().Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void UntilQuiet_OneSlowAnswer_IsNoLongerThanItMayTakeAtLeast()
    {
        _rule.Changed(1);
        _time.Advance(QuietRule.QuietTime);
        _rule.UntilQuiet().Should().Be(QuietRule.QuietTime, "it may end at once, and is quiet so long after that");

        _time.Advance(QuietRule.NearlyQuietTime - QuietRule.QuietTime - Moment);
        _rule.UntilQuiet().Should().Be(Moment, "by then it is one of a few that may stay open");
    }
}
