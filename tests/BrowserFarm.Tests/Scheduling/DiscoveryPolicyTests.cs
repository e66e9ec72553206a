using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;

namespace BrowserFarm.Tests.Scheduling;

public sealed class DiscoveryPolicyTests
{
    private static readonly DiscoveryOptions Options = new() { PauseAt = 10_000 };
    private static readonly TargetKey A = Some.Target("https://a.example/");

    [Theory]
    [InlineData(DiscoveryPause.None, 9_999, 0.0, DiscoveryPause.None)]
    [InlineData(DiscoveryPause.None, 10_000, 0.0, DiscoveryPause.QueueFull)]
    [InlineData(DiscoveryPause.QueueFull, 8_000, 0.0, DiscoveryPause.QueueFull)]   // until there is real room
    [InlineData(DiscoveryPause.QueueFull, 7_999, 0.0, DiscoveryPause.None)]
    [InlineData(DiscoveryPause.None, 10, 0.49, DiscoveryPause.None)]
    [InlineData(DiscoveryPause.None, 10, 0.5, DiscoveryPause.Retries)]
    [InlineData(DiscoveryPause.Retries, 10, 0.3, DiscoveryPause.Retries)]
    [InlineData(DiscoveryPause.Retries, 10, 0.29, DiscoveryPause.None)]
    [InlineData(DiscoveryPause.Retries, 10_000, 0.9, DiscoveryPause.QueueFull)]
    public void Next_QueueAndRetries_PauseWithAGapBetweenOnAndOff(DiscoveryPause before, long queued, double retries, DiscoveryPause expected) =>
        DiscoveryPolicy.Next(DiscoveryState.Open with { Whole = before }, Facts(queued, retryShare: retries), Options).Whole.Should().Be(expected);

    [Theory]
    [InlineData(false, 2_500, true, true)]
    [InlineData(false, 2_499, true, false)]
    [InlineData(false, 9_000, false, false)]   // a long line of a site that bears more is our own doing, and no reason to stop
    [InlineData(true, 2_000, false, true)]
    [InlineData(true, 1_999, true, false)]
    public void Next_LongLineOfATargetThatIsHeldUp_PausesThatTarget(bool before, long queued, bool isHeldUp, bool expected)
    {
        var state = before ? DiscoveryState.Open with { Targets = [A] } : DiscoveryState.Open;

        var after = DiscoveryPolicy.Next(state, Facts(5_000, [new LongLine(A, queued)], isHeldUp ? new HashSet<TargetKey> { A } : []), Options);

        after.Targets.Contains(A).Should().Be(expected);
        after.Whole.Should().Be(DiscoveryPause.None);
    }

    [Fact]
    public void Next_NoLineIsLongAnyMore_PausesNobody() =>
        DiscoveryPolicy.Next(DiscoveryState.Open with { Targets = [A] }, Facts(10), Options).Should().BeEquivalentTo(DiscoveryState.Open);

    [Theory]
    [InlineData(DiscoveryPause.None, Lane.Normal, 0, false)]
    [InlineData(DiscoveryPause.QueueFull, Lane.Urgent, 1000, true)]
    [InlineData(DiscoveryPause.Retries, Lane.Normal, 0, true)]
    [InlineData(DiscoveryPause.Retries, Lane.Background, 0, true)]
    [InlineData(DiscoveryPause.Retries, Lane.Urgent, -5, false)]
    [InlineData(DiscoveryPause.Retries, Lane.Normal, 1, false)]
    public void Defers_WholePauses_LeaveOutWhatIsPressing(DiscoveryPause pause, Lane lane, int priority, bool expected) =>
        DiscoveryPolicy.Defers(DiscoveryState.Open with { Whole = pause }, Some.Job("https://a.example/1") with { Lane = lane, Priority = priority }).Should().Be(expected);

    [Fact]
    public void Pass_OneTargetPauses_DefersItsPagesAlone()
    {
        var gate = new DiscoveryGate { State = DiscoveryState.Open with { Targets = [A] } };

        var passed = gate.Pass(Some.Jobs("https://a.example/1", "https://b.example/1"));

        passed.Select(job => job.IsDeferred).Should().Equal(true, false);
        gate.Snapshot().Targets.Should().Equal("https://a.example");
    }

    private static DiscoveryFacts Facts(long queued, IReadOnlyList<LongLine>? longest = null, IReadOnlySet<TargetKey>? heldUp = null, double retryShare = 0) =>
        new(queued, longest ?? [], heldUp ?? new HashSet<TargetKey>(), retryShare);
}
