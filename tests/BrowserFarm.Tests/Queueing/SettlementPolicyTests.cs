using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

public sealed class SettlementPolicyTests
{
    private static readonly RetryOptions Options = new()
    {
        MaxAttempts = 4,
        BaseDelay = TimeSpan.FromSeconds(2),
        MaxDelay = TimeSpan.FromSeconds(10),
        MaxRetryAfter = TimeSpan.FromHours(24),
        MaxHolds = 3,
        MaxRefunds = 5,
    };

    [Theory]
    // kind, attempts, holds, refunds, retryAfter → settlement, seconds from now (dice at one half)
    [InlineData(FailureKind.Transient, 1, 0, 0, null, "Retry", 1.0)]
    [InlineData(FailureKind.Transient, 2, 0, 0, null, "Retry", 2.0)]
    [InlineData(FailureKind.Transient, 3, 0, 0, null, "Retry", 4.0)]
    [InlineData(FailureKind.Transient, 3, 0, 0, 60, "Retry", 60.0)]
    [InlineData(FailureKind.Transient, 4, 0, 0, null, "DeadLetter", null)]
    [InlineData(FailureKind.Transient, 4, 0, 0, 60, "DeadLetter", null)]
    [InlineData(FailureKind.Transient, 400, 0, 0, null, "DeadLetter", null)]
    [InlineData(FailureKind.Transient, 1, 99, 99, null, "Retry", 1.0)]
    [InlineData(FailureKind.Throttled, 1, 0, 0, null, "Hold", 1.0)]
    [InlineData(FailureKind.Throttled, 4, 1, 0, null, "Hold", 2.0)]
    [InlineData(FailureKind.Throttled, 4, 1, 0, 7, "Hold", 7.0)]
    [InlineData(FailureKind.Throttled, 1, 0, 0, 31_536_000, "Hold", 86_400.0)]
    [InlineData(FailureKind.Throttled, 1, 2, 0, 7, "DeadLetter", null)]
    [InlineData(FailureKind.ContextLost, 4, 0, 0, null, "Refund", 1.0)]
    [InlineData(FailureKind.ContextLost, 4, 0, 3, null, "Refund", 5.0)]     // 2·2³, capped at 10
    [InlineData(FailureKind.ContextLost, 1, 0, 4, null, "DeadLetter", null)]
    [InlineData(FailureKind.BrowserLost, 4, 0, 0, null, "Refund", 1.0)]
    [InlineData(FailureKind.BrowserLost, 4, 0, 1, null, "Refund", 2.0)]
    [InlineData(FailureKind.BrowserLost, 4, 0, 2, null, "DeadLetter", null)]    // alone by then
    [InlineData(FailureKind.Permanent, 1, 0, 0, 60, "DeadLetter", null)]
    public void Decide_Failure_FollowsTheTable(FailureKind kind, int attempts, int holds, int refunds, int? retryAfter, string expected, double? seconds)
    {
        var failure = Some.Failure(kind, retryAfter is { } asked ? TimeSpan.FromSeconds(asked) : null);

        var settlement = SettlementPolicy.Decide(new AttemptOutcome.Failed(failure), Some.Claimed(attempts, holds, refunds), Options, Some.Noon, random: 0.5);

        settlement.GetType().Name.Should().Be(expected);
        DateTimeOffset? due = settlement switch
        {
            Settlement.Retry retry => retry.DueAt,
            Settlement.Hold hold => hold.DueAt,
            Settlement.Refund refund => refund.DueAt,
            _ => null,
        };
        (due - Some.Noon)?.TotalSeconds.Should().Be(seconds);
        QueueRules.FailureOf(settlement)!.Class.Should().Be(failure.Class);
    }

    [Fact]
    public void Decide_OtherOutcomes_AckAndReturn()
    {
        var page = Some.Page();
        var done = new AttemptOutcome.Succeeded(page, Some.Jobs("https://a.example/2"), [new SkippedUrl("x", SkipReason.BadUrl, FoundOn: null)]);

        SettlementPolicy.Decide(done, Some.Claimed(), Options, Some.Noon, 0).Should().Be(new Settlement.Ack(done.Document, done.Discovered, done.Skipped));
        SettlementPolicy.Decide(new AttemptOutcome.Interrupted(), Some.Claimed(), Options, Some.Noon, 0).Should().Be(new Settlement.Return());
        SettlementPolicy.Decide(new AttemptOutcome.NeedsBrowser("why"), Some.Claimed(), Options, Some.Noon, 0).Should().Be(new Settlement.Reassign(Engine.Browser));
    }

    [Theory]
    [InlineData(1, 0.0, 0.0)]
    [InlineData(1, 0.999, 1.998)]
    [InlineData(2, 0.5, 2.0)]
    [InlineData(3, 0.5, 4.0)]
    [InlineData(4, 0.5, 5.0)]
    [InlineData(1000, 0.5, 5.0)]
    [InlineData(int.MaxValue, 0.5, 5.0)]
    public void Backoff_Tries_DoublesUpToTheCap(int tries, double random, double seconds) =>
        RetryPolicy.Backoff(tries, Options, random).TotalSeconds.Should().BeApproximately(seconds, 1e-6);

    [Theory]
    [InlineData(0, "Refund", 1)]
    [InlineData(3, "Refund", 8)]
    [InlineData(4, "DeadLetter", null)]
    [InlineData(1000, "DeadLetter", null)]
    public void AfterLoss_Refunds_EndsAtTheLimit(int refunds, string expected, int? seconds)
    {
        var settlement = QueueRules.AfterLoss(refunds, Some.Noon);

        settlement.GetType().Name.Should().Be(expected);
        ((settlement as Settlement.Refund)?.DueAt - Some.Noon)?.TotalSeconds.Should().Be(seconds);
    }
}
