using BrowserFarm.Limiting;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Limiting;

public sealed class WorkerShareTests
{
    [Theory]
    [InlineData(8, 0, true)]
    [InlineData(8, 7, true)]
    [InlineData(8, 8, false)]
    [InlineData(1, 0, true)]
    public void Allows_Alone_AllThereAre(int workers, int inHand, bool expected) => WorkerShare.Allows(workers, inHand, []).Should().Be(expected);

    [Theory]
    [InlineData(3, 1, 8, true, "below its share of four")]
    [InlineData(4, 1, 8, false, "the other one wants the three that are free")]
    [InlineData(4, 1, 1, true, "the other one wants no more")]
    [InlineData(4, 1, 2, true, "it wants one of three")]
    [InlineData(5, 1, 3, false, "it wants both that are free")]
    public void Allows_BesideAnother_OnlyWhatTheOtherDoesNotWant(int inHand, int otherInHand, int otherWants, bool expected, string because) =>
        WorkerShare.Allows(8, inHand, [new WorkerDemand(otherInHand, otherWants)]).Should().Be(expected, because);

    [Theory]
    [InlineData(12, true, "beyond a third of all, for one of the three wants less than that")]
    [InlineData(16, true, "half of what the modest one leaves")]
    [InlineData(17, false, "the greedy one wants its half too")]
    public void Allows_BesideAModestAndAGreedyOne_HalfOfWhatTheModestOneLeaves(int inHand, bool expected, string because) =>
        WorkerShare.Allows(36, inHand, [new WorkerDemand(2, 2), new WorkerDemand(10, 1000)]).Should().Be(expected, because);

    [Fact]
    public void Allows_GreedyOneThatHoldsTheRest_HasToLeaveWhatABetterEntitledOneWants()
    {
        // Of 36 workers the greedy one holds 22, and one has just become free: the other wants a thirteenth.
        WorkerShare.Allows(36, 21, [new WorkerDemand(2, 2), new WorkerDemand(12, 13)]).Should().BeFalse();
        WorkerShare.Allows(36, 12, [new WorkerDemand(2, 2), new WorkerDemand(21, 1000)]).Should().BeTrue();
    }

    [Fact]
    public void Allows_MoreTargetsThanWorkers_OneEach()
    {
        var others = Enumerable.Repeat(new WorkerDemand(1, 10), 9).ToList();

        WorkerShare.Allows(4, 0, others).Should().BeTrue();
        WorkerShare.Allows(4, 1, others).Should().BeFalse();
    }

    [Fact]
    public void Allows_AnyDemands_FilledOneByOneNobodyIsShortWhileAnotherHasMoreThanItsShare() => ForAll.Values(
        from workers in Gen.Choose(1, 20)
        from wants in Gen.Choose(0, 12).ArrayOf()
        select (workers, wants: wants.Where(wanted => wanted > 0).Take(8).ToArray()),
        sample =>
        {
            var (workers, wants) = sample;
            var have = new int[wants.Length];
            for (var changed = true; changed && have.Sum() < workers;)
            {
                changed = false;
                for (var i = 0; i < wants.Length && have.Sum() < workers; i++)
                {
                    var others = Enumerable.Range(0, wants.Length).Where(other => other != i && have[other] > 0).Select(other => new WorkerDemand(have[other], wants[other])).ToList();
                    if (have[i] < wants[i] && WorkerShare.Allows(workers, have[i], others))
                    {
                        have[i]++;
                        changed = true;
                    }
                }
            }

            have.Sum().Should().Be(Math.Min(workers, wants.Sum()), "no worker is idle while anybody wants one");
            var share = Math.Max(1, workers / Math.Max(1, wants.Length));
            for (var i = 0; i < wants.Length && workers >= wants.Length; i++)
                have[i].Should().BeGreaterThanOrEqualTo(Math.Min(wants[i], share));
        });
}
