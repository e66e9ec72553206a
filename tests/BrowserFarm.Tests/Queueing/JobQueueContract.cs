using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using TestKit;

namespace BrowserFarm.Tests.Queueing;

/// <summary>What every implementation of the queue must do; one class per implementation runs it.</summary>
public abstract class JobQueueContract : IAsyncLifetime
{
    protected const string CrawlId = "crawl";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TargetKey A = Some.Target("https://a.example/");
    private static readonly TargetKey B = Some.Target("https://b.example/");

    protected ManualTimeProvider Clock { get; } = new();

    protected IJobQueue Queue { get; private set; } = null!;

    protected abstract IJobQueue OpenQueue(TimeProvider time);

    public virtual Task InitializeAsync()
    {
        Queue = OpenQueue(Clock);
        return Task.CompletedTask;
    }

    public virtual async Task DisposeAsync() => await Queue.DisposeAsync();

    // ------------------------------------------------------------------ crawls

    [Fact]
    public async Task FindCrawlAsync_AfterCreation_ReturnsTheWholeSpec()
    {
        var crawl = Some.Crawl() with
        {
            Spec = new CrawlSpec
            {
                Seeds = ["https://a.example/", "https://b.example/ü?q=1"],
                Include = ["/docs/*"],
                Exclude = ["*.pdf", "\"quoted\"\n"],
                MaxPages = 7,
                MaxDepth = 0,
                Page = new PageWish([PageFormat.Json, PageFormat.Png], [new FieldSpec("名", "a[href='x']", "href", IsList: true)], "#app"),
                IgnoreRobots = true,
                DemoProducts = 12,
            },
        };
        await Queue.CreateCrawlAsync(crawl, default);

        var found = await Queue.FindCrawlAsync(CrawlId, default);

        found.Should().BeEquivalentTo(crawl);
    }

    [Fact]
    public async Task FindCrawlAsync_NoSuchCrawl_ReturnsNull() =>
        (await Queue.FindCrawlAsync("nothing", default)).Should().BeNull();

    [Fact]
    public async Task CreateCrawlAsync_TakenName_ThrowsAndLeavesTheFirst()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(maxPages: 5), default);

        var again = () => Queue.CreateCrawlAsync(Some.Crawl(maxPages: 9), default);

        await again.Should().ThrowAsync<InvalidOperationException>().WithMessage("*crawl*");
        (await Queue.FindCrawlAsync(CrawlId, default))!.Spec.MaxPages.Should().Be(5);
    }

    [Fact]
    public async Task SubmitAsync_NoSuchCrawl_ThrowsInsteadOfDroppingTheJobs()
    {
        var submit = () => Queue.SubmitAsync("nothing", Some.Jobs("https://a.example/1"), default);

        await submit.Should().ThrowAsync<InvalidOperationException>().WithMessage("*nothing*");
        (await Queue.ReadyTargetsAsync(0, 10, default)).Should().BeEmpty();
    }

    [Fact]
    public async Task SkipAsync_NoSuchCrawl_Throws()
    {
        var skip = () => Queue.SkipAsync("nothing", [new SkippedUrl("https://a.example/", SkipReason.Robots, FoundOn: null)], default);

        await skip.Should().ThrowAsync<InvalidOperationException>().WithMessage("*nothing*");
    }

    [Fact]
    public async Task Reading_NoSuchCrawl_FindsNothing()
    {
        (await Queue.CountAsync("nothing", default)).Should().Be(new CrawlCounts(0, 0, 0, 0, 0));
        (await Queue.CountSkippedAsync("nothing", default)).Should().BeEmpty();
        (await Queue.ReadResultsAsync("nothing", 0, 10, default)).Should().BeEmpty();
        (await Queue.ReadDeadLettersAsync("nothing", 0, 10, default)).Should().BeEmpty();
    }

    // ------------------------------------------------------------------ submitting

    [Fact]
    public async Task SubmitAsync_UrlSeenBefore_CountsItAsDuplicateInEveryState()
    {
        await CreateAsync("https://a.example/queued", "https://a.example/running", "https://a.example/done", "https://a.example/dead");
        (await ClaimAsync(A)).Job.Url.Value.Should().EndWith("queued");
        await Queue.RescueAsync(everyClaim: true, default);             // back in the line, later than the others
        await ClaimAsync(A);
        await SettleAsync(await ClaimAsync(A), Some.Ack());
        await SettleAsync(await ClaimAsync(A), new Settlement.DeadLetter(Some.Failure()));

        var receipt = await Queue.SubmitAsync(
            CrawlId,
            Some.Jobs("https://a.example/queued", "https://a.example/running", "https://a.example/done", "https://a.example/dead", "https://a.example/new", "https://a.example/new"),
            default);

        receipt.Should().Be(new SubmitReceipt(Accepted: 1, Duplicates: 5, OverBudget: 0));
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(Queued: 2, Running: 1, Succeeded: 1, Failed: 1, Cancelled: 0));
    }

    [Fact]
    public async Task SubmitAsync_SameUrlInTwoCrawls_IsANewJobInEach()
    {
        await CreateAsync("https://a.example/1");
        await Queue.CreateCrawlAsync(Some.Crawl("other"), default);

        var receipt = await Queue.SubmitAsync("other", Some.Jobs("https://a.example/1"), default);

        receipt.Accepted.Should().Be(1);
    }

    [Fact]
    public async Task SubmitAsync_OverTheBudget_RecordsTheRestAsSkippedOnce()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(maxPages: 2), default);

        var first = await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/2", "https://a.example/3"), default);
        var second = await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/3", "https://a.example/1"), default);

        first.Should().Be(new SubmitReceipt(2, 0, 1));
        second.Should().Be(new SubmitReceipt(0, 1, 1));
        (await Queue.CountSkippedAsync(CrawlId, default)).Should().Equal(new Dictionary<SkipReason, long> { [SkipReason.MaxPages] = 1 });
        (await Queue.CountAsync(CrawlId, default)).Total.Should().Be(2);
    }

    [Fact]
    public async Task SubmitAsync_JobsThatEnded_StillCountAgainstTheBudget()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(maxPages: 2), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1", "https://a.example/2"), default);
        await SettleAsync(await ClaimAsync(A), Some.Ack());
        await SettleAsync(await ClaimAsync(A), new Settlement.DeadLetter(Some.Failure()));

        var receipt = await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/3"), default);

        receipt.Should().Be(new SubmitReceipt(0, 0, 1));
    }

    [Fact]
    public async Task SubmitAsync_NothingAtAll_IsAccepted()
    {
        await CreateAsync();

        (await Queue.SubmitAsync(CrawlId, [], default)).Should().Be(new SubmitReceipt(0, 0, 0));
    }

    [Fact]
    public async Task SkipAsync_SameUrlTwice_KeepsTheFirstReason()
    {
        await CreateAsync();
        await Queue.SkipAsync(CrawlId, [new SkippedUrl("https://x.example/", SkipReason.OtherHost, FoundOn: null)], default);

        await Queue.SkipAsync(CrawlId, [new SkippedUrl("https://x.example/", SkipReason.Robots, FoundOn: null), new SkippedUrl("http://[", SkipReason.BadUrl, "https://a.example/")], default);

        (await Queue.CountSkippedAsync(CrawlId, default)).Should()
            .BeEquivalentTo(new Dictionary<SkipReason, long> { [SkipReason.OtherHost] = 1, [SkipReason.BadUrl] = 1 });
    }

    // ------------------------------------------------------------------ the line

    [Fact]
    public async Task ReadyTargetsAsync_SeveralTargets_BeginsWithTheOneServedLongestAgo()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://b.example/1", "https://b.example/2", "https://c.example/1");
        await ClaimAsync(B);
        Clock.Advance(Minute);
        await ClaimAsync(A);

        var targets = await Queue.ReadyTargetsAsync(0, 10, default);

        targets.Select(target => target.Value).Should().Equal("https://c.example", "https://b.example", "https://a.example");
    }

    [Fact]
    public async Task ReadyTargetsAsync_PageByPage_ReturnsEachOnce()
    {
        await CreateAsync([.. Enumerable.Range(0, 25).Select(number => $"https://t{number:00}.example/")]);

        var pages = new List<TargetKey>();
        for (var skip = 0; skip < 40; skip += 10)
            pages.AddRange(await Queue.ReadyTargetsAsync(skip, 10, default));

        pages.Select(target => target.Value).Should().Equal(Enumerable.Range(0, 25).Select(number => $"https://t{number:00}.example"));
    }

    [Fact]
    public async Task ReadyTargetsAsync_NothingDue_LeavesTheTargetOut()
    {
        await CreateAsync("https://a.example/1", "https://b.example/1", "https://c.example/1");
        await ClaimAsync(A);                                                                                    // running
        await SettleAsync(await ClaimAsync(B), new Settlement.Retry(Some.Failure(), Clock.GetUtcNow() + Minute));   // later

        (await Queue.ReadyTargetsAsync(0, 10, default)).Select(target => target.Value).Should().Equal("https://c.example");

        Clock.Advance(Minute);
        (await Queue.ReadyTargetsAsync(0, 10, default)).Select(target => target.Value).Should().Equal("https://c.example", "https://b.example");
    }

    [Fact]
    public async Task ClaimAsync_SeveralDue_TakesThemInOrderOfDueTimeThenArrival()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/3"), default);
        await SettleAsync(await ClaimAsync(A), new Settlement.Retry(Some.Failure(), Clock.GetUtcNow() - TimeSpan.FromMilliseconds(500)));

        var order = new List<string>();
        while (await Queue.ClaimAsync(A, "worker", Minute, default) is { } claimed)
            order.Add(claimed.Job.Url.Value);

        order.Should().Equal("https://a.example/2", "https://a.example/1", "https://a.example/3");
    }

    [Fact]
    public async Task ClaimAsync_OtherTarget_ReturnsNothing()
    {
        await CreateAsync("https://a.example/1");

        (await Queue.ClaimAsync(B, "worker", Minute, default)).Should().BeNull();
        (await Queue.ClaimAsync(Some.Target("http://a.example/"), "worker", Minute, default)).Should().BeNull("http is another target than https");
    }

    [Fact]
    public async Task ClaimAsync_DueInAFractionOfAMillisecond_NeverComesEarly()
    {
        await CreateAsync("https://a.example/1");
        var due = Clock.GetUtcNow() + TimeSpan.FromMicroseconds(1500);
        await SettleAsync(await ClaimAsync(A), new Settlement.Hold(Some.Failure(FailureKind.Throttled), due));

        Clock.Advance(TimeSpan.FromMicroseconds(1200));
        (await Queue.ClaimAsync(A, "worker", Minute, default)).Should().BeNull();

        Clock.Advance(TimeSpan.FromMicroseconds(1000));
        (await Queue.ClaimAsync(A, "worker", Minute, default)).Should().NotBeNull();
    }

    [Fact]
    public async Task ClaimAsync_FromManyThreads_GivesEachJobToOne()
    {
        await CreateAsync([.. Enumerable.Range(0, 100).Select(number => $"https://a.example/{number}")]);

        var claims = await Task.WhenAll(Enumerable.Range(0, 150).Select(number => Task.Run(() => Queue.ClaimAsync(A, $"worker {number}", Minute, default))));

        var got = claims.OfType<ClaimedJob>().ToList();
        got.Should().HaveCount(100);
        got.Select(claimed => claimed.Job.Id).Should().OnlyHaveUniqueItems();
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 100, 0, 0, 0));
    }

    [Fact]
    public async Task SubmitAsync_FromManyThreads_AcceptsEachUrlOnce()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(maxPages: 60), default);

        var receipts = await Task.WhenAll(Enumerable.Range(0, 100).Select(thread => Task.Run(() => Queue.SubmitAsync(
            CrawlId, Some.Jobs($"https://a.example/{thread % 50}", $"https://b.example/{thread % 50}"), default))));

        receipts.Sum(receipt => receipt.Accepted).Should().Be(60);
        receipts.Sum(receipt => receipt.Accepted + receipt.Duplicates + receipt.OverBudget).Should().Be(200);
        (await Queue.CountAsync(CrawlId, default)).Queued.Should().Be(60);
        (await Queue.CountSkippedAsync(CrawlId, default))[SkipReason.MaxPages].Should().Be(40);
    }

    [Fact]
    public async Task NextDueAsync_JobsForLater_IsTheEarliestOfThem()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://a.example/3");
        (await Queue.NextDueAsync(default)).Should().BeNull("all are due now");

        var now = Clock.GetUtcNow();
        await SettleAsync(await ClaimAsync(A), new Settlement.Retry(Some.Failure(), now + (2 * Minute)));
        await SettleAsync(await ClaimAsync(A), new Settlement.Refund(Some.Failure(), now + Minute));
        (await Queue.NextDueAsync(default)).Should().Be(now + Minute);

        Clock.Advance(Minute);
        (await Queue.NextDueAsync(default)).Should().Be(now + (2 * Minute), "the first is due now, no longer next");

        Clock.Advance(Minute);
        (await Queue.NextDueAsync(default)).Should().BeNull();
    }

    // ------------------------------------------------------------------ settling

    public static TheoryData<string, int, int, int> CountersAfterSettlement => new()
    {
        // settlement    attempts, holds, refunds as the next claim sees them
        { "retry", 2, 0, 0 },
        { "hold", 1, 1, 0 },
        { "refund", 1, 0, 1 },
        { "return", 1, 0, 0 },
        { "lost", 1, 0, 1 },
    };

    [Theory]
    [MemberData(nameof(CountersAfterSettlement))]
    public async Task SettleAsync_JobGoesOn_CountsWhatTheSettlementSays(string how, int attempts, int holds, int refunds)
    {
        await CreateAsync("https://a.example/1");
        var first = await ClaimAsync(A);
        var later = Clock.GetUtcNow() + TimeSpan.FromSeconds(1);

        if (how == "lost")
        {
            (await Queue.RescueAsync(everyClaim: true, default)).Should().Be(1);
        }
        else
        {
            await SettleAsync(first, how switch
            {
                "retry" => new Settlement.Retry(Some.Failure(), later),
                "hold" => new Settlement.Hold(Some.Failure(FailureKind.Throttled), later),
                "refund" => new Settlement.Refund(Some.Failure(FailureKind.ContextLost), later),
                _ => new Settlement.Return(),
            });
        }

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(1, 0, 0, 0, 0));
        (await Queue.ReadyTargetsAsync(0, 1, default)).Count.Should().Be(how == "return" ? 1 : 0);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await ClaimAsync(A);
        second.Job.Should().Be(first.Job with { Attempts = attempts, Holds = holds, Refunds = refunds });
        second.Claim.Epoch.Should().Be(first.Claim.Epoch + 1);
    }

    [Fact]
    public async Task SettleAsync_Ack_StoresResultAndLinksTogether()
    {
        await CreateAsync("https://a.example/1");
        var claimed = await ClaimAsync(A);
        var page = Some.Page("https://a.example/1") with
        {
            Fields = new Dictionary<string, FieldValue>(StringComparer.Ordinal)
            {
                ["one"] = new("1"),
                ["none"] = new(One: null),
                ["all"] = new(One: null, ["1", "2"]),
                ["empty"] = new(One: null, []),
            },
            Links = [new PageLink("https://a.example/2", "two"), new PageLink("mailto:x@y", "", NoFollow: true)],
            Depth = 3,
            Attempt = 2,
            Settled = true,
            Truncated = true,
            Text = "text",
            Markdown = "# m",
            Html = "<p>",
            Artifacts = new Dictionary<string, string>(StringComparer.Ordinal) { ["png"] = "artifacts/1/1/page.png" },
        };

        var settled = await Queue.SettleAsync(
            claimed.Claim,
            new Settlement.Ack(
                page,
                [Some.Job("https://a.example/2", 1, "https://a.example/1"), Some.Job("https://b.example/1", 1, "https://a.example/1"), Some.Job("https://a.example/1", 1)],
                [new SkippedUrl("https://x.example/", SkipReason.OtherHost, "https://a.example/1")]),
            default);

        settled.Should().BeTrue();
        var stored = await Queue.ReadResultsAsync(CrawlId, 0, 10, default);
        stored.Should().ContainSingle().Which.Document.Should().BeEquivalentTo(page);
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(Queued: 2, Running: 0, Succeeded: 1, Failed: 0, Cancelled: 0));
        (await Queue.CountSkippedAsync(CrawlId, default)).Should().Equal(new Dictionary<SkipReason, long> { [SkipReason.OtherHost] = 1 });
        (await ClaimAsync(B)).Job.Depth.Should().Be(1);
    }

    [Fact]
    public async Task SettleAsync_AckWithMoreLinksThanTheBudget_TakesWhatFits()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(maxPages: 2), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), default);
        var claimed = await ClaimAsync(A);

        await SettleAsync(claimed, new Settlement.Ack(Some.Page(), Some.Jobs("https://a.example/2", "https://a.example/3"), []));

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(1, 0, 1, 0, 0));
        (await Queue.CountSkippedAsync(CrawlId, default))[SkipReason.MaxPages].Should().Be(1);
    }

    [Fact]
    public async Task SettleAsync_Twice_IsRefusedTheSecondTime()
    {
        await CreateAsync("https://a.example/1");
        var claimed = await ClaimAsync(A);
        await SettleAsync(claimed, Some.Ack());

        foreach (var settlement in EverySettlement())
            (await Queue.SettleAsync(claimed.Claim, settlement, default)).Should().BeFalse();

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 0, 1, 0, 0));
        (await Queue.ReadResultsAsync(CrawlId, 0, 10, default)).Should().ContainSingle();
    }

    [Theory]
    [InlineData(99, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    public async Task SettleAsync_ClaimNobodyEverHad_IsRefused(long job, long epoch)
    {
        await CreateAsync("https://a.example/1");
        await ClaimAsync(A);

        (await Queue.SettleAsync(new Claim(job, epoch), Some.Ack(), default)).Should().BeFalse();
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 1, 0, 0, 0));
    }

    [Fact]
    public async Task SettleAsync_ClaimExpiredAndTakenByAnother_IsRefusedAndChangesNothing()
    {
        await CreateAsync("https://a.example/1");
        var zombie = await ClaimAsync(A);
        Clock.Advance(2 * Minute);
        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(1);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var heir = await ClaimAsync(A);

        foreach (var settlement in EverySettlement())
            (await Queue.SettleAsync(zombie.Claim, settlement, default)).Should().BeFalse();

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 1, 0, 0, 0), "the heir still runs it");
        (await Queue.ReadResultsAsync(CrawlId, 0, 10, default)).Should().BeEmpty();
        (await Queue.CountSkippedAsync(CrawlId, default)).Should().BeEmpty();
        (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Should().BeEmpty();

        await SettleAsync(heir, Some.Ack());
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 0, 1, 0, 0));
    }

    [Fact]
    public async Task SettleAsync_ClaimExpiredButNotRescued_StillHolds()
    {
        await CreateAsync("https://a.example/1");
        var late = await ClaimAsync(A);
        Clock.Advance(TimeSpan.FromDays(1));

        await SettleAsync(late, Some.Ack());

        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(0);
    }

    [Fact]
    public async Task SettleAsync_BackInTheLineButNotClaimedAgain_IsRefused()
    {
        await CreateAsync("https://a.example/1");
        var zombie = await ClaimAsync(A);
        await Queue.RescueAsync(everyClaim: true, default);

        (await Queue.SettleAsync(zombie.Claim, Some.Ack(), default)).Should().BeFalse();
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(1, 0, 0, 0, 0));
    }

    // ------------------------------------------------------------------ rescue and dead letters

    [Fact]
    public async Task RescueAsync_OnlyExpired_LeavesTheOthers()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        await Queue.ClaimAsync(A, "short", TimeSpan.FromSeconds(10), default);
        await Queue.ClaimAsync(A, "long", TimeSpan.FromSeconds(20), default);
        Clock.Advance(TimeSpan.FromSeconds(10));
        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(0, "a claim holds through its last moment");

        Clock.Advance(TimeSpan.FromMilliseconds(1));

        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(1);
        (await Queue.RescueAsync(everyClaim: true, default)).Should().Be(1);
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(2, 0, 0, 0, 0));
    }

    [Fact]
    public async Task RescueAsync_LostAgainAndAgain_WaitsLongerAndEndsAsADeadLetterWithItsHistory()
    {
        await CreateAsync("https://a.example/1");
        var waits = new List<TimeSpan>();
        for (var loss = 1; loss <= 5; loss++)
        {
            await ClaimAsync(A, $"worker {loss}");
            Clock.Advance(Minute + TimeSpan.FromMilliseconds(1));
            (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(1);
            if (await Queue.NextDueAsync(default) is { } due)
            {
                waits.Add(due - Clock.GetUtcNow());
                Clock.Advance(due - Clock.GetUtcNow());
            }
        }

        waits.Select(wait => wait.TotalSeconds).Should().Equal(1, 2, 4, 8);
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 0, 0, 1, 0));
        var letter = (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Should().ContainSingle().Subject;
        letter.Failure.Class.Should().Be("claim-lost");
        letter.Attempts.Select(attempt => (attempt.Epoch, attempt.Worker, attempt.Ended))
            .Should().Equal(Enumerable.Range(1, 5).Select(loss => ((long)loss, $"worker {loss}", "lost")));
        (await Queue.NextDueAsync(default)).Should().BeNull();
        (await Queue.ReadyTargetsAsync(0, 10, default)).Should().BeEmpty();
    }

    [Fact]
    public async Task ReadDeadLettersAsync_AfterSeveralTries_TellsEachOfThem()
    {
        await CreateAsync("https://a.example/1");
        var start = Clock.GetUtcNow();
        await SettleAsync(await ClaimAsync(A, "first"), new Settlement.Hold(new AttemptFailure(FailureKind.Throttled, "http-429", "Slow down."), start));
        Clock.Advance(Minute);
        await SettleAsync(await ClaimAsync(A, "second"), new Settlement.Return());
        var third = await ClaimAsync(A, "third");
        Clock.Advance(TimeSpan.FromMilliseconds(1234));

        await SettleAsync(third, new Settlement.DeadLetter(new AttemptFailure(FailureKind.Permanent, "http-404", "Gone.")));

        var letter = (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Should().ContainSingle().Subject;
        letter.Job.Should().Be(third.Job with { Attempts = 1, Holds = 1 });
        letter.Failure.Should().Be(new AttemptFailure(FailureKind.Permanent, "http-404", "Gone."));
        letter.Attempts.Should().Equal(
            new AttemptRecord(1, start, start, "first", "hold", "http-429", "Slow down."),
            new AttemptRecord(2, start + Minute, start + Minute, "second", "return", Class: null, Reason: null),
            new AttemptRecord(3, start + Minute, start + Minute + TimeSpan.FromMilliseconds(1234), "third", "dead-letter", "http-404", "Gone."));
    }

    [Fact]
    public async Task ReadDeadLettersAsync_PageByPage_ReturnsEachOnceInOrder()
    {
        await CreateAsync([.. Enumerable.Range(0, 7).Select(number => $"https://a.example/{number}")]);
        for (var i = 0; i < 7; i++)
            await SettleAsync(await ClaimAsync(A), new Settlement.DeadLetter(Some.Failure()));

        var urls = new List<string>();
        long last = 0;
        while (await Queue.ReadDeadLettersAsync(CrawlId, last, 3, default) is { Count: > 0 } letters)
        {
            letters.Count.Should().BeLessThanOrEqualTo(3);
            urls.AddRange(letters.Select(letter => letter.Job.Url.Value));
            last = letters[^1].Job.Id;
        }

        urls.Should().Equal(Enumerable.Range(0, 7).Select(number => $"https://a.example/{number}"));
    }

    // ------------------------------------------------------------------ results

    [Fact]
    public async Task ReadResultsAsync_PageByPage_ReturnsEachOnceInOrderOfStoring()
    {
        await Queue.CreateCrawlAsync(Some.Crawl("other"), default);
        await CreateAsync([.. Enumerable.Range(0, 7).Select(number => $"https://a.example/{number}")]);
        await Queue.SubmitAsync("other", Some.Jobs("https://b.example/1"), default);
        var claims = new List<ClaimedJob>();
        for (var i = 0; i < 7; i++)
            claims.Add(await ClaimAsync(A));
        claims.Reverse();
        foreach (var claimed in claims)
        {
            await SettleAsync(claimed, Some.Ack(claimed.Job.Url.Value));
            if (await Queue.ClaimAsync(B, "worker", Minute, default) is { } others)
                await SettleAsync(others, Some.Ack(others.Job.Url.Value));
        }

        var urls = new List<string>();
        long last = 0;
        while (await Queue.ReadResultsAsync(CrawlId, last, 3, default) is { Count: > 0 } results)
        {
            results.Select(result => result.Sequence).Should().BeInAscendingOrder().And.OnlyContain(sequence => sequence > last);
            urls.AddRange(results.Select(result => result.Document.Url));
            last = results[^1].Sequence;
        }

        urls.Should().Equal(claims.Select(claimed => claimed.Job.Url.Value));
        (await Queue.ReadResultsAsync("other", 0, 10, default)).Should().ContainSingle();
    }

    public static TheoryData<string> HostileTexts => new()
    {
        "",
        "a\0b",
        "Ünï\u0301cødé \U0001F600 \u202Eright to left",
        "\uFEFFbom \u0001\u001b[31m\u007f \u2028",
        "'; DROP TABLE jobs; --",
        "{\"seq\":1}\r\n",
        new string('x', 3_000_000),
    };

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task SettleAsync_AckWithHostileText_ReturnsItUnchanged(string text)
    {
        await CreateAsync("https://a.example/1");
        var page = Some.Page(title: text) with { Text = text, Links = [new PageLink(text, text)] };

        await SettleAsync(await ClaimAsync(A), new Settlement.Ack(page, [], [new SkippedUrl(text, SkipReason.BadUrl, text)]));

        (await Queue.ReadResultsAsync(CrawlId, 0, 1, default)).Should().ContainSingle().Which.Document.Should().BeEquivalentTo(page);
        (await Queue.CountSkippedAsync(CrawlId, default))[SkipReason.BadUrl].Should().Be(1);
    }

    [Fact]
    public async Task SettleAsync_AckWithHalfASurrogatePair_IsStored()
    {
        await CreateAsync("https://a.example/1");
        var broken = "a\ud83d" + "b";   // scripts can make such strings; UTF-8 cannot hold them

        await SettleAsync(
            await ClaimAsync(A), new Settlement.Ack(Some.Page(title: broken), [], [new SkippedUrl(broken, SkipReason.BadUrl, broken)]));

        var title = (await Queue.ReadResultsAsync(CrawlId, 0, 1, default)).Should().ContainSingle().Subject.Document.Title;
        title.Should().BeOneOf(broken, "a\uFFFDb");
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\U0001F600 \u202E")]
    [InlineData("")]
    public async Task SettleAsync_FailureWithHostileText_ReturnsItUnchanged(string text)
    {
        await CreateAsync("https://a.example/1");
        var claimed = await ClaimAsync(A, text);

        await SettleAsync(claimed, new Settlement.DeadLetter(new AttemptFailure(FailureKind.Permanent, text, text)));

        var letter = (await Queue.ReadDeadLettersAsync(CrawlId, 0, 1, default)).Should().ContainSingle().Subject;
        letter.Failure.Should().Be(new AttemptFailure(FailureKind.Permanent, text, text));
        letter.Attempts.Should().ContainSingle().Which.Worker.Should().Be(text);
    }

    [Fact]
    public async Task SubmitAsync_LongestUrls_ComeBackUnchanged()
    {
        var prefix = "https://a.example/";
        var longest = prefix + new string('x', CanonicalUrl.MaxLength - prefix.Length);
        var encoded = prefix + string.Concat(Enumerable.Repeat("%C3%A9", 1000)) + "?q=" + new string('ü', 300);
        await CreateAsync(longest, encoded);

        var first = await ClaimAsync(A);
        var second = await ClaimAsync(A);

        first.Job.Url.Value.Should().Be(longest);
        second.Job.Url.Should().Be(CanonicalUrl.Parse(encoded));
    }

    protected async Task CreateAsync(params string[] urls)
    {
        await Queue.CreateCrawlAsync(Some.Crawl(CrawlId), default);
        (await Queue.SubmitAsync(CrawlId, Some.Jobs(urls), default)).Accepted.Should().Be(urls.Length);
    }

    protected async Task<ClaimedJob> ClaimAsync(TargetKey target, string worker = "worker")
    {
        var claimed = await Queue.ClaimAsync(target, worker, Minute, default);
        claimed.Should().NotBeNull("a job of {0} is due", target);
        return claimed!;
    }

    protected async Task SettleAsync(ClaimedJob claimed, Settlement settlement) =>
        (await Queue.SettleAsync(claimed.Claim, settlement, default)).Should().BeTrue("the claim is the latest");

    private IEnumerable<Settlement> EverySettlement()
    {
        var later = Clock.GetUtcNow() + Minute;
        yield return new Settlement.Ack(
            Some.Page(), Some.Jobs("https://a.example/from-the-dead"), [new SkippedUrl("https://x.example/", SkipReason.Robots, FoundOn: null)]);
        yield return new Settlement.Retry(Some.Failure(), later);
        yield return new Settlement.Hold(Some.Failure(), later);
        yield return new Settlement.Refund(Some.Failure(), later);
        yield return new Settlement.Return();
        yield return new Settlement.DeadLetter(Some.Failure());
    }
}
