using BrowserFarm.Limiting;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Limiting;

public sealed class TargetLimitTests
{
    private static readonly TargetLimitOptions Options = new();

    [Theory]
    [InlineData(2, 8, 2)]
    [InlineData(5, 8, 5)]
    [InlineData(8, 2, 2)]
    [InlineData(1, 1, 1)]
    public void End_FirstGoodAnswer_GoesFromOneToStartWithinMax(int start, int max, int expected)
    {
        var options = new TargetLimitOptions { Start = start, Max = max };
        var first = TargetLimit.Start(TargetLimit.Initial(), TimeSpan.Zero, TimeSpan.Zero);
        TargetLimit.OpensAt(first).Should().BeNull("the first request goes alone");

        TargetLimit.End(first, TargetVerdict.Good, retryAfter: null, first.Epoch, TimeSpan.Zero, options, random: 0).Limit.Should().Be(expected);
    }

    [Fact]
    public void End_GoodAnswersBeforeAnyRefusal_AddOneEachUpToTheMaximum() =>
        LimitsAfterGoodAnswers(TargetLimit.Initial(), 10).Should().Equal(2, 3, 4, 5, 6, 7, 8, 8, 8, 8);

    [Fact]
    public void End_GoodAnswersAfterARefusal_AddOneForAsManyAsTheLimit() =>
        LimitsAfterGoodAnswers(At(2, inFlight: 0), 10).Should().Equal(2, 3, 3, 3, 4, 4, 4, 4, 5, 5);

    [Theory]
    [InlineData(TargetVerdict.Throttled, 8, 4)]
    [InlineData(TargetVerdict.Throttled, 5, 2)]
    [InlineData(TargetVerdict.Throttled, 1, 1)]
    [InlineData(TargetVerdict.Overloaded, 8, 4)]
    [InlineData(TargetVerdict.Neutral, 8, 8)]
    public void End_Verdict_CutsTheLimitOrNot(TargetVerdict verdict, int before, int after) =>
        End(At(before, inFlight: 1), verdict).Limit.Should().Be(after);

    [Fact]
    public void End_BurstOfRefusals_CutsOnce()
    {
        var state = At(8, inFlight: 8);
        var epoch = state.Epoch;

        for (var i = 0; i < 8; i++)
            state = End(state, TargetVerdict.Throttled, epoch: epoch);

        state.Should().BeEquivalentTo(new { Limit = 4, InFlight = 0, RefusalsInRow = 1 });
    }

    [Fact]
    public void End_GoodAnswersToRequestsFromBeforeTheCut_ProveNothing()
    {
        var state = At(8, inFlight: 8);
        var epoch = state.Epoch;
        state = End(state, TargetVerdict.Throttled, epoch: epoch);

        for (var i = 0; i < 7; i++)
            state = End(state, TargetVerdict.Good, epoch: epoch);

        state.Should().BeEquivalentTo(new { Limit = 4, GoodInRow = 0, RefusalsInRow = 1 });
    }

    [Theory]
    [InlineData(0, 0, 0.5)]     // after the first refusal: between a half and one second
    [InlineData(0, 0.999999, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(4, 0, 8)]
    [InlineData(50, 0, 30)]
    [InlineData(int.MaxValue - 1, 0, 30)]
    public void End_ThrottledWithoutATime_WaitsTwiceAsLongEachTime(int refusalsBefore, double random, double seconds)
    {
        var state = At(8, inFlight: 1) with { RefusalsInRow = refusalsBefore };

        state = TargetLimit.End(state, TargetVerdict.Throttled, retryAfter: null, state.Epoch, Seconds(100), Options, random);

        (state.BlockedUntil - Seconds(100)).TotalSeconds.Should().BeApproximately(seconds, 0.001);
    }

    [Fact]
    public void End_FirstOverload_CutsWithoutAPauseAndTheSecondWithOne()
    {
        var once = End(At(8, inFlight: 2), TargetVerdict.Overloaded);
        var twice = End(once, TargetVerdict.Overloaded, epoch: once.Epoch);

        once.BlockedUntil.Should().Be(TimeSpan.Zero);
        twice.BlockedUntil.Should().BePositive();
    }

    [Fact]
    public void End_RetryAfter_HoldsFromWhoeverHearsIt()
    {
        var state = At(8, inFlight: 2);
        var stale = state.Epoch;
        state = End(state, TargetVerdict.Throttled, Seconds(10));

        state = End(state, TargetVerdict.Throttled, Seconds(30), stale);
        state.BlockedUntil.Should().Be(Seconds(30));
        state = End(state, TargetVerdict.Throttled, Seconds(5), stale);

        state.BlockedUntil.Should().Be(Seconds(30), "a shorter wish does not undo a longer one");
        TargetLimit.IsOpen(state, Seconds(30) - TimeSpan.FromTicks(1)).Should().BeFalse();
        TargetLimit.IsOpen(state, Seconds(30)).Should().BeTrue();
    }

    [Fact]
    public void End_RetryAfterOfZero_IsNoInvitationToHammer()
    {
        var state = End(At(8, inFlight: 1), TargetVerdict.Throttled, TimeSpan.Zero);

        TargetLimit.IsOpen(state, TimeSpan.Zero).Should().BeFalse();
    }

    [Fact]
    public void OpensAt_Spacing_KeepsTheGapBetweenStarts()
    {
        var state = TargetLimit.Start(At(8, inFlight: 0), Seconds(10), Seconds(5));

        TargetLimit.OpensAt(state).Should().Be(Seconds(15));
        TargetLimit.OpensAt(At(2, inFlight: 2)).Should().BeNull("a request must end first");
    }

    public abstract record Event
    {
        public sealed record Ask(int SpacingMilliseconds) : Event;

        public sealed record Answer(int Which, TargetVerdict Verdict, int? RetryAfterSeconds) : Event;

        public sealed record Wait(int Milliseconds) : Event;
    }

    [Fact]
    public void AnySequence_OfEvents_KeepsTheInvariants()
    {
        var answer =
            from which in Gen.Choose(0, 20)
            from verdict in Gen.Elements(TargetVerdict.Good, TargetVerdict.Good, TargetVerdict.Good, TargetVerdict.Throttled, TargetVerdict.Overloaded, TargetVerdict.Neutral)
            from seconds in Gen.Choose(-3, 5)
            select (Event)new Event.Answer(which, verdict, seconds >= 0 ? seconds : null);
        var events = Gen.Frequency(
            (4, Gen.Elements(0, 0, 0, 700).Select(spacing => (Event)new Event.Ask(spacing))),
            (4, answer),
            (2, Gen.Choose(0, 3000).Select(milliseconds => (Event)new Event.Wait(milliseconds))));

        ForAll.Values(Gen.Choose(1, 120).SelectMany(count => events.ArrayOf(count)), Hold, count: 500);
    }

    private static void Hold(Event[] events)
    {
        var dice = new Random(1);
        var options = new TargetLimitOptions { Max = 6 };
        var state = TargetLimit.Initial();
        var now = TimeSpan.Zero;
        var askedToStayAwayUntil = TimeSpan.Zero;
        var inFlight = new List<long>();
        foreach (var happening in events)
        {
            var before = state;
            switch (happening)
            {
                case Event.Ask ask when TargetLimit.IsOpen(state, now):
                    now.Should().BeGreaterThanOrEqualTo(askedToStayAwayUntil, "nothing starts inside a Retry-After");
                    inFlight.Add(state.Epoch);
                    state = TargetLimit.Start(state, now, TimeSpan.FromMilliseconds(ask.SpacingMilliseconds));
                    break;
                case Event.Answer answer when inFlight.Count > 0:
                    var which = answer.Which % inFlight.Count;
                    var epoch = inFlight[which];
                    inFlight.RemoveAt(which);
                    TimeSpan? retryAfter = answer is { RetryAfterSeconds: { } seconds, Verdict: TargetVerdict.Throttled or TargetVerdict.Overloaded }
                        ? Seconds(seconds) : null;
                    state = TargetLimit.End(state, answer.Verdict, retryAfter, epoch, now, options, dice.NextDouble());
                    if (retryAfter is { } asked && now + asked > askedToStayAwayUntil)
                        askedToStayAwayUntil = now + asked;
                    if (state.Limit < before.Limit)
                    {
                        epoch.Should().Be(before.Epoch, "only one verdict of an epoch cuts");
                        state.Epoch.Should().Be(before.Epoch + 1);
                    }

                    break;
                case Event.Wait wait:
                    now += TimeSpan.FromMilliseconds(wait.Milliseconds);
                    break;
            }

            state.Limit.Should().BeInRange(1, options.Max);
            (state.Limit - before.Limit).Should().BeLessThanOrEqualTo(1);
            state.InFlight.Should().Be(inFlight.Count);
            state.BlockedUntil.Should().BeGreaterThanOrEqualTo(before.BlockedUntil);
        }
    }

    private static List<int> LimitsAfterGoodAnswers(TargetLimitState state, int answers)
    {
        var limits = new List<int>();
        for (var i = 0; i < answers; i++)
        {
            state = End(TargetLimit.Start(state, TimeSpan.Zero, TimeSpan.Zero), TargetVerdict.Good);
            limits.Add(state.Limit);
        }

        return limits;
    }

    /// <summary>A target that has refused before: its limit grows slowly.</summary>
    private static TargetLimitState At(int limit, int inFlight) =>
        TargetLimit.Initial() with { Limit = limit, InFlight = inFlight, SlowStart = false };

    private static TargetLimitState End(TargetLimitState state, TargetVerdict verdict, TimeSpan? retryAfter = null, long? epoch = null) =>
        TargetLimit.End(state, verdict, retryAfter, epoch ?? state.Epoch, TimeSpan.Zero, Options, random: 0.5);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
