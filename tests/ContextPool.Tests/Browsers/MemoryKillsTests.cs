using ContextPool.Browsers;
using ContextPool.Leasing;
using TestKit;

namespace ContextPool.Tests.Browsers;

public sealed class MemoryKillsTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Claim_NoKill_IsNull() => new MemoryKills(_clock).Claim().Should().BeNull();

    [Fact]
    public void Claim_AsManyCrashesAsKills_ExplainsEachOnce()
    {
        var kills = new MemoryKills(_clock);
        kills.Note(LeaseLoss.MemoryExceeded);
        kills.Note(LeaseLoss.MemoryExceeded);

        kills.Claim().Should().Be(LeaseLoss.MemoryExceeded);
        kills.Claim().Should().Be(LeaseLoss.MemoryExceeded);
        kills.Claim().Should().BeNull();
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(5.001, false)]
    public void Claim_CrashSoLongAfter_IsOfThatKillWithinFiveSeconds(double seconds, bool isOurs)
    {
        var kills = new MemoryKills(_clock);
        kills.Note(LeaseLoss.MemoryExceeded);

        _clock.Advance(TimeSpan.FromSeconds(seconds));

        kills.Claim().Should().Be(isOurs ? LeaseLoss.MemoryExceeded : null);
    }

    [Fact]
    public void Claim_OldAndYoungKill_ClaimsTheYoung()
    {
        var kills = new MemoryKills(_clock);
        kills.Note(LeaseLoss.MemoryExceeded);
        _clock.Advance(TimeSpan.FromSeconds(6));
        kills.Note(LeaseLoss.MemoryExceeded);

        kills.Claim().Should().Be(LeaseLoss.MemoryExceeded);
        kills.Claim().Should().BeNull("the old one is too old");
    }
}
