using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <summary>Claims that are kept alive, and what becomes of those who come back too late.</summary>
public abstract partial class JobQueueContract
{
    private static readonly TimeSpan TenSeconds = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task RenewAsync_LatestClaim_HoldsFromNowOn()
    {
        await CreateAsync("https://a.example/1");
        var claimed = await TryClaimAsync(claimFor: TenSeconds);
        Clock.Advance(TimeSpan.FromSeconds(8));

        (await RenewAsync(claimed!.Claim)).Should().BeEmpty();

        Clock.Advance(TenSeconds);
        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(0, "a claim holds through its last moment");
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(1);
    }

    [Fact]
    public async Task RenewAsync_AgainAndAgain_BoundsNoAttempt()
    {
        await CreateAsync("https://a.example/1");
        var claimed = await TryClaimAsync(claimFor: TenSeconds);

        for (var i = 0; i < 100; i++)
        {
            Clock.Advance(TenSeconds);
            (await RenewAsync(claimed!.Claim)).Should().BeEmpty();
            (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(0);
        }

        await SettleAsync(claimed!, Some.Ack());
    }

    [Fact]
    public async Task RenewAsync_RanOutAndNotTakenBackYet_HoldsAgain()
    {
        await CreateAsync("https://a.example/1");
        var late = await TryClaimAsync(claimFor: TenSeconds);
        Clock.Advance(Minute);

        (await RenewAsync(late!.Claim)).Should().BeEmpty();

        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(0);
    }

    [Fact]
    public async Task RenewAsync_Nothing_IsNoError() => (await RenewAsync()).Should().BeEmpty();

    [Fact]
    public async Task RenewAsync_TakenByAnother_IsLostAndLeavesTheHeirsClaimAlone()
    {
        await CreateAsync("https://a.example/1");
        var zombie = await ClaimAsync();
        await Queue.RescueAsync(everyClaim: true, default);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var heir = await TryClaimAsync("heir", TenSeconds);
        heir!.Claim.Epoch.Should().BeGreaterThan(zombie.Claim.Epoch);

        (await Queue.RenewAsync([zombie.Claim], TimeSpan.FromDays(1), default)).Should().Equal(zombie.Claim);

        Clock.Advance(TenSeconds + TimeSpan.FromMilliseconds(1));
        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(1, "the heir's claim ran out when it should");
    }

    [Fact]
    public async Task RenewAsync_JobThatDoesNotRun_IsLostAndStaysAsItIs()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://a.example/3");
        var read = await ClaimAsync();
        var failed = await ClaimAsync();
        var rescued = await ClaimAsync();
        await SettleAsync(read, Some.Ack());
        await SettleAsync(failed, new Settlement.DeadLetter(Some.Failure()));
        await Queue.RescueAsync(everyClaim: true, default);
        var unknown = new Claim(999_999, 1);
        var before = await Queue.CountAsync(CrawlId, default);

        (await RenewAsync(rescued.Claim, unknown, read.Claim, failed.Claim)).Should().Equal(rescued.Claim, unknown, read.Claim, failed.Claim);

        (await Queue.CountAsync(CrawlId, default)).Should().Be(before);
        (await Queue.RescueAsync(everyClaim: true, default)).Should().Be(0, "none of them runs");
    }

    [Fact]
    public async Task RenewAsync_SomeOfThemLost_RenewsTheOthers()
    {
        await CreateAsync([.. Enumerable.Range(0, 200).Select(number => $"https://a.example/{number}")]);
        var claims = new List<ClaimedJob>();
        for (var i = 0; i < 200; i++)
            claims.Add((await TryClaimAsync(claimFor: TenSeconds))!);
        await SettleAsync(claims[7], Some.Ack());

        (await RenewAsync([.. claims.Select(claimed => claimed.Claim)])).Should().Equal(claims[7].Claim);

        Clock.Advance(TenSeconds);
        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(0);
        (await Queue.CountAsync(CrawlId, default)).Running.Should().Be(199);
    }

    [Fact]
    public async Task SettleAsync_RefusedAfterTheClaimWasLost_IsToldInTheRecord()
    {
        await CreateAsync("https://a.example/1");
        var zombie = await ClaimAsync("zombie");
        await Queue.RescueAsync(everyClaim: true, default);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var silent = await ClaimAsync("silent");
        await Queue.RescueAsync(everyClaim: true, default);
        Clock.Advance(Minute);
        var heir = await ClaimAsync("heir");

        (await Queue.SettleAsync(zombie.Claim, Some.Ack(), default)).Should().BeFalse();

        await SettleAsync(heir, new Settlement.DeadLetter(Some.Failure()));
        (await Queue.SettleAsync(heir.Claim, Some.Ack(), default)).Should().BeFalse("it has ended");
        var letter = (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Should().ContainSingle().Subject;
        letter.Attempts.Select(attempt => (attempt.Epoch, attempt.Worker, attempt.Ended)).Should().Equal(
            (zombie.Claim.Epoch, "zombie", "fenced"), (silent.Claim.Epoch, "silent", "lost"), (heir.Claim.Epoch, "heir", "dead-letter"));
    }

    private Task<IReadOnlyList<Claim>> RenewAsync(params Claim[] claims) => Queue.RenewAsync(claims, TenSeconds, default);
}
