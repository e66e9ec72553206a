using BrowserFarm.Jobs;
using BrowserFarm.Scheduling;
using FsCheck.Fluent;
using Microsoft.Extensions.Options;
using TestKit;

namespace BrowserFarm.Tests.Scheduling;

public sealed class LaneShareTests
{
    private static readonly Lane[] Lanes = Enum.GetValues<Lane>();

    [Fact]
    public void After_AllLanesFull_MixesTheTurnsEvenly()
    {
        var share = LaneShare.Of(new LaneShareOptions());
        var turns = "";
        for (var i = 0; i < 10; i++)
            turns += Turn(ref share, Lanes).ToString()[0];

        turns.Should().Be("UNUUNUBUNU");   // as smooth weighted round robin has it for 6, 3, 1
        share.Order[0].Should().Be(Lane.Urgent, "after ten turns it begins again");
    }

    [Fact]
    public void After_AnyWeightsAllFull_GivesEachItsExactShareInEveryRound() => ForAll.Values(
        Weights(),
        options =>
        {
            var share = LaneShare.Of(options);
            var round = options.Urgent + options.Normal + options.Background;
            for (var rounds = 0; rounds < 2; rounds++)
            {
                var counts = Enumerable.Range(0, round).Select(_ => Turn(ref share, Lanes)).CountBy(lane => lane).ToDictionary();
                counts.Should().BeEquivalentTo(new Dictionary<Lane, int> { [Lane.Urgent] = options.Urgent, [Lane.Normal] = options.Normal, [Lane.Background] = options.Background });
            }
        });

    [Fact]
    public void After_LanesThatComeAndGo_ServeWhoeverHasSomethingAndStarveNobody() => ForAll.Values(
        from options in Weights()
        from steady in Gen.Elements(Lanes)
        from others in Gen.Choose(0, 3).ArrayOf(300)
        select (Options: options, Steady: steady, Others: others),
        some =>
        {
            var share = LaneShare.Of(some.Options);
            var total = some.Options.Urgent + some.Options.Normal + some.Options.Background;
            var patience = 0;
            foreach (var others in some.Others)
            {
                // The steady lane always has something; of the two others none, one or both.
                var full = Lanes.Where((lane, index) => lane == some.Steady || (others & (1 << (index % 2))) != 0).ToArray();
                var served = Turn(ref share, full);
                full.Should().Contain(served, "no turn is wasted");
                patience = served == some.Steady ? 0 : patience + 1;
                patience.Should().BeLessThan(3 * total, "{0} has something all the time", some.Steady);
            }
        });

    [Fact]
    public void After_LaneThatWasEmptyForLong_HasSavedUpNoTurns()
    {
        var share = LaneShare.Of(new LaneShareOptions());
        for (var i = 0; i < 1000; i++)
            Turn(ref share, [Lane.Normal]);

        var next = Enumerable.Range(0, 20).Select(_ => Turn(ref share, Lanes)).ToList();

        next.Should().Contain(Lane.Background).And.Contain(Lane.Normal);
        next.Count(lane => lane == Lane.Urgent).Should().BeInRange(11, 14, "its share of twenty is twelve");
    }

    [Theory]
    [InlineData(0, 3, 1, "*Urgent is 0*")]
    [InlineData(6, -1, 1001, "*Normal is -1*Background is 1001*")]
    public void Of_WeightOutOfRange_NamesEveryMistake(int urgent, int normal, int background, string message)
    {
        var of = () => LaneShare.Of(new LaneShareOptions { Urgent = urgent, Normal = normal, Background = background });

        of.Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    /// <summary>One turn when only these lanes have something.</summary>
    private static Lane Turn(ref LaneShare share, Lane[] full)
    {
        var order = share.Order;
        var served = order.First(lane => full.Contains(lane));
        share = share.After(order, served);
        return served;
    }

    private static FsCheck.Gen<LaneShareOptions> Weights() =>
        from urgent in Gen.Choose(1, 12)
        from normal in Gen.Choose(1, 12)
        from background in Gen.Choose(1, 12)
        select new LaneShareOptions { Urgent = urgent, Normal = normal, Background = background };
}
