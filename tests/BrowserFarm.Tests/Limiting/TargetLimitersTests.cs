using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using TestKit;

namespace BrowserFarm.Tests.Limiting;

public sealed class TargetLimitersTests
{
    private static readonly TargetKey A = Some.Target("https://a.example/");
    private static readonly TargetKey B = Some.Target("https://b.example/");

    private readonly ManualTimeProvider _clock = new();
    private readonly TargetLimiters _limiters;

    public TargetLimitersTests() => _limiters = new TargetLimiters(new TargetLimitOptions { Start = 2, Max = 8 }, _clock);

    [Fact]
    public void TryAdmit_UnknownTarget_LetsOneGoFirst()
    {
        var first = _limiters.TryAdmit(A)!;
        _limiters.TryAdmit(A).Should().BeNull();

        first.Report(TargetVerdict.Good);

        _limiters.TryAdmit(A).Should().NotBeNull();
        _limiters.TryAdmit(A).Should().NotBeNull("the first answer was a good one");
    }

    [Fact]
    public void TryAdmit_AtTheLimit_RefusesThisTargetAndNoOther()
    {
        GetToKnow(A);
        _limiters.TryAdmit(A).Should().NotBeNull();
        _limiters.TryAdmit(A).Should().NotBeNull();

        _limiters.TryAdmit(A).Should().BeNull();
        _limiters.OpensIn(A).Should().BeNull("a request must end first");
        _limiters.TryAdmit(B).Should().NotBeNull();
        _limiters.OpensIn(Some.Target("https://unknown.example/")).Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void Apply_LowerBoundOfOneTarget_HoldsAtOnceForItAlone()
    {
        GetToKnow(A);
        GetToKnow(B);
        _limiters.Apply(Rules(("a.example", new TargetLimitOptions { Start = 1, Max = 1, Spacing = TimeSpan.FromSeconds(3) })));

        using var only = _limiters.TryAdmit(A)!;
        _limiters.TryAdmit(A).Should().BeNull("one is in flight");
        only.Report(TargetVerdict.Good);
        _limiters.TryAdmit(A).Should().BeNull("the gap is not over");
        _limiters.OpensIn(A).Should().Be(TimeSpan.FromSeconds(3));
        _limiters.TryAdmit(B).Should().NotBeNull();
        _limiters.TryAdmit(B).Should().NotBeNull("its bounds are as before");

        _limiters.Apply(Rules());
        _clock.Advance(TimeSpan.FromSeconds(3));
        _limiters.TryAdmit(A).Should().NotBeNull();
        _limiters.OpensIn(A).Should().NotBe(TimeSpan.FromSeconds(3), "the gap was the rule's");
    }

    [Fact]
    public void Report_Twice_CountsOnce()
    {
        GetToKnow(A);
        var released = 0;
        _limiters.Released += () => released++;
        var first = _limiters.TryAdmit(A)!;
        var second = _limiters.TryAdmit(A)!;

        first.Report(TargetVerdict.Good);
        first.Report(TargetVerdict.Throttled, TimeSpan.FromHours(1));
        first.Dispose();
        first.Dispose();

        released.Should().Be(1);
        _limiters.Snapshot(10).Should().ContainSingle().Which.Should().Be(new TargetLimitSnapshot(A, Limit: 2, InFlight: 1, BlockedFor: TimeSpan.Zero, Duration: TimeSpan.Zero) { Answered = 2 });
        second.Dispose();
        _limiters.Snapshot(10).Single().InFlight.Should().Be(0);
    }

    [Fact]
    public async Task Report_FromManyThreads_CountsOnce()
    {
        GetToKnow(A);
        var admission = _limiters.TryAdmit(A)!;
        using var other = _limiters.TryAdmit(A)!;

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => admission.Report(TargetVerdict.Good))));

        _limiters.Snapshot(10).Single().InFlight.Should().Be(1);
    }

    [Fact]
    public void Served_AtTheLimit_LetsTheNextGoWhileTheAttemptGoesOn()
    {
        GetToKnow(A);
        var released = 0;
        _limiters.Released += () => released++;
        using var first = _limiters.TryAdmit(A)!;
        using var second = _limiters.TryAdmit(A)!;
        _clock.Advance(TimeSpan.FromSeconds(2));

        first.Served(TimeSpan.FromMilliseconds(30));
        _clock.Advance(TimeSpan.FromSeconds(10));   // its page is rendered

        released.Should().Be(1);
        _limiters.Find(A)!.InFlight.Should().Be(1);
        _limiters.Find(A)!.Duration.Should().Be(TimeSpan.FromSeconds(2) / 8, "so long the target had to do with it, on average with the one before");
        using var third = _limiters.TryAdmit(A);
        third.Should().NotBeNull();
        first.Report(TargetVerdict.Good, firstByte: TimeSpan.FromMilliseconds(30));
        _limiters.Find(A)!.InFlight.Should().Be(2, "its place was given back before");
        _limiters.Find(A)!.Limit.Should().Be(2, "and it counted then");
    }

    [Fact]
    public void Served_TwiceOrAfterTheReport_SaysNothing()
    {
        GetToKnow(A);
        var first = _limiters.TryAdmit(A)!;
        using var second = _limiters.TryAdmit(A)!;

        first.Served(TimeSpan.Zero);
        first.Served(TimeSpan.Zero);
        first.Dispose();
        first.Served(TimeSpan.Zero);

        _limiters.Find(A)!.InFlight.Should().Be(1);
    }

    [Fact]
    public void Report_RefusalAfterServed_IsHeard()
    {
        var limiters = new TargetLimiters(new TargetLimitOptions { Start = 8, Max = 8 }, _clock);
        limiters.TryAdmit(A)!.Report(TargetVerdict.Good);
        for (var i = 0; i < 7; i++)
            limiters.TryAdmit(A);
        var first = limiters.TryAdmit(A)!;
        first.Served(TimeSpan.Zero);

        first.Report(TargetVerdict.Throttled, TimeSpan.FromSeconds(30));
        first.Report(TargetVerdict.Throttled, TimeSpan.FromHours(1));

        limiters.Find(A).Should().BeEquivalentTo(new { InFlight = 7, Limit = 4, BlockedFor = TimeSpan.FromSeconds(30) });
    }

    [Fact]
    public async Task Served_WhileItIsReported_GivesItsPlaceBackOnce()
    {
        GetToKnow(A);
        using var other = _limiters.TryAdmit(A)!;
        for (var i = 0; i < 50; i++)
        {
            var admission = _limiters.TryAdmit(A)!;
            await Task.WhenAll(Task.Run(() => admission.Served(TimeSpan.Zero)), Task.Run(() => admission.Report(TargetVerdict.Good)));
            _limiters.Find(A)!.InFlight.Should().Be(1);
        }
    }

    [Fact]
    public void TakeOpened_SomebodyWasToldToWaitForARequest_TellsOnceWhenOneEnded()
    {
        GetToKnow(A);
        using var first = _limiters.TryAdmit(A)!;
        using var second = _limiters.TryAdmit(A)!;
        _limiters.OpensIn(A).Should().BeNull();
        _limiters.TakeOpened().Should().BeEmpty("it is at its limit");

        first.Served(TimeSpan.Zero);
        second.Served(TimeSpan.Zero);

        _limiters.TakeOpened().Should().Equal(A);
        _limiters.TakeOpened().Should().BeEmpty();
        first.Dispose();
        _limiters.TakeOpened().Should().BeEmpty("nobody waits for it");
    }

    [Fact]
    public void TakeOpened_NobodyWasAtTheLimit_IsEmpty()
    {
        GetToKnow(A);
        using var first = _limiters.TryAdmit(A)!;
        _limiters.OpensIn(A).Should().Be(TimeSpan.Zero);

        first.Served(TimeSpan.Zero);
        first.Dispose();

        _limiters.TakeOpened().Should().BeEmpty();
    }

    [Fact]
    public void OpensIn_AfterARetryAfter_CountsDown()
    {
        _limiters.TryAdmit(A)!.Report(TargetVerdict.Throttled, TimeSpan.FromSeconds(30));

        _limiters.TryAdmit(A).Should().BeNull();
        _clock.Advance(TimeSpan.FromSeconds(10));
        _limiters.OpensIn(A).Should().Be(TimeSpan.FromSeconds(20));
        _limiters.Snapshot(1).Single().BlockedFor.Should().Be(TimeSpan.FromSeconds(20));
        _clock.Advance(TimeSpan.FromSeconds(20));
        _limiters.TryAdmit(A).Should().NotBeNull();
    }

    [Fact]
    public void SetSpacing_CrawlDelay_KeepsRequestsApart()
    {
        _limiters.SetSpacing(A, TimeSpan.FromSeconds(5));
        _limiters.TryAdmit(A)!.Report(TargetVerdict.Good);

        _limiters.TryAdmit(A).Should().BeNull();
        _limiters.OpensIn(A).Should().Be(TimeSpan.FromSeconds(5));
        _clock.Advance(TimeSpan.FromSeconds(5));
        _limiters.TryAdmit(A).Should().NotBeNull();
    }

    [Fact]
    public void Released_Handler_MayAskAgain()
    {
        Admission? next = null;
        _limiters.Released += () => next ??= _limiters.TryAdmit(A);
        var first = _limiters.TryAdmit(A)!;
        _limiters.TryAdmit(A);

        first.Report(TargetVerdict.Good);

        next.Should().NotBeNull("no lock is held while telling");
    }

    [Fact]
    public void TryAdmit_MoreTargetsThanAreRemembered_ForgetsTheOldestButNotWhoIsInUseOrWantsToBeLeftAlone()
    {
        using var inFlight = _limiters.TryAdmit(Numbered(0))!;
        _limiters.TryAdmit(Numbered(1))!.Report(TargetVerdict.Throttled, TimeSpan.FromHours(1));
        for (var i = 2; i < TargetLimiters.MaxTargets + 100; i++)
            _limiters.TryAdmit(Numbered(i))!.Report(TargetVerdict.Good);

        _limiters.Snapshot(int.MaxValue).Should().HaveCount(TargetLimiters.MaxTargets);
        _limiters.Find(Numbered(0)).Should().NotBeNull();
        _limiters.IsBlocked(Numbered(1)).Should().BeTrue();
        _limiters.Find(Numbered(2)).Should().BeNull("it was used longest ago");
        _limiters.Find(Numbered(TargetLimiters.MaxTargets + 99)).Should().NotBeNull();
    }

    [Fact]
    public void Restore_WhatWasStored_KeepsLimitsBlocksAndGaps()
    {
        GetToKnow(A);
        _limiters.SetSpacing(A, TimeSpan.FromSeconds(7));
        _limiters.TryAdmit(B)!.Report(TargetVerdict.Throttled, TimeSpan.FromMinutes(10));
        var stored = _limiters.TakeChanges();
        stored.Should().HaveCount(2);
        _limiters.TakeChanges().Should().BeEmpty("nothing changed since");

        _clock.Advance(TimeSpan.FromMinutes(4));
        var next = new TargetLimiters(new TargetLimitOptions { Start = 2, Max = 8 }, _clock);
        next.Restore(stored);

        next.Find(B)!.BlockedFor.Should().Be(TimeSpan.FromMinutes(6));
        next.TryAdmit(A).Should().NotBeNull();
        next.TryAdmit(A).Should().BeNull();
        next.OpensIn(A).Should().Be(TimeSpan.FromSeconds(7), "its crawl delay is remembered");
    }

    [Fact]
    public void Restore_TargetInUse_KeepsWhatIsKnownNow()
    {
        var stored = new StoredTargetLimit(
            A, Limit: 8, Unit: TimeSpan.Zero, LastMax: 8, SlowStart: false, CutsInRow: 0, BlockedUntil: _clock.GetUtcNow().AddHours(1), NextStart: null, TimeSpan.Zero, [], _clock.GetUtcNow());
        GetToKnow(A);

        _limiters.Restore([stored]);

        _limiters.IsBlocked(A).Should().BeFalse();
        _limiters.Find(A)!.Limit.Should().Be(2);
    }

    [Fact]
    public void TryAdmit_SlowTargetBesideOneThatWantsMore_GetsItsShareOfTheWorkers()
    {
        var limiters = new TargetLimiters(new TargetLimitOptions { Start = 8, Max = 8 }, _clock) { Workers = 8 };
        limiters.TryAdmit(A)!.Report(TargetVerdict.Good);
        limiters.TryAdmit(B)!.Report(TargetVerdict.Good);
        var fast = limiters.TryAdmit(B, waiting: 100)!;

        Admit(A, 4).Should().AllSatisfy(slow => slow.Should().NotBeNull("half of eight is its share"));
        limiters.TryAdmit(A, waiting: 100).Should().BeNull("the other one wants three more, and three are free");
        limiters.OpensIn(A).Should().BeNull("one of its own must end first");

        fast.Dispose();
        limiters.TryAdmit(A, waiting: 100).Should().NotBeNull("nobody else is there");

        List<Admission?> Admit(TargetKey target, int count) => [.. Enumerable.Range(0, count).Select(_ => limiters.TryAdmit(target, waiting: 100))];
    }

    [Fact]
    public void TryAdmit_PagesThatTakeLongAfterTheirTargetIsDone_HoldNoMoreThanTheirShareOfTheWorkers()
    {
        var limiters = new TargetLimiters(new TargetLimitOptions { Start = 8, Max = 8 }, _clock) { Workers = 8 };
        limiters.TryAdmit(A)!.Report(TargetVerdict.Good);
        limiters.TryAdmit(B)!.Report(TargetVerdict.Good);
        using var fast = limiters.TryAdmit(B, waiting: 100)!;
        var slow = new List<Admission>();
        while (limiters.TryAdmit(A, waiting: 100) is { } next)
        {
            slow.Add(next);
            next.Served(TimeSpan.Zero);
        }

        slow.Should().HaveCount(4, "half of eight is its share, however few of its requests are in flight");
        limiters.Find(A)!.InFlight.Should().Be(0);
        limiters.OpensIn(A).Should().BeNull("one of its attempts must end first");
        limiters.TakeOpened().Should().BeEmpty();
        slow[0].Dispose();
        limiters.TakeOpened().Should().Equal(A);
        limiters.TryAdmit(A, waiting: 100).Should().NotBeNull();
    }

    [Fact]
    public void TryAdmit_OthersHaveNoMoreJobs_GetsWhatIsLeft()
    {
        var limiters = new TargetLimiters(new TargetLimitOptions { Start = 8, Max = 8 }, _clock) { Workers = 8 };
        limiters.TryAdmit(A)!.Report(TargetVerdict.Good);
        limiters.TryAdmit(B)!.Report(TargetVerdict.Good);
        using var last = limiters.TryAdmit(B, waiting: 0)!;

        for (var i = 0; i < 7; i++)
            limiters.TryAdmit(A, waiting: 100).Should().NotBeNull();
        limiters.TryAdmit(A, waiting: 100).Should().BeNull("all eight workers are busy");
    }

    [Theory]
    [InlineData(1.0, 1.0, 10.0, 1.0)]   // one site in trouble is no reason to do less for the others
    [InlineData(1.0, 3.0, 10.0, 3.0)]
    [InlineData(3.0, 3.0, 3.0, 3.0)]
    public void LatencyRatio_SeveralTargets_IsTheMiddleOne(double first, double second, double third, double expected)
    {
        double[] slower = [first, second, third];
        foreach (var factor in new double[][] { [1, 1, 1], slower })
        {
            for (var answer = 0; answer < 20; answer++)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                for (var i = 0; i < slower.Length; i++)
                    _limiters.TryAdmit(Numbered(i))!.Report(TargetVerdict.Good, firstByte: TimeSpan.FromMilliseconds(100 * factor[i]));
            }
        }

        _limiters.LatencyRatio().Should().BeApproximately(expected, 1e-9);
        _clock.Advance(TimeSpan.FromMinutes(2));
        _limiters.LatencyRatio().Should().BeNull("nobody was asked of late");
    }

    private static TargetKey Numbered(int i) => new($"https://site{i}.example");

    /// <summary>One good answer: from then on two requests may be in flight.</summary>
    private void GetToKnow(TargetKey target) => _limiters.TryAdmit(target)!.Report(TargetVerdict.Good);

    private static TargetRules Rules(params (string Host, TargetLimitOptions Options)[] rules) =>
        new(new TargetLimitOptions { Start = 2, Max = 8 }, rules.ToDictionary(rule => rule.Host, rule => rule.Options, StringComparer.Ordinal));
}
