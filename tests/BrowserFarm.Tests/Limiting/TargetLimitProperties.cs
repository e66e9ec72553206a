using BrowserFarm.Limiting;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Limiting;

/// <summary>What holds of the limit whatever happens to it.</summary>
public sealed class TargetLimitProperties
{
    public abstract record Event
    {
        public sealed record Ask(int SpacingMilliseconds) : Event;

        public sealed record Answer(int Which, TargetVerdict Verdict, int? RetryAfterSeconds, int FirstByteMilliseconds) : Event;

        public sealed record Wait(int Milliseconds) : Event;
    }

    [Fact]
    public void AnySequence_OfEvents_KeepsTheInvariants()
    {
        var answer =
            from which in Gen.Choose(0, 20)
            from verdict in Gen.Elements(TargetVerdict.Good, TargetVerdict.Good, TargetVerdict.Good, TargetVerdict.Throttled, TargetVerdict.Overloaded, TargetVerdict.Neutral)
            from seconds in Gen.Choose(-3, 5)
            from firstByte in Gen.Choose(-10, 2000)
            select (Event)new Event.Answer(which, verdict, seconds >= 0 ? seconds : null, firstByte);
        var events = Gen.Frequency(
            (4, Gen.Elements(0, 0, 0, 700).Select(spacing => (Event)new Event.Ask(spacing))),
            (4, answer),
            (1, Gen.Choose(0, 3000).Select(milliseconds => (Event)new Event.Wait(milliseconds))),
            (1, Gen.Choose(0, 300_000).Select(milliseconds => (Event)new Event.Wait(milliseconds))));

        ForAll.Values(Gen.Choose(1, 200).SelectMany(count => events.ArrayOf(count)), Hold, count: 500);
    }

    [Fact]
    public void StoredAndTakenUpAgain_AnyState_IsNoMorePermissive() => ForAll.Values(
        from limit in Gen.Choose(1, 64)
        from lastMax in Gen.Choose(0, 64)
        from blocked in Gen.Choose(-10, 1000)
        from away in Gen.Choose(0, 2000)
        select (Limit: limit / 2.0, LastMax: lastMax / 2.0, Blocked: blocked, Away: away),
        sample =>
        {
            var options = new TargetLimitOptions();
            var wall = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
            var now = TimeSpan.FromHours(5);
            var state = TargetLimit.Initial() with
            {
                IsUnknown = false,
                Limit = sample.Limit,
                LastMax = sample.LastMax,
                BlockedUntil = now + TimeSpan.FromSeconds(sample.Blocked),
                LastUse = now,
            };

            var stored = StoredTargetLimit.From(Some.Target("https://a.example/"), state, TimeSpan.Zero, now, wall);
            var back = stored.ToState(TimeSpan.FromSeconds(3), wall + TimeSpan.FromSeconds(sample.Away), options);

            var left = Math.Max(0, sample.Blocked - sample.Away);
            (back.BlockedUntil - TimeSpan.FromSeconds(3)).TotalSeconds.Should().BeApproximately(left, 0.001);
            back.Limit.Should().BeInRange(0, Math.Min(sample.Limit, options.Max));
            back.InFlight.Should().Be(0, "nothing of the last run is in flight");
        });

    private static void Hold(Event[] events)
    {
        var dice = new Random(1);
        var options = new TargetLimitOptions { Max = 6 };
        var state = TargetLimit.Initial();
        var now = TimeSpan.Zero;
        var askedToStayAwayUntil = TimeSpan.Zero;
        var inFlight = new List<LimitToken>();
        foreach (var happening in events)
        {
            var before = state;
            switch (happening)
            {
                case Event.Ask ask when TargetLimit.IsOpen(state, now):
                    now.Should().BeGreaterThanOrEqualTo(askedToStayAwayUntil, "nothing starts inside a Retry-After");
                    now.Should().BeGreaterThanOrEqualTo(before.NextStart, "the gap is kept");
                    (state, var token) = TargetLimit.Start(state, now, TimeSpan.FromMilliseconds(ask.SpacingMilliseconds), options);
                    inFlight.Add(token);
                    var isFine = before is { Limit: < TargetLimit.FineBelow, SlowStart: false };
                    inFlight.Count.Should().BeLessThanOrEqualTo(Math.Max(1, (int)(isFine ? Math.Ceiling(before.Limit) : before.Limit)));
                    if (isFine && before.Limit >= 1)
                        state.NextStart.Should().BeGreaterThanOrEqualTo(now + ((before.Duration ?? TimeSpan.FromSeconds(1)) / state.Limit), "a fraction is paid for by a gap");
                    break;
                case Event.Answer answer when inFlight.Count > 0:
                    var which = answer.Which % inFlight.Count;
                    var ended = inFlight[which];
                    inFlight.RemoveAt(which);
                    TimeSpan? retryAfter = answer is { RetryAfterSeconds: { } seconds, Verdict: TargetVerdict.Throttled or TargetVerdict.Overloaded }
                        ? TimeSpan.FromSeconds(seconds) : null;
                    var report = new LimitReport(answer.Verdict, retryAfter, TimeSpan.FromMilliseconds(answer.FirstByteMilliseconds));
                    state = TargetLimit.End(state, ended, report, now, options, dice.NextDouble());
                    TargetLimit.End(before, ended, report, now, options, 0.5).Should().BeEquivalentTo(
                        TargetLimit.End(before, ended, report, now, options, 0.5), "the same question has the same answer");
                    if (retryAfter is { } asked && now + asked > askedToStayAwayUntil)
                        askedToStayAwayUntil = now + asked;
                    if (state.Epoch != before.Epoch)
                    {
                        ended.Epoch.Should().Be(before.Epoch, "only one verdict of an epoch cuts");
                        state.Epoch.Should().Be(before.Epoch + 1);
                    }

                    if (answer.Verdict is TargetVerdict.Throttled or TargetVerdict.Overloaded)
                        state.Limit.Should().BeLessThanOrEqualTo(before.Limit, "a refusal never raises the limit");
                    break;
                case Event.Wait wait:
                    now += TimeSpan.FromMilliseconds(wait.Milliseconds);
                    break;
            }

            state.Limit.Should().BeInRange(1 / 64.0, options.Max);
            state.InFlight.Should().Be(inFlight.Count);
            state.BlockedUntil.Should().BeGreaterThanOrEqualTo(before.BlockedUntil);
            (TargetLimit.OpensAt(state) is null).Should().Be(state.InFlight >= state.Allowed);
        }
    }
}
