using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using TestKit;

namespace BrowserFarm.Tests.Queueing;

/// <summary>What is claimed next: lanes, fairness among targets, order inside a line, gates and due times.</summary>
public abstract partial class JobQueueContract
{
    private static readonly TargetKey A = Some.Target("https://a.example/");
    private static readonly TargetKey B = Some.Target("https://b.example/");

    // ------------------------------------------------------------------ whose turn it is

    [Fact]
    public async Task ClaimNextAsync_NothingThere_ReturnsNull()
    {
        (await TryClaimAsync()).Should().BeNull();
        await CreateAsync();

        (await TryClaimAsync()).Should().BeNull();
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().BeNull();
    }

    [Fact]
    public async Task ClaimNextAsync_SeveralTargets_TakesTheOneServedLongestAgo()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://a.example/3", "https://b.example/1", "https://b.example/2", "https://c.example/1");

        // The clock stands still: turns do not depend on time that passes between claims.
        (await ClaimedUrlsAsync()).Should().Equal(
            "https://a.example/1", "https://b.example/1", "https://c.example/1", "https://a.example/2", "https://b.example/2", "https://a.example/3");
    }

    [Fact]
    public async Task ClaimNextAsync_TwiceInAFractionOfAMillisecond_ServesTheSameTargetTwice()
    {
        Clock.Advance(TimeSpan.FromMicroseconds(300));
        await CreateAsync("https://a.example/1", "https://a.example/2");

        (await ClaimedUrlsAsync()).Should().Equal("https://a.example/1", "https://a.example/2");
    }

    [Fact]
    public async Task ClaimNextAsync_TargetThatComesLater_GoesBehindThoseThatWait()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://b.example/1");
        await ClaimAsync();
        Clock.Advance(Minute);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://new.example/1"), default);

        (await ClaimedUrlsAsync()).Should().Equal("https://b.example/1", "https://a.example/2", "https://new.example/1");
    }

    [Fact]
    public async Task ClaimNextAsync_OneTargetWithNineTenthsOfTheJobs_TakesItsTurnAndNoMore()
    {
        string[] others = [.. Enumerable.Range(0, 10).Select(number => $"https://t{number}.example/")];
        await CreateAsync([.. Enumerable.Range(0, 90).Select(number => $"https://a.example/{number}"), .. others]);

        var first = new List<string>();
        for (var i = 0; i < 11; i++)
        {
            first.Add((await ClaimAsync()).Job.Url.Target.Value);
            Clock.Advance(TimeSpan.FromMilliseconds(i % 3));
        }

        first.Should().BeEquivalentTo([.. others.Select(url => url.TrimEnd('/')), "https://a.example"], "every target is served once before any is served twice");
    }

    [Fact]
    public async Task ClaimNextAsync_SeveralLanes_LooksInTheOrderGiven()
    {
        await CreateAsync();
        await Queue.SubmitAsync(
            CrawlId,
            [Job("a", 1, Lane.Background), Job("a", 2, Lane.Normal), Job("a", 3, Lane.Urgent), Job("b", 4, Lane.Normal)],
            default);

        (await TryClaimAsync(new FakeGate(Clock), Lane.Background, Lane.Urgent))!.Job.Lane.Should().Be(Lane.Background);
        (await TryClaimAsync(new FakeGate(Clock), Lane.Background, Lane.Urgent))!.Job.Lane.Should().Be(Lane.Urgent);
        (await TryClaimAsync(new FakeGate(Clock), Lane.Background, Lane.Urgent)).Should().BeNull("the normal lane was not asked for");
        (await ClaimedUrlsAsync()).Should().BeEquivalentTo("https://a.example/2", "https://b.example/4");
    }

    [Fact]
    public async Task ClaimNextAsync_LaneAndPriority_ComeBackAsSubmitted()
    {
        await CreateAsync();
        var submitted = Some.Job("https://a.example/1") with { Lane = Lane.Background, Priority = -1000, Depth = 3 };
        await Queue.SubmitAsync(CrawlId, [submitted], default);

        var job = (await ClaimAsync()).Job;

        (job.Lane, job.Priority, job.Depth).Should().Be((Lane.Background, -1000, 3));
        await SettleAsync(new ClaimedJob(job, new Claim(job.Id, 1)), new Settlement.DeadLetter(Some.Failure()));
        (await Queue.ReadDeadLettersAsync(CrawlId, 0, 1, default)).Single().Job.Should().Be(job);
    }

    // ------------------------------------------------------------------ inside a line

    public static TheoryData<CrawlOrder, string> ClaimOrders => new()
    {
        { CrawlOrder.Breadth, "6 3 1 4 2 5" },
        { CrawlOrder.Depth, "6 3 5 4 2 1" },
        { CrawlOrder.BestFirst, "6 3 1 2 4 5" },
    };

    [Theory]
    [MemberData(nameof(ClaimOrders))]
    public async Task ClaimNextAsync_JobsOfOneTarget_ComeByPriorityThenByTheCrawlsOrder(CrawlOrder order, string expected)
    {
        var crawl = Some.Crawl();
        await Queue.CreateCrawlAsync(crawl with { Spec = crawl.Spec with { Order = order } }, default);
        (int Page, int Depth, int Priority)[] pages = [(1, 0, 0), (2, 2, 0), (3, 2, 5), (4, 1, 0)];
        await Queue.SubmitAsync(CrawlId, [.. pages.Select(page => Job("a", page.Page, priority: page.Priority) with { Depth = page.Depth })], default);
        Clock.Advance(Minute);
        await Queue.SubmitAsync(CrawlId, [Job("a", 5, priority: 0) with { Depth = 2 }, Job("a", 6, priority: 1000) with { Depth = 9 }], default);

        (await ClaimedUrlsAsync()).Should().Equal(expected.Split(' ').Select(page => $"https://a.example/{page}"));
    }

    [Fact]
    public async Task ClaimNextAsync_JobThatWaitsForItsTime_LetsTheOthersByAndComesBackToItsPlace()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://a.example/3");
        await SettleAsync(await ClaimAsync(), new Settlement.Retry(Some.Failure(), Clock.GetUtcNow() + Minute));

        (await ClaimAsync()).Job.Url.Value.Should().Be("https://a.example/2");
        Clock.Advance(Minute);

        (await ClaimedUrlsAsync()).Should().Equal("https://a.example/1", "https://a.example/3");
    }

    [Fact]
    public async Task NextReadyAsync_JobsForLater_IsTheEarliestOfThem()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://b.example/1");
        var now = Clock.GetUtcNow();
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().BeOnOrBefore(now);

        await SettleAsync(await ClaimAsync(), new Settlement.Retry(Some.Failure(), now + (2 * Minute)));   // a
        await SettleAsync(await ClaimAsync(), new Settlement.Refund(Some.Failure(), now + (3 * Minute)));   // b
        await SettleAsync(await ClaimAsync(), new Settlement.Hold(Some.Failure(), now + Minute));           // a
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().Be(now + Minute);
        (await TryClaimAsync()).Should().BeNull();

        Clock.Advance(Minute);
        (await ClaimAsync()).Job.Url.Value.Should().Be("https://a.example/2");
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().Be(now + (2 * Minute));
        Clock.Advance(Minute);
        (await ClaimAsync()).Job.Url.Value.Should().Be("https://a.example/1");
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().Be(now + (3 * Minute));
    }

    [Fact]
    public async Task SubmitAsync_LineThatWaitsForATime_IsReadyAtOnceForTheNewJob()
    {
        await CreateAsync("https://a.example/1");
        await SettleAsync(await ClaimAsync(), new Settlement.Retry(Some.Failure(), Clock.GetUtcNow() + Minute));

        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/2"), default);

        (await ClaimedUrlsAsync()).Should().Equal("https://a.example/2");
    }

    // ------------------------------------------------------------------ gates

    [Fact]
    public async Task ClaimNextAsync_TargetClosedForATime_IsPassedOverOnceAndComesAtItsTime()
    {
        await CreateAsync("https://a.example/1", "https://b.example/1", "https://b.example/2");
        var opens = Clock.GetUtcNow() + Minute;
        var gate = new FakeGate(Clock) { ClosedUntil = { [A] = opens } };

        (await TryClaimAsync(gate))!.Job.Url.Target.Should().Be(B);
        (await TryClaimAsync(gate))!.Job.Url.Target.Should().Be(B);
        (await TryClaimAsync(gate)).Should().BeNull();

        gate.Asked.Should().Be(3, "the closed target is asked about once, not at every claim");
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().Be(opens);
        Clock.Advance(Minute - TimeSpan.FromMilliseconds(1));
        (await TryClaimAsync(gate)).Should().BeNull();
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await TryClaimAsync(gate))!.Job.Url.Target.Should().Be(A);
    }

    [Fact]
    public async Task ClaimNextAsync_MoreClosedTargetsThanOneTransactionPasses_FindsTheOpenOneBehindThem()
    {
        var gate = new FakeGate(Clock);
        string[] closed = [.. Enumerable.Range(0, 700).Select(number => $"https://closed{number}.example/")];
        foreach (var url in closed)
            gate.ClosedUntil[Some.Target(url)] = Clock.GetUtcNow() + Minute;
        await CreateAsync([.. closed, "https://open.example/"]);

        (await TryClaimAsync(gate))!.Job.Url.Value.Should().Be("https://open.example/");
    }

    [Fact]
    public async Task ClaimNextAsync_TargetClosedInOneLane_IsNotAskedAboutInTheOthers()
    {
        await CreateAsync();
        await Queue.SubmitAsync(CrawlId, [Job("a", 1, Lane.Urgent), Job("a", 2, Lane.Normal), Job("a", 3, Lane.Background)], default);
        var gate = new FakeGate(Clock) { ClosedUntil = { [A] = Clock.GetUtcNow() + Minute } };

        (await TryClaimAsync(gate)).Should().BeNull();

        gate.Asked.Should().Be(1);
        Clock.Advance(Minute);
        (await ClaimedUrlsAsync()).Should().Equal("https://a.example/1", "https://a.example/2", "https://a.example/3");
    }

    [Fact]
    public async Task ClaimNextAsync_LastPermitTaken_SetsTheTargetAsideInEveryLane()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        await Queue.SubmitAsync(CrawlId, [Job("a", 3, Lane.Background)], default);
        var gate = new FakeGate(Clock) { Limit = 1 };
        var running = await TryAdmitAsync(gate);

        (await TryClaimAsync(gate)).Should().BeNull();

        gate.Asked.Should().Be(1, "with the last permit gone there is nothing to ask");
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().BeNull("no time will open it");
        await EndAsync(running!, Some.Ack());
        (await TryClaimAsync(gate))!.Job.Url.Value.Should().Be("https://a.example/2");
    }

    public static TheoryData<string> WaysToPutBack => new() { "ack", "retry", "hold", "refund", "return", "dead-letter", "fenced", "rescue" };

    [Theory]
    [MemberData(nameof(WaysToPutBack))]
    public async Task SettleAsync_TargetWasAtItsLimit_PutsItsLinesBack(string how)
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        await Queue.SubmitAsync(CrawlId, [Job("a", 3, Lane.Background)], default);
        var gate = new FakeGate(Clock) { Limit = 1 };
        var running = (await TryAdmitAsync(gate))!;
        var later = Clock.GetUtcNow() + Minute;
        if (how == "fenced")
        {
            Clock.Advance(2 * Minute);
            await Queue.RescueAsync(everyClaim: false, default);
            (await TryClaimAsync(gate)).Should().BeNull("whoever lost the claim still has the permit");
        }

        running.Permit.Dispose();
        switch (how)
        {
            case "rescue":
                (await Queue.RescueAsync(everyClaim: true, default)).Should().Be(1);
                break;
            default:
                var settled = await Queue.SettleAsync(running.Claimed.Claim, how switch
                {
                    "retry" => new Settlement.Retry(Some.Failure(), later),
                    "hold" => new Settlement.Hold(Some.Failure(), later),
                    "refund" => new Settlement.Refund(Some.Failure(), later),
                    "return" => new Settlement.Return(),
                    "dead-letter" => new Settlement.DeadLetter(Some.Failure()),
                    _ => Some.Ack(),
                }, default);
                settled.Should().Be(how != "fenced");
                break;
        }

        Clock.Advance(2 * Minute);
        var urls = new List<string>();
        while (await TryAdmitAsync(gate) is { } next)
        {
            urls.Add(next.Claimed.Job.Url.Value);
            await EndAsync(next, Some.Ack());
        }

        urls.Should().BeEquivalentTo(how is "ack" or "dead-letter"
            ? ["https://a.example/2", "https://a.example/3"]
            : ["https://a.example/1", "https://a.example/2", "https://a.example/3"]);
    }

    [Fact]
    public async Task ClaimNextAsync_GateTellsThatATargetOpened_PutsItsLinesBackInEveryLane()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        await Queue.SubmitAsync(CrawlId, [Job("a", 3, Lane.Background)], default);
        var gate = new FakeGate(Clock) { Limit = 1 };
        var first = (await TryAdmitAsync(gate))!;
        first.Permit.Dispose();   // the target is done with it; its page is not
        (await TryClaimAsync(gate)).Should().BeNull("nobody has said so yet");

        gate.Opened.Add(A);
        var second = (await TryAdmitAsync(gate))!;
        second.Permit.Dispose();
        gate.Opened.Add(A);
        var third = (await TryAdmitAsync(gate))!;

        second.Claimed.Job.Url.Value.Should().Be("https://a.example/2");
        third.Claimed.Job.Url.Value.Should().Be("https://a.example/3");
        (await Queue.CountAsync(CrawlId, default)).Running.Should().Be(3, "none of them was settled");
    }

    [Fact]
    public async Task ClaimNextAsync_GateTellsOfATargetThatWaitsForATime_LeavesItWaiting()
    {
        await CreateAsync("https://a.example/1");
        var opens = Clock.GetUtcNow() + Minute;
        var gate = new FakeGate(Clock) { ClosedUntil = { [A] = opens } };
        (await TryClaimAsync(gate)).Should().BeNull();

        gate.Opened.Add(A);
        gate.Opened.Add(B);   // of which there is no line

        (await TryClaimAsync(gate)).Should().BeNull();
        gate.Asked.Should().Be(1, "its time is known");
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().Be(opens);
    }

    [Fact]
    public async Task RescueAsync_NothingToRescue_StillPutsBackWhatWasSetAside()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        var gate = new FakeGate(Clock) { Limit = 1 };
        var running = (await TryAdmitAsync(gate))!;
        running.Permit.Dispose();   // and its holder is never heard of again

        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(0);

        (await TryClaimAsync(gate))!.Job.Url.Value.Should().Be("https://a.example/2");
    }

    [Fact]
    public async Task SettleAsync_TargetClosedForATime_DoesNotOpenIt()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        var gate = new FakeGate(Clock);
        var running = (await TryAdmitAsync(gate))!;
        gate.ClosedUntil[A] = Clock.GetUtcNow() + Minute;
        (await TryClaimAsync(gate)).Should().BeNull();

        await EndAsync(running, new Settlement.Return());

        (await TryClaimAsync(gate)).Should().BeNull();
        gate.Asked.Should().Be(2, "its time is known");
        Clock.Advance(Minute);
        (await ClaimedUrlsAsync()).Should().Equal("https://a.example/1", "https://a.example/2");
    }

    [Fact]
    public async Task ClaimNextAsync_GateFails_GivesThePermitBackAndLeavesTheJob()
    {
        await CreateAsync("https://a.example/1");
        var gate = new FakeGate(Clock) { Fault = new InvalidOperationException("gate") };

        await this.Awaiting(test => test.TryAdmitAsync(gate)).Should().ThrowAsync<InvalidOperationException>().WithMessage("gate");

        gate.InFlight.Should().Be(0);
        gate.Fault = null;
        (await TryClaimAsync(gate))!.Claim.Epoch.Should().Be(1);
    }

    [Fact]
    public async Task ClaimNextAsync_FromManyThreadsWithALimit_NeverExceedsItAndServesAll()
    {
        string[] urls = [.. from host in "abc" from page in Enumerable.Range(0, 30) select $"https://{host}.example/{page}"];
        await CreateAsync(urls);
        var gate = new FakeGate(Clock) { Limit = 2 };
        var done = 0;

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
        {
            while (Volatile.Read(ref done) < urls.Length)
            {
                if (await TryAdmitAsync(gate) is not { } next)
                {
                    await Task.Yield();
                    continue;
                }

                gate.InFlight.Should().BeLessThanOrEqualTo(6);
                await EndAsync(next, Some.Ack(next.Claimed.Job.Url.Value));
                Interlocked.Increment(ref done);
            }
        }))).WaitAsync(Bounds.Medium);

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 0, urls.Length, 0, 0));
    }

    private static NewJob Job(string host, int page, Lane lane = Lane.Normal, int priority = 0) =>
        Some.Job($"https://{host}.example/{page}") with { Lane = lane, Priority = priority };

    private async Task<List<string>> ClaimedUrlsAsync()
    {
        var urls = new List<string>();
        while (await TryClaimAsync() is { } claimed)
            urls.Add(claimed.Job.Url.Value);
        return urls;
    }

    private async Task<ClaimedJob?> TryClaimAsync(FakeGate gate, params Lane[] lanes) =>
        (await Queue.ClaimNextAsync(Engine.Browser, lanes.Length > 0 ? lanes : AllLanes, gate, "worker", Minute, default))?.Claimed;

    private Task<AdmittedJob?> TryAdmitAsync(FakeGate gate) => Queue.ClaimNextAsync(Engine.Browser, AllLanes, gate, "worker", Minute, default);

    private async Task EndAsync(AdmittedJob admitted, Settlement settlement)
    {
        admitted.Permit.Dispose();
        await SettleAsync(admitted.Claimed, settlement);
    }
}
