using ContextPool.Recycling;

namespace ContextPool.Tests.Recycling;

public sealed class CellWearTests
{
    private readonly CellWear _wear = new();

    [Fact]
    public void New_Cell_IsNotWorn() =>
        _wear.Should().BeEquivalentTo(new { Crashes = 0, GpuDeaths = 0, PssBytes = 0L, BaseBytes = 0L, Growth = 1.0, Slowdown = 1.0 });

    [Fact]
    public void Growth_OfTheBase_IsAgainstTheMostInItsFirstMinute()
    {
        _wear.NoteMemory(totalBytes: 5000, baseBytes: 400, TimeSpan.FromSeconds(1));
        _wear.NoteMemory(totalBytes: 5000, baseBytes: 1000, CellWear.Settling);
        _wear.NoteMemory(totalBytes: 5000, baseBytes: 900, CellWear.Settling);
        _wear.Growth.Should().Be(0.9);

        _wear.NoteMemory(totalBytes: 9000, baseBytes: 1500, 2 * CellWear.Settling);
        _wear.NoteMemory(totalBytes: 3000, baseBytes: 2500, 3 * CellWear.Settling);

        _wear.Growth.Should().Be(2.5);
        _wear.PssBytes.Should().Be(3000);
        _wear.BaseBytes.Should().Be(2500);
    }

    [Fact]
    public void Growth_TabsAlone_IsNone()
    {
        _wear.NoteMemory(totalBytes: 2000, baseBytes: 1000, 2 * CellWear.Settling);
        _wear.NoteMemory(totalBytes: 20_000, baseBytes: 1000, 2 * CellWear.Settling);

        _wear.Growth.Should().Be(1);
    }

    [Theory]
    [InlineData(3, 1, 3)]
    [InlineData(1, 4, 4)]
    [InlineData(5, 2, 5)]
    public void Slowdown_OfTwoOperations_IsTheWorse(double opening, double scrubbing, double expected)
    {
        for (var i = 0; i < 40; i++)
        {
            _wear.NoteOpening(TimeSpan.FromSeconds(i < 20 ? 1 : opening));
            _wear.NoteScrub(TimeSpan.FromSeconds(i < 20 ? 1 : scrubbing));
        }

        _wear.Slowdown.Should().Be(expected);
    }

    [Fact]
    public void FailedOpenings_OneThatWorks_BeginsAnew()
    {
        _wear.NoteFailedOpening();
        _wear.NoteFailedOpening();
        _wear.FailedOpenings.Should().Be(2);

        _wear.NoteOpening(TimeSpan.FromSeconds(1));

        _wear.FailedOpenings.Should().Be(0);
    }

    [Fact]
    public async Task NoteCrashAndGpuDeath_FromManyThreads_AreAllCounted()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                _wear.NoteCrash();
                _wear.NoteGpuDeath();
            }
        })));

        _wear.Crashes.Should().Be(4000);
        _wear.GpuDeaths.Should().Be(4000);
    }
}
