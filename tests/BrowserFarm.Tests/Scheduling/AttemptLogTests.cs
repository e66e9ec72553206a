using BrowserFarm.Jobs;
using BrowserFarm.Scheduling;
using TestKit;

namespace BrowserFarm.Tests.Scheduling;

public sealed class AttemptLogTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly AttemptLog _log;

    public AttemptLogTests() => _log = new AttemptLog(_clock);

    [Fact]
    public void Look_AttemptsOfTheLastMinute_AreRateAndMeanTime()
    {
        for (var i = 0; i < 10; i++)
        {
            End(seconds: i % 2 == 0 ? 1 : 3);
            _clock.Advance(TimeSpan.FromSeconds(2));
        }

        _log.Look().Should().Be(new AttemptLook(0.5, TimeSpan.FromSeconds(2), 0, 0));
    }

    [Fact]
    public void Look_OlderThanAMinute_IsForgotten()
    {
        End(seconds: 1);
        _clock.Advance(TimeSpan.FromSeconds(61));

        _log.Look().Should().Be(new AttemptLook(0, TimeSpan.Zero, 0, 0));
    }

    [Fact]
    public void Look_FewAttempts_TellNothingOfTrouble()
    {
        for (var i = 0; i < 9; i++)
            End(seconds: 1, isTrouble: true);
        _log.Look().TroubleShare.Should().Be(0);

        End(seconds: 1);

        _log.Look().TroubleShare.Should().Be(0.9);
    }

    [Fact]
    public void Running_BegunAndNotEnded_AreCounted()
    {
        _log.Begin(Engine.Browser);
        _log.Begin(Engine.Browser);
        _log.Begin(Engine.Http);
        _log.End(Engine.Browser, TimeSpan.Zero, isTrouble: false, isToRepeat: false);

        _log.Running(Engine.Browser).Should().Be(1);
        _log.Running(Engine.Http).Should().Be(1);
    }

    [Fact]
    public void Look_AttemptsWithoutABrowser_CountForTheSharesAndNotForThePaceOfBrowsers()
    {
        for (var i = 0; i < 5; i++)
        {
            End(seconds: 2);
            _log.Begin(Engine.Http);
            _log.End(Engine.Http, TimeSpan.FromMilliseconds(10), isTrouble: false, isToRepeat: true);
        }

        _clock.Advance(TimeSpan.FromSeconds(10));

        _log.Look().Should().Be(new AttemptLook(PerSecond: 0.5, TimeSpan.FromSeconds(2), TroubleShare: 0, RetryShare: 0.5));
    }

    [Fact]
    public void PossiblePerSecond_LittlesLaw_IsTheLimitByTheTime()
    {
        var snapshot = new HostBudgetSnapshot(Limit: 8, Busy: 4, BudgetBound.Growing, PerSecond: 2, TimeSpan.FromSeconds(2), TroubleShare: 0, TargetsBear: 6);

        snapshot.PossiblePerSecond.Should().Be(4);
        snapshot.AtOnce.Should().Be(4);
        (snapshot with { MeanTime = TimeSpan.Zero }).PossiblePerSecond.Should().BeNull();
    }

    private void End(double seconds, bool isTrouble = false)
    {
        _log.Begin(Engine.Browser);
        _log.End(Engine.Browser, TimeSpan.FromSeconds(seconds), isTrouble, isToRepeat: false);
    }
}
