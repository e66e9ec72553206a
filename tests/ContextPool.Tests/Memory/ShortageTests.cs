using ContextPool.Browsers;
using ContextPool.Leasing;
using ContextPool.Memory;

namespace ContextPool.Tests.Memory;

public sealed class ShortageTests
{
    private const long Megabyte = 1L << 20;

    private readonly ContextPoolOptions _options = new() { MinReserveBytes = 256 * Megabyte };

    [Theory]
    [InlineData(0, 25)]
    [InlineData(-5, 25)]
    [InlineData(100, 25)]
    [InlineData(256, 62.5)]
    [InlineData(512, 125)]
    [InlineData(1 << 20, 1000)]
    public void NextLook_SoMuchLeft_IsSoonerTheLessThereIs(long availableMegabytes, double milliseconds) =>
        Shortage.NextLook(availableMegabytes * Megabyte).TotalMilliseconds.Should().BeApproximately(milliseconds, 0.1);

    [Fact]
    public void NextLook_NothingKnown_IsTheLongest() => Shortage.NextLook(long.MaxValue).Should().Be(TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData(1000, 0, null, false, "there is enough")]
    [InlineData(1000, 6000, null, false, "a young browser takes as much for a moment")]
    [InlineData(1000, 7000, null, true, "gone in 0.14 s")]
    [InlineData(129, 0, null, false, "more than half of the reserve is left")]
    [InlineData(127, 0, null, true, "less than half of it")]
    [InlineData(127, 0, 0.9, false, "it does not fall, and one went a moment ago")]
    [InlineData(127, -50, 0.9, false, "it rises")]
    [InlineData(127, 0, 1.0, true, "the last one was not enough")]
    [InlineData(127, 1, 0.1, true, "it falls on")]
    [InlineData(0, 0, null, true, "nothing is left")]
    public void IsNear_LevelFallAndLastKill_Decide(long availableMegabytes, double fallMegabytes, double? sinceLastKill, bool expected, string because) =>
        Shortage.IsNear(
            availableMegabytes * Megabyte, fallMegabytes * Megabyte, sinceLastKill is { } seconds ? TimeSpan.FromSeconds(seconds) : null, _options)
            .Should().Be(expected, because);

    [Fact]
    public void Victim_Renderers_IsTheLargest() =>
        VictimOf((BrowserProcessKind.Renderer, 40), (BrowserProcessKind.Renderer, 300), (BrowserProcessKind.Renderer, 60)).Should().Be(1);

    [Theory]
    [InlineData(nameof(BrowserProcessKind.Browser))]
    [InlineData(nameof(BrowserProcessKind.Gpu))]
    [InlineData(nameof(BrowserProcessKind.NetworkService))]
    [InlineData(nameof(BrowserProcessKind.OtherUtility))]
    public void Victim_HelperThatHasTakenMost_GoesInsteadOfAPage(string name)
    {
        var kind = Enum.Parse<BrowserProcessKind>(name);
        VictimOf((kind, 256 + 41), (BrowserProcessKind.Renderer, 40)).Should().Be(0);
        VictimOf((kind, 256 + 39), (BrowserProcessKind.Renderer, 40)).Should().Be(1, "above what is normal it holds less");
    }

    [Fact]
    public void Victim_DriverOrZygote_IsNever() => VictimOf((BrowserProcessKind.Driver, 5000), (BrowserProcessKind.Zygote, 5000)).Should().BeNull();

    [Fact]
    public void Victim_NothingWorthIt_IsNobody()
    {
        VictimOf().Should().BeNull();
        VictimOf((BrowserProcessKind.Browser, 200), (BrowserProcessKind.Renderer, 0)).Should().BeNull();
    }

    [Theory]
    [InlineData(200, LeaseLoss.MemoryPressure)]
    [InlineData(201, LeaseLoss.MemoryExceeded)]
    public void BlameFor_TwoOrdinaryTabs_IsTheBound(long megabytes, LeaseLoss expected) =>
        Shortage.BlameFor(megabytes * Megabyte, 100 * Megabyte).Should().Be(expected);

    /// <returns>Which of the processes, counted from 0.</returns>
    private static int? VictimOf(params (BrowserProcessKind Kind, long Megabytes)[] processes) =>
        Shortage.Victim(
            processes.Select((process, i) => new BrowserProcess(new ProcessIdentity(i, 1), process.Kind, process.Megabytes * Megabyte)), each => each)?.Id.Pid;
}
