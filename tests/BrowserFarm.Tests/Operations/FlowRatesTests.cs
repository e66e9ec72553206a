using BrowserFarm.Operations;

namespace BrowserFarm.Tests.Operations;

public sealed class FlowRatesTests
{
    private readonly FlowRates _rates = new();

    [Fact]
    public void Note_FirstLook_KnowsTheDepthAndNoRate()
    {
        var flow = Note(0, found: 10, ended: 4);

        flow.Should().BeEquivalentTo(new { FoundPerSecond = 0.0, EndedPerSecond = 0.0, Depth = 6L, Growth = 0.0, Drain = (TimeSpan?)null });
    }

    [Fact]
    public void Note_QueueThatGrows_TellsByHowMuchAndNoTimeOfItsEnd()
    {
        Note(0, found: 10, ended: 0);

        var flow = Note(10, found: 110, ended: 40);

        flow.Should().BeEquivalentTo(new { FoundPerSecond = 10.0, EndedPerSecond = 4.0, Growth = 6.0, Drain = (TimeSpan?)null });
    }

    [Fact]
    public void Note_QueueThatEmpties_TellsWhen()
    {
        Note(0, found: 100, ended: 0);

        var flow = Note(10, found: 100, ended: 40);

        flow.Growth.Should().Be(-4);
        flow.Drain.Should().Be(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void Note_MoreThanAMinuteAgo_IsForgotten()
    {
        Note(0, found: 1000, ended: 0);
        Note(60, found: 1000, ended: 0);

        Note(61, found: 1000, ended: 5).EndedPerSecond.Should().Be(5);
    }

    [Fact]
    public void Note_QueueThatIsEmpty_HasNothingToDrain()
    {
        Note(0, found: 5, ended: 0);

        Note(5, found: 5, ended: 5).Drain.Should().BeNull();
    }

    private FlowSnapshot Note(double seconds, long found, long ended) => _rates.Note(TimeSpan.FromSeconds(seconds), found, ended);
}
