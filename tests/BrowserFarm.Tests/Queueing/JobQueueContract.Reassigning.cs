using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <summary>Jobs that are given to the other engine.</summary>
public abstract partial class JobQueueContract
{
    [Fact]
    public async Task SettleAsync_Reassign_PutsTheJobIntoTheOtherEnginesLineUncounted()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://a.example/1") with { Engine = Engine.Http }, Some.Job("https://a.example/2") with { Engine = Engine.Http }], default);
        var tried = (await ClaimOfAsync(Engine.Http))!;

        await SettleAsync(tried, new Settlement.Reassign(Engine.Browser));

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(2, 0, 0, 0, 0));
        var again = (await ClaimOfAsync(Engine.Browser))!;
        again.Job.Should().Be(tried.Job with { Engine = Engine.Browser });
        again.Claim.Epoch.Should().Be(tried.Claim.Epoch + 1);
        (await ClaimOfAsync(Engine.Browser)).Should().BeNull("the other one is where it was");
        (await ClaimOfAsync(Engine.Http))!.Job.Url.Value.Should().Be("https://a.example/2");
        await SettleAsync(again, Some.Ack());
        (await Queue.CountAsync(CrawlId, default)).Should().BeEquivalentTo(new { Queued = 0, Running = 1, Succeeded = 1 });
    }

    [Fact]
    public async Task SettleAsync_ReassignByALateWorker_ChangesNothing()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://a.example/1") with { Engine = Engine.Http }], default);
        var late = (await ClaimOfAsync(Engine.Http))!;
        await Queue.RescueAsync(everyClaim: true, default);

        (await Queue.SettleAsync(late.Claim, new Settlement.Reassign(Engine.Browser), default)).Should().BeFalse();

        Clock.Advance(Minute);
        (await ClaimOfAsync(Engine.Browser)).Should().BeNull();
        (await ClaimOfAsync(Engine.Http)).Should().NotBeNull();
    }

    [Fact]
    public async Task Attempts_Reassigned_WaitedForBothLines()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://a.example/1") with { Engine = Engine.Http }], default);
        Clock.Advance(TimeSpan.FromSeconds(2));
        await SettleAsync((await ClaimOfAsync(Engine.Http))!, new Settlement.Reassign(Engine.Browser));
        Clock.Advance(TimeSpan.FromSeconds(3));

        var attempt = await FailAsync(await ClaimOfAsync(Engine.Browser));

        attempt.Waited.Should().Be(new Waits(Turn: 3_000), "what it waited for before the first try is told with that");
    }

    [Fact]
    public async Task SettleAsync_ReassignedJobThatFails_IsRequeuedIntoItsNewLine()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://a.example/1") with { Engine = Engine.Http }], default);
        await SettleAsync((await ClaimOfAsync(Engine.Http))!, new Settlement.Reassign(Engine.Browser));
        var failed = (await ClaimOfAsync(Engine.Browser))!;
        await SettleAsync(failed, new Settlement.DeadLetter(Some.Failure()));

        (await Queue.RequeueAsync(CrawlId, [failed.Job.Id], default)).Should().Be(1);

        (await ClaimOfAsync(Engine.Browser))!.Job.Url.Value.Should().Be("https://a.example/1");
    }
}
