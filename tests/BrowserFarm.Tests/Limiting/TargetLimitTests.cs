using BrowserFarm.Limiting;

namespace BrowserFarm.Tests.Limiting;

public sealed class TargetLimitTests
{
    private static readonly TargetLimitOptions Options = new() { Max = 32 };

    // ------------------------------------------------------------------ growing

    [Theory]
    [InlineData(2, 8, 2)]
    [InlineData(5, 8, 5)]
    [InlineData(8, 2, 2)]
    [InlineData(1, 1, 1)]
    public void End_FirstGoodAnswer_GoesFromOneToStartWithinMax(int start, int max, int expected)
    {
        var options = new TargetLimitOptions { Start = start, Max = max };
        var (first, token) = TargetLimit.Start(TargetLimit.Initial(), TimeSpan.Zero, TimeSpan.Zero, options);
        TargetLimit.OpensAt(first).Should().BeNull("the first request goes alone");

        TargetLimit.End(first, token, new LimitReport(TargetVerdict.Good), TimeSpan.Zero, options, random: 0).Limit.Should().Be(expected);
    }

    [Fact]
    public void End_GoodAnswersBeforeAnyRefusal_AddHalfARequestEach() =>
        LimitsAfterGoodAnswers(TargetLimit.Initial(), 6).Should().Equal(2, 2.5, 3, 3.5, 4, 4.5);

    [Fact]
    public void End_GoodAnswersAfterARefusal_AddTwoARoundUntilOneBelowTheLastMaximum()
    {
        var state = At(4) with { LastMax = 6 };

        var limits = LimitsAfterGoodAnswers(state, 4);

        limits[0].Should().BeApproximately(4.5, 1e-9, "a half is two over four");
        limits[1].Should().BeApproximately(4.944, 0.001);
        limits[2].Should().Be(5);
        limits[3].Should().Be(5, "no further without a probe");
    }

    [Fact]
    public void End_GoodAnswersAfterASlowdownOnly_AddOneARound() =>
        LimitsAfterGoodAnswers(At(4) with { LastMax = 20, Epoch = 0 }, 1).Should().Equal(4.25);

    [Fact]
    public void End_GoodAnswersAfterARefusalWhereItWasRefusedBefore_AreBackInARound()
    {
        var known = Cut(At(11) with { LastMax = 11 });
        known.Should().BeEquivalentTo(new { Limit = 5.5, IsConfirmed = true });
        LimitsAfterGoodAnswers(known, 10)[^1].Should().BeApproximately(9.9, 1e-9);

        var unknown = Cut(At(11) with { LastMax = 30 });
        unknown.IsConfirmed.Should().BeFalse();
        LimitsAfterGoodAnswers(unknown, 10)[^1].Should().BeLessThan(8.3);
    }

    [Theory]
    [InlineData(11, 11, true)]
    [InlineData(11, 30, false)]
    [InlineData(4, 4, false)]   // a few requests: fractions, by the round
    public void End_AnswerFromBeforeTheCut_MakesRoomOnlyWhereTheLimitIsKnown(double limit, double lastMax, bool grows)
    {
        var state = Cut(At(limit) with { LastMax = lastMax });
        var old = new LimitToken(state.Epoch - 1, (int)limit, TimeSpan.Zero, WasInDemand: true);

        var after = TargetLimit.End(state with { InFlight = 1 }, old, new LimitReport(TargetVerdict.Good), Seconds(1), Options, random: 0);

        (after.Limit > state.Limit).Should().Be(grows);
        var older = old with { Epoch = state.Epoch - 2 };
        TargetLimit.End(state with { InFlight = 1 }, older, new LimitReport(TargetVerdict.Good), Seconds(1), Options, random: 0).Limit.Should().Be(state.Limit);
    }

    [Theory]
    [InlineData(20, 11, 6, 12)]      // workers were busy elsewhere
    [InlineData(11, 11, 5.5, 11)]
    [InlineData(11.5, 11, 5.75, 11.5)]
    [InlineData(2.5, 1, 1.25, 2.5)]  // of a few requests the fraction is kept by the gap
    public void End_RefusedWhileTheLimitWasNotUsedUp_HalvesWhatWasInFlight(double limit, int inFlight, double expected, double lastMax)
    {
        var token = new LimitToken(Epoch: 1, inFlight, TimeSpan.Zero, WasInDemand: true);

        var after = TargetLimit.End(At(limit) with { InFlight = inFlight }, token, new LimitReport(TargetVerdict.Throttled), TimeSpan.Zero, Options, random: 0);

        (after.Limit, after.LastMax).Should().Be((expected, lastMax));
    }

    [Theory]
    [InlineData(10, 99, 59, false)]
    [InlineData(10, 100, 59, true)]    // a refusal in a hundred answers is what a probe may cost
    [InlineData(10, 10, 60, true)]     // but a minute is long enough
    [InlineData(2.7, 10, 31, true)]    // and a tenth costs little
    public void End_GoodAnswerAtAKnownLimit_ProbesOnlyAfterEnoughGoodAnswersOrAMinute(double limit, int goodBefore, double after, bool probes)
    {
        var state = At(limit) with { LastMax = limit, GoodInEpoch = goodBefore - 1, ProbeInterval = Seconds(30), InFlight = (int)Math.Ceiling(limit) };
        var token = new LimitToken(state.Epoch, (int)Math.Ceiling(limit), TimeSpan.Zero, WasInDemand: true);

        (TargetLimit.End(state, token, new LimitReport(TargetVerdict.Good), Seconds(after), Options, random: 0).Limit > limit).Should().Be(probes);
    }

    [Theory]
    [InlineData(0.5, 0.4)]
    [InlineData(1, 0.8)]
    [InlineData(2, 1.5)]
    [InlineData(4, 3)]
    [InlineData(10, 9)]
    [InlineData(32, 28.8)]
    public void End_GoodAnswersAfterARefusal_StopJustBelowTheLastMaximum(double lastMax, double expected) =>
        LimitsAfterGoodAnswers(At(lastMax / 2) with { LastMax = lastMax, Unit = Seconds(1) }, 200)[^1].Should().BeApproximately(expected, 1e-9);

    [Fact]
    public void End_SmallLimitNearTheLastMaximum_ProbesByATenth() =>
        LimitsAfterGoodAnswers(At(1.5) with { LastMax = 2, Duration = Seconds(1) }, 2, every: Seconds(10)).Should().BeEquivalentTo([1.7, 1.9]);

    [Fact]
    public void End_NearTheLastMaximum_ProbesEveryTenSecondsAndTwiceAsFarEachTimePastIt()
    {
        var state = At(8) with { LastMax = 8, GoodInEpoch = 100 };

        var limits = LimitsAfterGoodAnswers(state, 5, every: Seconds(10));

        limits.Should().Equal(9, 11, 15, 23, 32);
    }

    [Fact]
    public void End_ProbesThatKeepFindingTheSameLimit_GrowRare()
    {
        var state = At(8) with { LastMax = 8 };
        var intervals = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            state = End(Start(state), TargetVerdict.Throttled) with { Limit = 8 };
            intervals.Add(state.ProbeInterval.TotalSeconds);
        }

        intervals.Should().Equal(15, 22.5, 30, 30, 30);
        End(Start(state with { Limit = 20 }), TargetVerdict.Throttled).ProbeInterval.TotalSeconds.Should().Be(10, "it bears much more than it did");
    }

    [Fact]
    public void End_NobodyNeededMore_DoesNotGrow()
    {
        var state = At(8) with { SlowStart = true };

        End(Start(state), TargetVerdict.Good).Limit.Should().Be(8, "one in flight of eight");
        End(Start(state with { InFlight = 2 }), TargetVerdict.Good).Limit.Should().Be(8);
        End(Start(state with { InFlight = 3 }), TargetVerdict.Good).Limit.Should().Be(8.5, "four in flight of eight");
    }

    // ------------------------------------------------------------------ refusals

    [Theory]
    [InlineData(TargetVerdict.Throttled, 8, 4)]
    [InlineData(TargetVerdict.Throttled, 5, 2.5)]
    [InlineData(TargetVerdict.Throttled, 1, 0.5)]
    [InlineData(TargetVerdict.Throttled, 0.02, 1 / 64.0)]
    [InlineData(TargetVerdict.Overloaded, 8, 4)]
    [InlineData(TargetVerdict.Overloaded, 1, 1)]
    [InlineData(TargetVerdict.Overloaded, 0.5, 0.5)]
    [InlineData(TargetVerdict.Neutral, 8, 8)]
    public void End_Verdict_CutsTheLimitOrNot(TargetVerdict verdict, double before, double after) =>
        End(Start(At(before)), verdict).Limit.Should().Be(after);

    [Fact]
    public void End_BurstOfRefusals_CutsOnce()
    {
        var (state, tokens) = StartMany(At(8), 8);

        foreach (var token in tokens)
            state = End((state, token), TargetVerdict.Throttled);

        state.Should().BeEquivalentTo(new { Limit = 4.0, InFlight = 0, CutsInRow = 1, LastMax = 8.0 });
    }

    [Theory]
    [InlineData(TargetVerdict.Good, 8, 0)]
    [InlineData(TargetVerdict.Neutral, 8, 0)]
    [InlineData(TargetVerdict.Throttled, 4, 30)]
    [InlineData(TargetVerdict.Overloaded, 4, 30)]
    public void EndAgain_Verdict_OnlyARefusalIsHeard(TargetVerdict verdict, double limit, double blockedSeconds)
    {
        var (started, token) = Start(At(8) with { InFlight = 7 });
        var ended = End((started, token), TargetVerdict.Neutral);
        TimeSpan? retryAfter = verdict is TargetVerdict.Throttled or TargetVerdict.Overloaded ? Seconds(30) : null;

        var again = TargetLimit.EndAgain(ended, token, new LimitReport(verdict, retryAfter), TimeSpan.Zero, Options, random: 0);

        again.Should().BeEquivalentTo(new { Limit = limit, BlockedUntil = Seconds(blockedSeconds), InFlight = 7 });
    }

    [Fact]
    public void End_GoodAnswersToRequestsFromBeforeTheCut_ProveNothing()
    {
        var (state, tokens) = StartMany(At(8), 8);
        state = End((state, tokens[0]), TargetVerdict.Throttled);

        foreach (var token in tokens.Skip(1))
            state = End((state, token), TargetVerdict.Good);

        state.Should().BeEquivalentTo(new { Limit = 4.0, GoodInEpoch = 0, CutsInRow = 1 });
    }

    [Fact]
    public void End_RefusedBelowTheLastMaximum_AimsAtLess()
    {
        End(Start(At(5) with { LastMax = 8 }), TargetVerdict.Throttled).LastMax.Should().Be(3.75, "three quarters of five: somebody else takes a share");
        End(Start(At(6) with { LastMax = 8 }), TargetVerdict.Throttled).LastMax.Should().Be(6, "the search goes past the limit by that much");
    }

    [Theory]
    [InlineData(8, 0, null)]
    [InlineData(8, 1, 1.0)]       // the second in a row: between a half and all of two seconds
    [InlineData(8, 4, 8.0)]
    [InlineData(8, 50, 30.0)]
    [InlineData(8, int.MaxValue - 1, 30.0)]
    [InlineData(2, 0, 0.5)]       // falls to one: a half is not answer enough
    public void End_CutWithoutARetryAfter_WaitsTwiceAsLongEachTime(double limit, int cutsBefore, double? seconds)
    {
        var state = At(limit) with { CutsInRow = cutsBefore };

        state = TargetLimit.End(state, Start(state with { InFlight = (int)limit - 1 }).Token, new LimitReport(TargetVerdict.Throttled), Seconds(100), Options, random: 0);

        if (seconds is { } expected)
            (state.BlockedUntil - Seconds(100)).TotalSeconds.Should().BeApproximately(expected, 0.001);
        else
            state.BlockedUntil.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void End_AsManyGoodAnswersAsTheLimit_EndTheRowOfCuts()
    {
        var state = At(4) with { CutsInRow = 5, LastMax = 4 };
        for (var i = 0; i < 3; i++)
            state = End(Start(state), TargetVerdict.Good);
        state.CutsInRow.Should().Be(5);

        End(Start(state), TargetVerdict.Good).CutsInRow.Should().Be(0);
    }

    [Fact]
    public void End_RetryAfter_HoldsFromWhoeverHearsIt()
    {
        var (state, tokens) = StartMany(At(8), 3);
        state = End((state, tokens[0]), TargetVerdict.Throttled, Seconds(10));

        state = End((state, tokens[1]), TargetVerdict.Throttled, Seconds(30));
        state.BlockedUntil.Should().Be(Seconds(30));
        state = End((state, tokens[2]), TargetVerdict.Throttled, Seconds(5));

        state.BlockedUntil.Should().Be(Seconds(30), "a shorter wish does not undo a longer one");
        TargetLimit.IsOpen(state, Seconds(30) - TimeSpan.FromTicks(1)).Should().BeFalse();
        TargetLimit.IsOpen(state, Seconds(30)).Should().BeTrue();
    }

    [Fact]
    public void End_RetryAfterOfZero_IsNoInvitationToHammer()
    {
        var state = End(Start(At(8)), TargetVerdict.Throttled, TimeSpan.Zero);

        TargetLimit.IsOpen(state, TimeSpan.Zero).Should().BeFalse();
    }

    // ------------------------------------------------------------------ starts

    [Fact]
    public void OpensAt_Spacing_KeepsTheGapBetweenStarts()
    {
        var (state, _) = TargetLimit.Start(At(8), Seconds(10), Seconds(5), Options);

        TargetLimit.OpensAt(state).Should().Be(Seconds(15));
        TargetLimit.OpensAt(At(2) with { InFlight = 2 }).Should().BeNull("a request must end first");
    }

    [Theory]
    [InlineData(1, 1, 3.0)]
    [InlineData(1.5, 2, 2.0)]
    [InlineData(2.4, 3, 1.25)]
    [InlineData(3, 3, 0.5)]   // from here on whole requests count, and the gap only spreads them out
    public void Start_SmallLimit_TheGapMakesUpTheFraction(double limit, int allowed, double gapSeconds)
    {
        var state = At(limit) with { Duration = Seconds(3) };

        state.Allowed.Should().Be(allowed);
        Start(state).State.NextStart.Should().Be(Seconds(gapSeconds));
    }

    [Fact]
    public void Start_SmallLimitTakenUpAfterARestart_KeepsAGapBeforeTheFirstAnswer() => Start(At(2)).State.NextStart.Should().Be(Seconds(0.5));

    [Fact]
    public void OpensAt_LimitBelowOne_IsAShareOfTheTime()
    {
        var state = At(0.25) with { Unit = Seconds(2) };

        var (busy, token) = TargetLimit.Start(state, Seconds(100), TimeSpan.Zero, Options);
        TargetLimit.OpensAt(busy).Should().BeNull("one at a time");
        var free = TargetLimit.End(busy, token, new LimitReport(TargetVerdict.Neutral), Seconds(102), Options, random: 0);

        TargetLimit.OpensAt(free).Should().Be(Seconds(108), "two seconds of work in eight");
    }

    [Fact]
    public void OpensAt_LimitBelowOneOfALongPage_WaitsNoLongerThanTheLongestPause()
    {
        var (state, _) = TargetLimit.Start(At(1 / 64.0) with { Unit = Seconds(30) }, TimeSpan.Zero, TimeSpan.Zero, Options);

        state.NextStart.Should().Be(Options.MaxPause);
    }

    [Fact]
    public void End_RefusedWithOneInFlight_TakesTheDurationOfItsRequestsForUnit()
    {
        var state = At(1) with { Duration = Seconds(0.2) };

        state = End(Start(state), TargetVerdict.Throttled);

        state.Should().BeEquivalentTo(new { Limit = 0.5, Unit = Seconds(0.2) });
        End(Start(state with { Duration = Seconds(9) }), TargetVerdict.Throttled).Unit.Should().Be(Seconds(0.2), "a share of the time is of one time");
    }

    [Fact]
    public void End_BelowOneAndNobodyHadWaited_DoesNotGrow()
    {
        var state = At(0.5) with { Unit = Seconds(1), LastMax = 1, NextStart = Seconds(10) };

        var eager = TargetLimit.Start(state, Seconds(10.5), TimeSpan.Zero, Options);
        var late = TargetLimit.Start(state, Seconds(30), TimeSpan.Zero, Options);

        TargetLimit.End(eager.State, eager.Token, new LimitReport(TargetVerdict.Good), Seconds(11), Options, random: 0).Limit.Should().BeApproximately(0.6, 1e-9);
        TargetLimit.End(late.State, late.Token, new LimitReport(TargetVerdict.Good), Seconds(31), Options, random: 0).Limit.Should().Be(0.5);
    }

    [Fact]
    public void Start_AfterARefusal_SpreadsRequestsOut()
    {
        var known = At(4) with { Duration = Seconds(0.8) };

        Start(known).State.NextStart.Should().Be(Seconds(0.1), "twice as fast as four in 0.8 s");
        Start(known with { SlowStart = true }).State.NextStart.Should().Be(TimeSpan.Zero, "nothing holds the search for the limit up");
    }

    [Theory]
    [InlineData(59, 16)]
    [InlineData(60, 8)]
    [InlineData(121, 4)]
    [InlineData(100_000, 2)]
    public void Start_AfterIdleMinutes_ForgetsHalfForEach(double seconds, double expected) =>
        TargetLimit.Start(At(16), Seconds(seconds), TimeSpan.Zero, Options).State.Limit.Should().Be(expected);

    [Fact]
    public void Start_IdleTargetThatBearsLittle_IsNotRaised() =>
        TargetLimit.Start(At(0.5) with { Unit = Seconds(1) }, Seconds(1000), TimeSpan.Zero, Options).State.Limit.Should().Be(0.5);

    // ------------------------------------------------------------------ latency

    [Fact]
    public void End_AnswersThatTakeLonger_EndTheSearchAndLowerTheLimitWithEveryWindow()
    {
        var state = At(10) with { SlowStart = true };
        state = AnswerWindow(state, Seconds(0), milliseconds: 100);
        state.SlowStart.Should().BeTrue();

        state = AnswerWindow(state, Seconds(6), milliseconds: 150);
        state.SlowStart.Should().BeFalse();
        state.Limit.Should().BeApproximately(state.LastMax * 0.98, 1e-9, "what it bore before is what growth is measured by");
        var limit = state.Limit;

        AnswerWindow(state, Seconds(12), milliseconds: 150).Limit.Should().BeApproximately(limit * 0.98, 1e-9);
        AnswerWindow(state, Seconds(12), milliseconds: 250).Limit.Should().BeApproximately(limit * 0.9, 1e-9);
    }

    /// <summary>Twenty answers within a second and a bit.</summary>
    private static TargetLimitState AnswerWindow(TargetLimitState state, TimeSpan from, double milliseconds)
    {
        for (var i = 0; i < 20; i++)
        {
            var now = from + (Seconds(0.06) * i);
            var (started, token) = TargetLimit.Start(state with { InFlight = 9 }, now, TimeSpan.Zero, Options);
            state = TargetLimit.End(started, token, new LimitReport(TargetVerdict.Good, FirstByte: TimeSpan.FromMilliseconds(milliseconds)), now, Options, random: 0);
        }

        return state;
    }

    private static List<double> LimitsAfterGoodAnswers(TargetLimitState state, int answers, TimeSpan every = default)
    {
        var limits = new List<double>();
        var now = TimeSpan.Zero;
        for (var i = 0; i < answers; i++)
        {
            now += every;
            // As many as allowed were in flight when it began.
            var (started, token) = TargetLimit.Start(state with { InFlight = state.Allowed - 1 }, now, TimeSpan.Zero, Options);
            state = TargetLimit.End(started, token, new LimitReport(TargetVerdict.Good), now, Options, random: 0);
            limits.Add(state.Limit);
        }

        return limits;
    }

    /// <summary>A target that has refused before: its limit grows slowly.</summary>
    private static TargetLimitState At(double limit) => TargetLimit.Initial() with { Limit = limit, SlowStart = false, IsUnknown = false, Epoch = 1 };

    private static (TargetLimitState State, LimitToken Token) Start(TargetLimitState state) => TargetLimit.Start(state, TimeSpan.Zero, TimeSpan.Zero, Options);

    private static (TargetLimitState State, List<LimitToken> Tokens) StartMany(TargetLimitState state, int count)
    {
        var tokens = new List<LimitToken>();
        for (var i = 0; i < count; i++)
        {
            (state, var token) = Start(state);
            tokens.Add(token);
        }

        return (state, tokens);
    }

    /// <summary>Of a request that was refused: as many as the limit allows were in flight when it began.</summary>
    private static TargetLimitState End((TargetLimitState State, LimitToken Token) started, TargetVerdict verdict, TimeSpan? retryAfter = null) => TargetLimit.End(
        started.State, verdict == TargetVerdict.Good ? started.Token : started.Token with { InFlight = Math.Max(started.Token.InFlight, (int)started.State.Limit) }, new LimitReport(verdict, retryAfter), TimeSpan.Zero, Options, random: 0.5);

    private static TargetLimitState Cut(TargetLimitState state) => End(Start(state), TargetVerdict.Throttled);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
