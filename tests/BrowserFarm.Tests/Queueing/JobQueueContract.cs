using System.Text.Json.Nodes;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using TestKit;

namespace BrowserFarm.Tests.Queueing;

/// <summary>What every implementation of the queue must do; one class per implementation runs it.</summary>
public abstract partial class JobQueueContract : IAsyncLifetime
{
    protected const string CrawlId = "crawl";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly Lane[] AllLanes = Enum.GetValues<Lane>();

    protected ManualTimeProvider Clock { get; } = new();

    protected IJobQueue Queue { get; private set; } = null!;

    protected abstract IJobQueue OpenQueue(TimeProvider time, QueueBounds? bounds = null);

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
                Lane = Lane.Background,
                Priority = -7,
                Order = CrawlOrder.BestFirst,
                Sitemaps = true,
                TrapLimit = 0,
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
        (await TryClaimAsync()).Should().BeNull();
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
        (await ClaimAsync()).Job.Url.Value.Should().EndWith("queued");
        await Queue.RescueAsync(everyClaim: true, default);             // back in the line, later than the others
        await ClaimAsync();
        await SettleAsync(await ClaimAsync(), Some.Ack());
        await SettleAsync(await ClaimAsync(), new Settlement.DeadLetter(Some.Failure()));

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
        await SettleAsync(await ClaimAsync(), Some.Ack());
        await SettleAsync(await ClaimAsync(), new Settlement.DeadLetter(Some.Failure()));

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

    [Fact]
    public async Task SkipAsync_UrlTheCrawlTook_IsNotRecorded()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        var page = new SkippedUrl("https://a.example/2", SkipReason.Trap, "https://a.example/1");

        await Queue.SkipAsync(CrawlId, [page], default);
        await SettleAsync(await ClaimAsync(), new Settlement.Ack(Some.Page(), [], [page]));

        (await Queue.CountSkippedAsync(CrawlId, default)).Should().BeEmpty();
    }

    // ------------------------------------------------------------------ the line

    [Fact]
    public async Task ClaimNextAsync_DueInAFractionOfAMillisecond_NeverComesEarly()
    {
        await CreateAsync("https://a.example/1");
        var due = Clock.GetUtcNow() + TimeSpan.FromMicroseconds(1500);
        await SettleAsync(await ClaimAsync(), new Settlement.Hold(Some.Failure(FailureKind.Throttled), due));

        Clock.Advance(TimeSpan.FromMicroseconds(1200));
        (await TryClaimAsync()).Should().BeNull();

        Clock.Advance(TimeSpan.FromMicroseconds(1000));
        (await TryClaimAsync()).Should().NotBeNull();
    }

    [Fact]
    public async Task ClaimNextAsync_FromManyThreads_GivesEachJobToOne()
    {
        await CreateAsync([.. Enumerable.Range(0, 100).Select(number => $"https://a.example/{number}")]);

        var claims = await Task.WhenAll(Enumerable.Range(0, 150).Select(number => Task.Run(() => TryClaimAsync($"worker {number}"))));

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
        var first = await ClaimAsync();
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
        (await Queue.NextReadyAsync(Engine.Browser, default) <= Clock.GetUtcNow()).Should().Be(how == "return");
        Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await ClaimAsync();
        second.Job.Should().Be(first.Job with { Attempts = attempts, Holds = holds, Refunds = refunds });
        second.Claim.Epoch.Should().Be(first.Claim.Epoch + 1);
    }

    [Fact]
    public async Task SettleAsync_Ack_StoresResultAndLinksTogether()
    {
        await CreateAsync("https://a.example/1");
        var claimed = await ClaimAsync();
        var page = Some.Page("https://a.example/1") with
        {
            Fields = new JsonObject
            {
                ["one"] = "1é",
                ["number"] = 1234.50m,
                ["none"] = null,
                ["all"] = new JsonArray("1", new JsonObject { ["amount"] = 2m }),
                ["empty"] = new JsonArray(),
            },
            FieldProblems = [new FieldProblem("none", "css .none", "\"x\"", "there is no number in it")],
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
        stored.Should().ContainSingle().Which.Document.Should().BeEquivalentTo(page, options => options
            .Using<JsonObject>(fields => fields.Subject.ToJsonString().Should().Be(fields.Expectation.ToJsonString())).WhenTypeIs<JsonObject>());
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(Queued: 2, Running: 0, Succeeded: 1, Failed: 0, Cancelled: 0));
        (await Queue.CountSkippedAsync(CrawlId, default)).Should().Equal(new Dictionary<SkipReason, long> { [SkipReason.OtherHost] = 1 });
        (await ClaimAsync()).Job.Depth.Should().Be(1);
    }

    [Fact]
    public async Task SettleAsync_AckWithMoreLinksThanTheBudget_TakesWhatFits()
    {
        await Queue.CreateCrawlAsync(Some.Crawl(maxPages: 2), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), default);
        var claimed = await ClaimAsync();

        await SettleAsync(claimed, new Settlement.Ack(Some.Page(), Some.Jobs("https://a.example/2", "https://a.example/3"), []));

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(1, 0, 1, 0, 0));
        (await Queue.CountSkippedAsync(CrawlId, default))[SkipReason.MaxPages].Should().Be(1);
    }

    [Fact]
    public async Task SettleAsync_Twice_IsRefusedTheSecondTime()
    {
        await CreateAsync("https://a.example/1");
        var claimed = await ClaimAsync();
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
        await ClaimAsync();

        (await Queue.SettleAsync(new Claim(job, epoch), Some.Ack(), default)).Should().BeFalse();
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(0, 1, 0, 0, 0));
    }

    [Fact]
    public async Task SettleAsync_ClaimExpiredAndTakenByAnother_IsRefusedAndChangesNothing()
    {
        await CreateAsync("https://a.example/1");
        var zombie = await ClaimAsync();
        Clock.Advance(2 * Minute);
        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(1);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var heir = await ClaimAsync();

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
        var late = await ClaimAsync();
        Clock.Advance(TimeSpan.FromDays(1));

        await SettleAsync(late, Some.Ack());

        (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(0);
    }

    [Fact]
    public async Task SettleAsync_BackInTheLineButNotClaimedAgain_IsRefused()
    {
        await CreateAsync("https://a.example/1");
        var zombie = await ClaimAsync();
        await Queue.RescueAsync(everyClaim: true, default);

        (await Queue.SettleAsync(zombie.Claim, Some.Ack(), default)).Should().BeFalse();
        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(1, 0, 0, 0, 0));
    }

    // ------------------------------------------------------------------ rescue and dead letters

    [Fact]
    public async Task RescueAsync_OnlyExpired_LeavesTheOthers()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        await TryClaimAsync("short", TimeSpan.FromSeconds(10));
        await TryClaimAsync("long", TimeSpan.FromSeconds(20));
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
            await ClaimAsync($"worker {loss}");
            Clock.Advance(Minute + TimeSpan.FromMilliseconds(1));
            (await Queue.RescueAsync(everyClaim: false, default)).Should().Be(1);
            if (await Queue.NextReadyAsync(Engine.Browser, default) is { } due)
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
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().BeNull();
        (await TryClaimAsync()).Should().BeNull();
    }

    [Fact]
    public async Task ReadDeadLettersAsync_AfterSeveralTries_TellsEachOfThem()
    {
        await CreateAsync("https://a.example/1");
        var start = Clock.GetUtcNow();
        await SettleAsync(await ClaimAsync("first"), new Settlement.Hold(new AttemptFailure(FailureKind.Throttled, "http-429", "Slow down."), start));
        Clock.Advance(Minute);
        await SettleAsync(await ClaimAsync("second"), new Settlement.Return());
        var third = await ClaimAsync("third");
        Clock.Advance(TimeSpan.FromMilliseconds(1234));

        await SettleAsync(third, new Settlement.DeadLetter(new AttemptFailure(FailureKind.Permanent, "http-404", "Gone.")));

        var letter = (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Should().ContainSingle().Subject;
        letter.Job.Should().Be(third.Job with { Attempts = 1, Holds = 1 });
        letter.Failure.Should().Be(new AttemptFailure(FailureKind.Permanent, "http-404", "Gone."));
        letter.Attempts.Should().Equal(
            new AttemptRecord(1, start, start, "first", "hold", "http-429", "Slow down.") { QueuedAt = start },
            new AttemptRecord(2, start + Minute, start + Minute, "second", "return", Class: null, Reason: null) { QueuedAt = start, Waited = new Waits(Turn: 60_000) },
            new AttemptRecord(3, start + Minute, start + Minute + TimeSpan.FromMilliseconds(1234), "third", "dead-letter", "http-404", "Gone.") { QueuedAt = start + Minute });
    }

    [Fact]
    public async Task ReadDeadLettersAsync_PageByPage_ReturnsEachOnceInOrder()
    {
        await CreateAsync([.. Enumerable.Range(0, 7).Select(number => $"https://a.example/{number}")]);
        for (var i = 0; i < 7; i++)
            await SettleAsync(await ClaimAsync(), new Settlement.DeadLetter(Some.Failure()));

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
        var claims = new List<ClaimedJob>();
        for (var i = 0; i < 7; i++)
            claims.Add(await ClaimAsync());
        await Queue.SubmitAsync("other", Some.Jobs("https://b.example/1"), default);
        claims.Reverse();
        foreach (var claimed in claims)
        {
            await SettleAsync(claimed, Some.Ack(claimed.Job.Url.Value));
            if (await TryClaimAsync() is { } others)
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

        await SettleAsync(await ClaimAsync(), new Settlement.Ack(page, [], [new SkippedUrl(text, SkipReason.BadUrl, text)]));

        (await Queue.ReadResultsAsync(CrawlId, 0, 1, default)).Should().ContainSingle().Which.Document.Should().BeEquivalentTo(page);
        (await Queue.CountSkippedAsync(CrawlId, default))[SkipReason.BadUrl].Should().Be(1);
    }

    [Fact]
    public async Task SettleAsync_AckWithHalfASurrogatePair_IsStored()
    {
        await CreateAsync("https://a.example/1");
        var broken = "a\ud83d" + "b";   // scripts can make such strings; UTF-8 cannot hold them

        await SettleAsync(
            await ClaimAsync(), new Settlement.Ack(Some.Page(title: broken), [], [new SkippedUrl(broken, SkipReason.BadUrl, broken)]));

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
        var claimed = await ClaimAsync(text);

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

        var first = await ClaimAsync();
        var second = await ClaimAsync();

        first.Job.Url.Value.Should().Be(longest);
        second.Job.Url.Should().Be(CanonicalUrl.Parse(encoded));
    }

    [Fact]
    public async Task RequeueAsync_FailedJob_IsClaimedAgainBeforeOthersWithAllItsAttempts()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://a.example/3");
        var failed = await ClaimAsync();
        await SettleAsync(failed, new Settlement.DeadLetter(Some.Failure()));

        (await Queue.RequeueAsync(CrawlId, [failed.Job.Id, failed.Job.Id], default)).Should().Be(1);

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(Queued: 3, Running: 0, Succeeded: 0, Failed: 0, Cancelled: 0));
        (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Should().BeEmpty();
        var again = await ClaimAsync();
        again.Job.Should().BeEquivalentTo(new { failed.Job.Id, failed.Job.Url, Attempts = 1, Holds = 0, Refunds = 0 });
        again.Claim.Epoch.Should().BeGreaterThan(failed.Claim.Epoch);
        (await Queue.SettleAsync(failed.Claim, new Settlement.DeadLetter(Some.Failure()), default)).Should().BeFalse("its old claim is of its old life");
        await SettleAsync(again, new Settlement.DeadLetter(Some.Failure()));
        (await Queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Single().Attempts.Should().HaveCount(2, "what was tried is kept");
    }

    [Fact]
    public async Task RequeueAsync_JobsThatDidNotFail_ArePassedOver()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://a.example/3");
        var read = await ClaimAsync();
        await SettleAsync(read, new Settlement.Ack(Some.Page(), [], []));
        var running = await ClaimAsync();

        (await Queue.RequeueAsync(CrawlId, [read.Job.Id, running.Job.Id, 999_999], default)).Should().Be(0);

        (await Queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(Queued: 1, Running: 1, Succeeded: 1, Failed: 0, Cancelled: 0));
        await Queue.Awaiting(queue => queue.RequeueAsync("another", [], default)).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task ReadDeadLettersAsync_OfAllCrawls_AreByNumberAndFilteredByCrawlAndReason()
    {
        var failed = await FailInTwoCrawlsAsync();

        (await FoundAsync(new DeadLetterFilter(), after: 0, atMost: 10)).Should().Equal(failed.Order());
        (await FoundAsync(new DeadLetterFilter(), after: failed.Min(), atMost: 2)).Should().Equal(failed.Order().Skip(1).Take(2), "it goes on where a page ended");
        (await FoundAsync(new DeadLetterFilter(Class: "http-503"), after: 0, atMost: 10)).Should().BeEquivalentTo([failed[1], failed[3]]);
        (await FoundAsync(new DeadLetterFilter(CrawlId), after: 0, atMost: 10)).Should().BeEquivalentTo([failed[0], failed[1]]);
        (await FoundAsync(new DeadLetterFilter("other", "http-503"), after: 0, atMost: 10)).Should().Equal(failed[3]);
        (await FoundAsync(new DeadLetterFilter("nobody's"), after: 0, atMost: 10)).Should().BeEmpty();
        (await FoundAsync(new DeadLetterFilter(Class: "http-5"), after: 0, atMost: 10)).Should().BeEmpty("a reason is met as a whole");
        (await Queue.ReadDeadLettersAsync(new DeadLetterFilter("other"), 0, 10, default)).Should().OnlyContain(letter => letter.Job.CrawlId == "other" && letter.Attempts.Count == 1);
    }

    [Fact]
    public async Task RequeueAsync_OfAllCrawlsForOneReason_PutsThoseBackInPartsAndLeavesTheOthers()
    {
        var failed = await FailInTwoCrawlsAsync();

        var first = await Queue.RequeueAsync(new DeadLetterFilter(Class: "http-503"), 0, 1, default);
        var second = await Queue.RequeueAsync(new DeadLetterFilter(Class: "http-503"), first.Last!.Value, 1, default);
        var third = await Queue.RequeueAsync(new DeadLetterFilter(Class: "http-503"), second.Last!.Value, 1, default);

        new[] { first, second, third }.Should().Equal(new RequeuedPart(1, 0, failed[1]), new RequeuedPart(1, 0, failed[3]), new RequeuedPart(0, 0, null));
        (await FoundAsync(new DeadLetterFilter(), after: 0, atMost: 10)).Should().BeEquivalentTo([failed[0], failed[2]]);
        (await Queue.CountAsync(crawlId: null, default)).Should().BeEquivalentTo(new { Queued = 2, Failed = 2 });
        (await Queue.CountAsync("other", default)).Should().BeEquivalentTo(new { Queued = 1, Failed = 1 });
        (await ClaimAsync()).Job.Attempts.Should().Be(1, "it has all its attempts before it again");
    }

    [Fact]
    public async Task RequeueAsync_OfAllCrawlsWithOneCalledOff_LeavesThatOnesPages()
    {
        var failed = await FailInTwoCrawlsAsync();
        await Queue.CancelAsync("other", 10, default);

        (await Queue.RequeueAsync(new DeadLetterFilter(), 0, 10, default)).Should().Be(new RequeuedPart(2, 2, null));

        (await FoundAsync(new DeadLetterFilter(), after: 0, atMost: 10)).Should().BeEquivalentTo([failed[2], failed[3]]);
        await Queue.Awaiting(queue => queue.RequeueAsync(new DeadLetterFilter("other"), 0, 10, default)).Should().ThrowAsync<CrawlCancelledException>();
        await Queue.Awaiting(queue => queue.RequeueAsync(new DeadLetterFilter("nobody's"), 0, 10, default)).Should().ThrowAsync<InvalidOperationException>();
    }

    /// <returns>Numbers of failed jobs: of the first crawl and of "other", each for http-404 and for http-503.</returns>
    private async Task<long[]> FailInTwoCrawlsAsync()
    {
        await CreateAsync("https://a.example/1", "https://b.example/1");
        await Queue.CreateCrawlAsync(Some.Crawl("other"), default);
        await Queue.SubmitAsync("other", Some.Jobs("https://a.example/1", "https://b.example/1"), default);
        var numbers = new Dictionary<(string, string), long>();
        for (var turn = 0; turn < 4; turn++)
        {
            var claimed = await ClaimAsync();
            var reason = claimed.Job.Url.Value.StartsWith("https://a", StringComparison.Ordinal) ? "http-404" : "http-503";
            await SettleAsync(claimed, new Settlement.DeadLetter(Some.Failure() with { Class = reason }));
            numbers[(claimed.Job.CrawlId, reason)] = claimed.Job.Id;
        }

        return [numbers[(CrawlId, "http-404")], numbers[(CrawlId, "http-503")], numbers[("other", "http-404")], numbers[("other", "http-503")]];
    }

    private async Task<IEnumerable<long>> FoundAsync(DeadLetterFilter filter, long after, int atMost) =>
        (await Queue.ReadDeadLettersAsync(filter, after, atMost, default)).Select(letter => letter.Job.Id);

    [Fact]
    public async Task ReadTargetNotesAsync_SavedTwice_GivesTheLastOfEachTargetTheLatestUsedFirst()
    {
        var now = Clock.GetUtcNow();
        var a = Some.Target("https://a.example/");
        var b = Some.Target("https://b.example/");
        await Queue.SaveTargetNotesAsync([new TargetNote(a, now, "first"), new TargetNote(b, now.AddSeconds(1), "{\"of\":\"b\"}")], default);
        await Queue.SaveTargetNotesAsync([new TargetNote(a, now.AddSeconds(2), "second")], default);

        (await Queue.ReadTargetNotesAsync(10, default)).Should().Equal(
            new TargetNote(a, now.AddSeconds(2), "second"), new TargetNote(b, now.AddSeconds(1), "{\"of\":\"b\"}"));
        (await Queue.ReadTargetNotesAsync(1, default)).Should().ContainSingle().Which.Target.Should().Be(a);
    }

    protected async Task CreateAsync(params string[] urls)
    {
        await Queue.CreateCrawlAsync(Some.Crawl(CrawlId), default);
        (await Queue.SubmitAsync(CrawlId, Some.Jobs(urls), default)).Accepted.Should().Be(urls.Length);
    }

    /// <summary>Claims what is next, every gate open.</summary>
    protected async Task<ClaimedJob> ClaimAsync(string worker = "worker")
    {
        var claimed = await TryClaimAsync(worker);
        claimed.Should().NotBeNull("a job is due");
        return claimed!;
    }

    /// <summary>Claims what is next, every gate open.</summary>
    protected async Task<ClaimedJob?> TryClaimAsync(string worker = "worker", TimeSpan? claimFor = null) =>
        (await Queue.ClaimNextAsync(Engine.Browser, AllLanes, new FakeGate(Clock), worker, claimFor ?? Minute, default))?.Claimed;

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
        yield return new Settlement.Reassign(Engine.Http);
        yield return new Settlement.DeadLetter(Some.Failure());
    }
}
