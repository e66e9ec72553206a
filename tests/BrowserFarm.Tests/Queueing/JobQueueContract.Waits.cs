using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <summary>Why jobs waited: every second has one cause.</summary>
public abstract partial class JobQueueContract
{
    [Fact]
    public async Task Attempts_TargetClosedThenOpen_WaitedForBothInTurn()
    {
        var gate = new FakeGate(Clock) { ClosedUntil = { [Some.Target("https://a.example/")] = Clock.GetUtcNow() + TimeSpan.FromSeconds(10) } };
        await CreateAsync("https://a.example/1");
        (await TryClaimAsync(gate)).Should().BeNull();

        Clock.Advance(TimeSpan.FromSeconds(13));
        var attempt = await FailAsync(await TryClaimAsync(gate));

        attempt.Waited.Should().Be(new Waits(TargetBlocked: 10_000, Turn: 3_000));
        attempt.QueuedAt.Should().Be(attempt.StartedAt - TimeSpan.FromSeconds(13));
    }

    [Fact]
    public async Task Attempts_TargetAtItsLimit_WaitedForItUntilARequestEnded()
    {
        var gate = new FakeGate(Clock) { Limit = 1 };
        await CreateAsync("https://a.example/1", "https://a.example/2");
        var first = await TryAdmitAsync(gate);
        Clock.Advance(TimeSpan.FromSeconds(4));
        await EndAsync(first!, Some.Ack());
        Clock.Advance(TimeSpan.FromSeconds(1));

        var attempt = await FailAsync(await TryClaimAsync(gate));

        attempt.Waited.Should().Be(new Waits(TargetLimit: 4_000, Turn: 1_000));
    }

    [Fact]
    public async Task Attempts_Retry_WaitedForItsTimeAndThenForTheLine()
    {
        await CreateAsync("https://a.example/1");
        var claimed = await ClaimAsync();
        await SettleAsync(claimed, new Settlement.Retry(Some.Failure(), Clock.GetUtcNow() + TimeSpan.FromSeconds(5)));
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://a.example/2") with { Priority = 5 }], default);

        // Something happens to the line after the time came, and again before the claim: the time is remembered as it was.
        Clock.Advance(TimeSpan.FromSeconds(7));
        var other = await ClaimAsync();
        Clock.Advance(TimeSpan.FromSeconds(2));
        await SettleAsync(other, Some.Ack());
        Clock.Advance(TimeSpan.FromSeconds(1));
        var attempt = await FailAsync(await TryClaimAsync());

        attempt.Waited.Should().Be(new Waits(DueTime: 5_000, Turn: 5_000));
        attempt.Waited.BeforeAttempt.Should().Be(10_000);
    }

    [Fact]
    public async Task Attempts_KeptOutsideAndTakenUp_WaitedOutsideFirst()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, [Deferred("https://a.example/1")], default);
        Clock.Advance(TimeSpan.FromSeconds(6));
        await Queue.TakeUpAsync(10, 10, default);
        Clock.Advance(TimeSpan.FromSeconds(2));

        (await FailAsync(await TryClaimAsync())).Waited.Should().Be(new Waits(Outside: 6_000, Turn: 2_000));
    }

    [Fact]
    public async Task Attempts_ContextWaitedFor_IsPartOfTheAttempt()
    {
        await CreateAsync("https://a.example/1");
        Clock.Advance(TimeSpan.FromSeconds(2));
        var claimed = await ClaimAsync();
        Clock.Advance(TimeSpan.FromSeconds(3));

        await SettleAsync(claimed, new Settlement.DeadLetter(Some.Failure()) { ForContext = TimeSpan.FromSeconds(1.5) });

        var attempt = (await Queue.ReadDeadLettersAsync(CrawlId, 0, 1, default)).Single().Attempts.Single();
        attempt.Waited.Should().Be(new Waits(Turn: 2_000, Context: 1_500));
        (attempt.EndedAt - attempt.StartedAt).Should().Be(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Attempts_EveryTryOfAJob_AddsUpToItsWholeLife()
    {
        var born = Clock.GetUtcNow();
        await CreateAsync("https://a.example/1");
        for (var i = 1; i <= 3; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(i));
            var claimed = await ClaimAsync();
            Clock.Advance(TimeSpan.FromSeconds(1));
            await SettleAsync(claimed, i == 3 ? new Settlement.DeadLetter(Some.Failure()) : new Settlement.Retry(Some.Failure(), Clock.GetUtcNow() + TimeSpan.FromSeconds(1)));
        }

        var attempts = (await Queue.ReadDeadLettersAsync(CrawlId, 0, 1, default)).Single().Attempts;
        var sum = attempts.Sum(attempt => attempt.Waited.BeforeAttempt + (attempt.EndedAt - attempt.StartedAt).TotalMilliseconds);
        sum.Should().Be((Clock.GetUtcNow() - born).TotalMilliseconds);
        attempts.Skip(1).Select(attempt => attempt.QueuedAt).Should().Equal(attempts.SkipLast(1).Select(attempt => attempt.EndedAt));
    }

    /// <summary>Ends a claimed job as a dead letter.</summary>
    private async Task<AttemptRecord> FailAsync(ClaimedJob? claimed)
    {
        await SettleAsync(claimed!, new Settlement.DeadLetter(Some.Failure()));
        return (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Single(letter => letter.Job.Id == claimed!.Job.Id).Attempts[^1];
    }
}
