using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <summary>What a queue takes in: engines, bounds, jobs that wait for room, keys of submissions.</summary>
public abstract partial class JobQueueContract
{
    // ------------------------------------------------------------------ engines

    [Fact]
    public async Task ClaimNextAsync_JobsOfTwoEngines_GivesEachEngineItsOwn()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://a.example/app"), Some.Job("https://a.example/plain") with { Engine = Engine.Http }], default);

        (await Queue.NextReadyAsync(Engine.Http, default)).Should().Be(Clock.GetUtcNow());
        var plain = await ClaimOfAsync(Engine.Http);

        plain!.Job.Url.Value.Should().Be("https://a.example/plain");
        plain.Job.Engine.Should().Be(Engine.Http);
        (await ClaimOfAsync(Engine.Http)).Should().BeNull("the other job is not for this engine");
        (await Queue.NextReadyAsync(Engine.Http, default)).Should().BeNull();
        (await ClaimOfAsync(Engine.Browser))!.Job.Engine.Should().Be(Engine.Browser);
    }

    [Fact]
    public async Task SettleAsync_HttpJobThatFailedAndIsRequeued_KeepsItsEngine()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://a.example/plain") with { Engine = Engine.Http }], default);
        var plain = await ClaimOfAsync(Engine.Http);

        await SettleAsync(plain!, new Settlement.DeadLetter(Some.Failure()));
        (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Should().ContainSingle().Which.Job.Engine.Should().Be(Engine.Http);
        await Queue.RequeueAsync(CrawlId, [plain!.Job.Id], default);

        (await ClaimOfAsync(Engine.Http))!.Job.Engine.Should().Be(Engine.Http);
    }

    [Fact]
    public async Task SettleAsync_RequestOfOneEngineEnds_PutsTheTargetsLineOfTheOtherBack()
    {
        var gate = new FakeGate(Clock) { Limit = 1 };
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://a.example/app"), Some.Job("https://a.example/plain") with { Engine = Engine.Http }], default);
        var first = await Queue.ClaimNextAsync(Engine.Browser, AllLanes, gate, "worker", Minute, default);
        (await Queue.ClaimNextAsync(Engine.Http, AllLanes, gate, "worker", Minute, default)).Should().BeNull("the target takes one request at a time");

        await EndAsync(first!, Some.Ack());

        (await Queue.ClaimNextAsync(Engine.Http, AllLanes, gate, "worker", Minute, default)).Should().NotBeNull();
    }

    // ------------------------------------------------------------------ deferred jobs

    [Fact]
    public async Task SubmitAsync_DeferredJobs_AreTakenAndNotClaimedUntilTheyAreTakenUp()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(maxPages: 2), default);
        await Queue.SubmitAsync(CrawlId, [Deferred("https://a.example/1")], default);

        (await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/2", "https://a.example/3"), default))
            .Should().Be(new SubmitReceipt(Accepted: 1, Duplicates: 1, OverBudget: 1), "it counts as a page of the crawl");
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(Queued: 1, 0, 0, 0, 0, Deferred: 1));
        (await ClaimedUrlsAsync()).Should().Equal("https://a.example/2");
        (await Queue.DepthAsync(1000, default)).Should().BeEquivalentTo(new QueueDepth(0, 1, [], [new LaneDepth(Lane.Normal, 0, 1)]));

        (await Queue.TakeUpAsync(lineBelow: 10, atMost: 10, default)).Should().Be(1);

        (await ClaimedUrlsAsync()).Should().Equal("https://a.example/1");
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, Running: 2, 0, 0, 0));
    }

    [Fact]
    public async Task TakeUpAsync_MoreThanThereIsRoomFor_FillsTheShortestLineFirstAndBestJobsFirst()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/2"), default);
        await Queue.SubmitAsync(
            CrawlId,
            [Deferred("https://a.example/3"), Deferred("https://b.example/1"), Deferred("https://b.example/2") with { Priority = 5 }, Deferred("https://b.example/3")], default);

        (await Queue.TakeUpAsync(lineBelow: 2, atMost: 10, default)).Should().Be(2, "the line of a is as long as it may be, and that of b takes two");

        (await ClaimedUrlsAsync()).Should().BeEquivalentTo("https://a.example/1", "https://a.example/2", "https://b.example/2", "https://b.example/1");
        (await Queue.TakeUpAsync(lineBelow: 2, atMost: 1, default)).Should().Be(1);
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(Queued: 1, Running: 4, 0, 0, 0, Deferred: 1));
    }

    [Fact]
    public async Task TakeUpAsync_TargetThatIsSetAside_LeavesItSetAside()
    {
        var gate = new FakeGate(Clock) { Limit = 1 };
        await CreateAsync("https://a.example/1");
        await Queue.SubmitAsync(CrawlId, [Deferred("https://a.example/2")], default);
        var first = await TryAdmitAsync(gate);

        await Queue.TakeUpAsync(lineBelow: 10, atMost: 10, default);

        (await TryAdmitAsync(gate)).Should().BeNull();
        await EndAsync(first!, Some.Ack());
        (await TryAdmitAsync(gate)).Should().NotBeNull();
    }

    [Fact]
    public async Task DepthAsync_LinesOfAThousandAndMore_AreTheLongOnes()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(maxPages: 10_000), default);
        await Queue.SubmitAsync(CrawlId, [.. Enumerable.Range(0, 1500).Select(page => Some.Job($"https://a.example/{page}"))], default);
        await Queue.SubmitAsync(CrawlId, [.. Enumerable.Range(0, 1000).Select(page => Some.Job($"https://b.example/{page}"))], default);
        await Queue.SubmitAsync(CrawlId, [.. Enumerable.Range(0, 999).Select(page => Some.Job($"https://c.example/{page}"))], default);

        (await Queue.DepthAsync(longFrom: 1, default)).Should().BeEquivalentTo(
            new QueueDepth(3499, 0, [new LongLine(Some.Target("https://a.example/"), 1500), new LongLine(Some.Target("https://b.example/"), 1000)], [new LaneDepth(Lane.Normal, 3499, 0)]),
            options => options.WithStrictOrdering());
        (await Queue.DepthAsync(longFrom: 1001, default)).Longest.Should().ContainSingle();
    }

    [Fact]
    public async Task OldestWaitingAsync_JobsThatMayAndMayNotBeClaimed_IsTheWaitOfTheFirstThatMay()
    {
        (await Queue.OldestWaitingAsync(default)).Should().Be(TimeSpan.Zero, "nothing waits");
        await CreateAsync("https://a.example/1");
        Clock.Advance(TimeSpan.FromSeconds(10));
        await Queue.SubmitAsync(CrawlId, [Some.Job("https://b.example/2")], default);
        Clock.Advance(TimeSpan.FromSeconds(5));

        (await Queue.OldestWaitingAsync(default)).Should().Be(TimeSpan.FromSeconds(15));
        await ClaimAsync();
        (await Queue.OldestWaitingAsync(default)).Should().Be(TimeSpan.FromSeconds(5), "the first is being worked on");
        await Queue.PauseAsync(CrawlId, default);
        (await Queue.OldestWaitingAsync(default)).Should().Be(TimeSpan.Zero, "a paused crawl's jobs may not be claimed");
    }

    // ------------------------------------------------------------------ bounds

    [Fact]
    public async Task SubmitAsync_QueueIsFull_TakesNothingAndSaysWhenToComeAgain()
    {
        await using var queue = OpenQueue(Clock, new QueueBounds { MaxQueued = 3 });
        await queue.CreateCrawlAsync(Some.Crawl(), default);
        await queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/2"), default);

        var refused = await queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/3", "https://a.example/4"), default);

        refused.Should().Be(new SubmitReceipt(0, 0, 0) { RetryAfter = TimeSpan.FromMinutes(5) }, "nothing has left the queue yet, so nobody can say sooner");
        (await queue.CountAsync(CrawlId, default)).Total.Should().Be(2);
        (await queue.SubmitAsync(CrawlId, [Deferred("https://a.example/3"), Deferred("https://a.example/4")], default)).Accepted.Should().Be(2, "what is deferred needs no room");
        (await queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/5"), default)).Accepted.Should().Be(1, "there was room for one");
    }

    [Fact]
    public async Task SubmitAsync_QueueIsFullAndDrains_SaysWhenByThePaceOfTheLastMinute()
    {
        await using var queue = OpenQueue(Clock, new QueueBounds { MaxQueuedPerCrawl = 10 });
        await queue.CreateCrawlAsync(Some.Crawl(), default);
        await queue.SubmitAsync(CrawlId, [.. Enumerable.Range(0, 10).Select(page => Some.Job($"https://a.example/{page}"))], default);
        for (var i = 0; i < 6; i++)
        {
            var claimed = await queue.ClaimNextAsync(Engine.Browser, AllLanes, new FakeGate(Clock), "worker", Minute, default);
            await queue.SettleAsync(claimed!.Claimed.Claim, Some.Ack(), default);
        }

        Clock.Advance(TimeSpan.FromSeconds(30));
        var refused = await queue.SubmitAsync(CrawlId, [.. Enumerable.Range(10, 8).Select(page => Some.Job($"https://a.example/{page}"))], default);

        refused.RetryAfter.Should().Be(TimeSpan.FromSeconds(20), "two too many, and six left in the last minute");
        (await queue.SubmitAsync(CrawlId, [.. Enumerable.Range(10, 6).Select(page => Some.Job($"https://a.example/{page}"))], default)).Accepted.Should().Be(6);
    }

    [Fact]
    public async Task SubmitAsync_MoreThanWouldEverFit_IsTakenByAnEmptyQueue()
    {
        await using var queue = OpenQueue(Clock, new QueueBounds { MaxQueued = 1 });
        await queue.CreateCrawlAsync(Some.Crawl(), default);

        (await queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/2"), default)).Accepted.Should().Be(2);
    }

    [Fact]
    public async Task SettleAsync_QueueIsFull_StillTakesTheLinksThatWereFound()
    {
        await using var queue = OpenQueue(Clock, new QueueBounds { MaxQueued = 1 });
        await queue.CreateCrawlAsync(Some.Crawl(), default);
        await queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), default);
        var claimed = await queue.ClaimNextAsync(Engine.Browser, AllLanes, new FakeGate(Clock), "worker", Minute, default);

        await queue.SettleAsync(claimed!.Claimed.Claim, new Settlement.Ack(Some.Page(), Some.Jobs("https://a.example/2", "https://a.example/3"), []), default);

        (await queue.CountAsync(CrawlId, default)).Queued.Should().Be(2);
    }

    // ------------------------------------------------------------------ keys

    [Fact]
    public async Task SubmitAsync_SameKeyAgain_ChangesNothingAndGivesTheFirstReceipt()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        var first = await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/1"), "key", default);

        var again = await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/1"), "key", default);

        first.Should().Be(new SubmitReceipt(Accepted: 1, Duplicates: 1, OverBudget: 0));
        again.Should().Be(first, "not two duplicates: it was not submitted again");
    }

    [Fact]
    public async Task SubmitAsync_SameKeyForSomethingElse_ThrowsAndTakesNothing()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), "key", default);

        var other = () => Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/2"), "key", default);

        await other.Should().ThrowAsync<SubmissionKeyException>().WithMessage("*key*");
        (await Queue.CountAsync(CrawlId, default)).Total.Should().Be(1);
    }

    [Fact]
    public async Task SubmitAsync_RefusedUnderAKey_IsTakenLaterUnderTheSameKey()
    {
        await using var queue = OpenQueue(Clock, new QueueBounds { MaxQueued = 1 });
        await queue.CreateCrawlAsync(Some.Crawl(), default);
        await queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), default);
        (await queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/2"), "key", default)).RetryAfter.Should().NotBeNull();
        var claimed = await queue.ClaimNextAsync(Engine.Browser, AllLanes, new FakeGate(Clock), "worker", Minute, default);
        await queue.SettleAsync(claimed!.Claimed.Claim, Some.Ack(), default);

        (await queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/2"), "key", default)).Accepted.Should().Be(1);
    }

    [Fact]
    public async Task SubmitAsync_KeyOfLongAgo_IsForgotten()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), "key", default);

        Clock.Advance(SubmissionKey.KeptFor + TimeSpan.FromSeconds(1));
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/2"), "another", default);

        (await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/3"), "key", default)).Accepted.Should().Be(1);
    }

    // ------------------------------------------------------------------ evidence

    [Fact]
    public async Task ReadDeadLettersAsync_FailureWithEvidence_HasItAsItWas()
    {
        await CreateAsync("https://a.example/1");
        var evidence = new Evidence("https://a.example/1#x", "files/1-1/failure.jpeg", ["error: \"quoted\" 名"]);

        await SettleAsync(await ClaimAsync(), new Settlement.DeadLetter(Some.Failure() with { Evidence = evidence }));

        (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Should().ContainSingle().Which.Failure.Evidence.Should().BeEquivalentTo(evidence);
    }

    private static NewJob Deferred(string url) => Some.Job(url) with { IsDeferred = true };

    private async Task<ClaimedJob?> ClaimOfAsync(Engine engine) =>
        (await Queue.ClaimNextAsync(engine, AllLanes, new FakeGate(Clock), "worker", Minute, default))?.Claimed;
}
