using ContextPool.Browsers;
using TestKit;

namespace ContextPool.Tests.Browsers;

public sealed class MemoryKillsTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void TryClaim_NoKill_IsFalse() => new MemoryKills(_clock).TryClaim().Should().BeFalse();

    [Fact]
    public void TryClaim_AsManyCrashesAsKills_ExplainsEachOnce()
    {
        var kills = new MemoryKills(_clock);
        kills.Note();
        kills.Note();

        kills.TryClaim().Should().BeTrue();
        kills.TryClaim().Should().BeTrue();
        kills.TryClaim().Should().BeFalse();
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(5.001, false)]
    public void TryClaim_CrashSoLongAfter_IsOfThatKillWithinFiveSeconds(double seconds, bool isOurs)
    {
        var kills = new MemoryKills(_clock);
        kills.Note();

        _clock.Advance(TimeSpan.FromSeconds(seconds));

        kills.TryClaim().Should().Be(isOurs);
    }

    [Fact]
    public void TryClaim_OldAndYoungKill_ClaimsTheYoung()
    {
        var kills = new MemoryKills(_clock);
        kills.Note();
        _clock.Advance(TimeSpan.FromSeconds(6));
        kills.Note();

        kills.TryClaim().Should().BeTrue();
        kills.TryClaim().Should().BeFalse("the old one is too old");
    }
}
