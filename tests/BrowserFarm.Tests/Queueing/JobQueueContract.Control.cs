using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <summary>Crawls and jobs that are held, let go, and called off.</summary>
public abstract partial class JobQueueContract
{
    [Fact]
    public async Task PauseAsync_WithWaitingJobs_GivesNoneUntilTheCrawlIsResumed()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://b.example/1"), default);

        (await Queue.PauseAsync(CrawlId, default)).Should().Be(CrawlPhase.Paused);

        (await TryClaimAsync()).Should().BeNull();
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().BeNull("no time will come by itself");
        (await Queue.ResumeAsync(CrawlId, default)).Should().Be(CrawlPhase.Open);
        (await TryClaimAsync()).Should().NotBeNull();
        (await TryClaimAsync()).Should().NotBeNull();
    }

    [Fact]
    public async Task PauseAsync_AnotherCrawlOfTheSameSite_GoesOn()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.CreateCrawlAsync(Some.Crawl("other"), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), default);
        await Queue.SubmitAsync("other", Some.Jobs("https://a.example/1"), default);

        await Queue.PauseAsync(CrawlId, default);

        (await ClaimAsync()).Job.CrawlId.Should().Be("other");
        (await TryClaimAsync()).Should().BeNull();
    }

    [Fact]
    public async Task Paused_WhatComesIntoLine_WaitsTillItIsResumed()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/2", "https://a.example/3"), default);
        var reads = await ClaimAsync();
        var fails = await ClaimAsync();
        await Queue.PauseAsync(CrawlId, default);

        await SettleAsync(reads, new Settlement.Ack(Some.Page(), Some.Jobs("https://c.example/found"), []));
        await SettleAsync(fails, new Settlement.Return());
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://d.example/new"), Some.Job("https://d.example/outside") with { IsDeferred = true }], default);
        await Queue.TakeUpAsync(lineBelow: 100, atMost: 100, default);

        (await TryClaimAsync()).Should().BeNull();
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(5, 0, 1, 0, 0));
        await Queue.ResumeAsync(CrawlId, default);
        for (var i = 0; i < 5; i++)
            (await TryClaimAsync()).Should().NotBeNull();
    }

    [Fact]
    public async Task ResumeAsync_JobsThatWaited_WaitedForTheirOwnTimeMeanwhile()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), default);
        Clock.Advance(TimeSpan.FromSeconds(2));
        await Queue.PauseAsync(CrawlId, default);
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Queue.ResumeAsync(CrawlId, default);
        Clock.Advance(TimeSpan.FromSeconds(1));

        var attempt = await FailAsync(await ClaimAsync());

        attempt.Waited.Should().Be(new Waits(DueTime: 30_000, Turn: 3_000));
    }

    [Fact]
    public async Task CancelAsync_WithWaitingAndRunningJobs_EndsTheWaitingOnesAndTakesNoMore()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, [.. Some.Jobs("https://a.example/1", "https://a.example/2", "https://a.example/3"), Some.Job("https://a.example/4") with { IsDeferred = true }], default);
        var reads = await ClaimAsync();
        var isStopped = await ClaimAsync();

        (await Queue.CancelAsync(CrawlId, atMost: 1, default)).Should().Be(1);
        (await Queue.FindHalfCancelledAsync(default)).Should().Equal(CrawlId);
        (await Queue.CancelAsync(CrawlId, atMost: 10, default)).Should().Be(1);
        (await Queue.CancelAsync(CrawlId, atMost: 10, default)).Should().Be(0);
        (await Queue.FindHalfCancelledAsync(default)).Should().BeEmpty();

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 2, 0, 0, 2));
        await SettleAsync(reads, new Settlement.Ack(Some.Page(), Some.Jobs("https://a.example/found"), []));
        await SettleAsync(isStopped, new Settlement.Return());
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 0, 1, 0, 3), "what was read is kept, what would wait again has ended");
        (await TryClaimAsync()).Should().BeNull();
        (await Queue.FindEntryAsync(CrawlId, default))!.Phase.Should().Be(CrawlPhase.Cancelled);
        var submit = () => Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/5"), default);
        await submit.Should().ThrowAsync<CrawlCancelledException>();
        (await Queue.PauseAsync(CrawlId, default)).Should().Be(CrawlPhase.Cancelled);
        (await Queue.ResumeAsync(CrawlId, default)).Should().Be(CrawlPhase.Cancelled);
    }

    [Fact]
    public async Task CancelAsync_PausedCrawl_EndsItsJobs()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), default);
        await Queue.PauseAsync(CrawlId, default);

        (await Queue.CancelAsync(CrawlId, atMost: 10, default)).Should().Be(1);

        (await Queue.CountAsync(CrawlId, default)).IsFinished.Should().BeTrue();
    }

    [Fact]
    public async Task CancelAsync_ALostClaim_EndsWhenItIsRescued()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), default);
        await ClaimAsync();
        await Queue.CancelAsync(CrawlId, atMost: 10, default);

        await Queue.RescueAsync(everyClaim: true, default);

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 0, 0, 0, 1));
    }

    [Fact]
    public async Task CancelJobAsync_OfEveryState_TellsItAndEndsOnlyWhatWaits()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/2"), default);
        var running = await ClaimAsync();
        var waiting = await ClaimAsync();
        await SettleAsync(waiting, new Settlement.Return());

        (await Queue.CancelJobAsync(waiting.Job.Id, default)).Should().Be(JobState.Queued);
        (await Queue.CancelJobAsync(waiting.Job.Id, default)).Should().Be(JobState.Cancelled);
        (await Queue.CancelJobAsync(running.Job.Id, default)).Should().Be(JobState.Running);
        (await Queue.CancelJobAsync(4711, default)).Should().BeNull();
        await SettleAsync(running, new Settlement.Cancel());
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 0, 0, 0, 2));
    }

    [Fact]
    public async Task ListCrawlsAsync_PageByPage_TellsThoseBegunLastFirst()
    {
        foreach (var name in new[] { "one", "two", "three" })
            await Queue.CreateCrawlAsync(Some.Crawl(name), default);

        var first = await Queue.ListCrawlsAsync(before: null, atMost: 2, name: null, default);
        var rest = await Queue.ListCrawlsAsync(first[^1].Number, atMost: 2, name: null, default);

        first.Concat(rest).Select(entry => entry.Crawl.Id).Should().Equal("three", "two", "one");
        rest.Should().OnlyContain(entry => entry.Phase == CrawlPhase.Open && entry.Counts.Total == 0);
    }

    [Fact]
    public async Task ListCrawlsAsync_PartOfAName_TellsThoseThatHaveItInAnyCase()
    {
        foreach (var name in new[] { "shop-1", "News_a", "Shop-2", "news.b" })
            await Queue.CreateCrawlAsync(Some.Crawl(name), default);

        (await NamesAsync("SHOP")).Should().Equal("Shop-2", "shop-1");
        (await NamesAsync("s_")).Should().Equal("News_a");
        (await NamesAsync("%")).Should().BeEmpty();
        (await NamesAsync("b")).Should().Equal("news.b");

        async Task<IEnumerable<string>> NamesAsync(string name) =>
            (await Queue.ListCrawlsAsync(before: null, atMost: 10, name, default)).Select(entry => entry.Crawl.Id);
    }

    [Fact]
    public async Task BeginCrawlAsync_NewAndAgain_TakesTheSeedsOnceAndChangesNothingAfter()
    {
        var crawl = Some.Crawl();

        (await Queue.BeginCrawlAsync(crawl, [Some.Job("https://a.example/1"), Some.Job("https://a.example/2") with { IsDeferred = true }], default)).Should().BeTrue();
        (await Queue.BeginCrawlAsync(crawl with { Spec = crawl.Spec with { MaxPages = 3 } }, Some.Jobs("https://a.example/9"), default)).Should().BeFalse();

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(1, 0, 0, 0, 0, Deferred: 1));
        (await Queue.FindCrawlAsync(CrawlId, default))!.Spec.MaxPages.Should().Be(crawl.Spec.MaxPages);
    }

    [Fact]
    public async Task CountWaitingAsync_OfAnOwner_CountsWhatWaitsInHisCrawlsAlone()
    {
        var crawl = Some.Crawl("mine");
        await Queue.BeginCrawlAsync(crawl with { Spec = crawl.Spec with { Owner = "me" } }, [.. Some.Jobs("https://a.example/1", "https://a.example/2"), Some.Job("https://a.example/3") with { IsDeferred = true }], default);
        await Queue.BeginCrawlAsync(Some.Crawl("nobodys"), Some.Jobs("https://b.example/1"), default);
        (await ClaimAsync()).Job.CrawlId.Should().Be("mine");

        (await Queue.CountWaitingAsync("me", default)).Should().Be(2, "one is being worked on, and one waits outside");
        (await Queue.CountWaitingAsync("you", default)).Should().Be(0);
    }
}
