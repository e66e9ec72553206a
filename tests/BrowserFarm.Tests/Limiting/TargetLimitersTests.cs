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
        _limiters.Snapshot(10).Should().ContainSingle().Which.Should().Be(new TargetLimitSnapshot(A, Limit: 3, InFlight: 1, BlockedFor: TimeSpan.Zero));
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

    /// <summary>One good answer: from then on two requests may be in flight.</summary>
    private void GetToKnow(TargetKey target) => _limiters.TryAdmit(target)!.Report(TargetVerdict.Good);
}
