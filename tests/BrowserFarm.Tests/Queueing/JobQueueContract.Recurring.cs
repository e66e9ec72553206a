using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <content>Recurring crawls: each due run once, whole, and one after the other; pages that are fresh enough.</content>
public abstract partial class JobQueueContract
{
    private const string RecurringId = "shop";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task FindRecurringAsync_AfterCreation_ReturnsTheWholeSpec()
    {
        var spec = Some.Spec() with { Recurrence = new Recurrence("*/5 * * * *", "Europe/Berlin", TimeSpan.FromHours(6)) };
        var due = Clock.GetUtcNow() + Hour;
        await Queue.CreateRecurringAsync(new Crawl(RecurringId, spec, Some.Noon), Urls("https://a.example/"), due, default);

        var found = await Queue.FindRecurringAsync(RecurringId, default);

        found.Should().BeEquivalentTo(new RecurringCrawl(RecurringId, spec, Some.Noon, due, LastRun: null));
        (await Queue.FindRecurringAsync(id: null, default)).Should().BeEquivalentTo(found);
        (await Queue.FindRecurringAsync("nothing", default)).Should().BeNull();
        (await Queue.FindCrawlAsync(crawlId: null, default)).Should().BeNull("no run was begun by it");
    }

    [Fact]
    public async Task CreateRecurringAsync_TakenNameOrNoRecurrence_Throws()
    {
        await CreateRecurringAsync();

        await Queue.Awaiting(queue => queue.CreateRecurringAsync(Recurring(), [], Clock.GetUtcNow(), default)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*shop*");
        await Queue.Awaiting(queue => queue.CreateRecurringAsync(Some.Crawl("other"), [], Clock.GetUtcNow(), default)).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task BeginRunAsync_DueTime_BeginsACrawlWithAllItsSeeds()
    {
        await CreateRecurringAsync("https://a.example/1", "https://b.example/2", "https://a.example/1");
        var (due, next) = (Clock.GetUtcNow(), Clock.GetUtcNow() + Hour);

        var run = await Queue.BeginRunAsync(RecurringId, due, next, default);

        run.Should().BeEquivalentTo(new { Number = 1, DueAt = due, StartedAt = due, EndedAt = (DateTimeOffset?)null, Reused = 0L });
        run!.CrawlId.Should().Be($"shop/{due:yyyy-MM-dd'T'HH-mm-ss'Z'}");
        (await Queue.FindRecurringAsync(RecurringId, default)).Should().BeEquivalentTo(new { NextRunAt = next, LastRun = run });
        (await Queue.FindCrawlAsync(run.CrawlId, default))!.Spec.Should().BeEquivalentTo(Recurring().Spec with { SeedCount = 2 });
        (await Queue.CountAsync(run.CrawlId, default)).Should().Be(new CrawlCounts(Queued: 2, Running: 0, Succeeded: 0, Failed: 0, Cancelled: 0));
        (await ClaimAsync()).Job.Should().BeEquivalentTo(new { CrawlId = run.CrawlId, Depth = 0, Lane = Lane.Background, Priority = 7 });
    }

    [Fact]
    public async Task BeginRunAsync_MoreSeedsThanPages_TakesAsManyAsItMay()
    {
        await Queue.CreateRecurringAsync(
            Recurring() with { Spec = Recurring().Spec with { MaxPages = 1 } }, Urls("https://a.example/1", "https://a.example/2"), Clock.GetUtcNow(), default);

        var run = await BeginAsync();

        (await Queue.CountAsync(run!.CrawlId, default)).Queued.Should().Be(1);
        (await Queue.FindCrawlAsync(run.CrawlId, default))!.Spec.SeedCount.Should().Be(1);
    }

    [Fact]
    public async Task BeginRunAsync_NoRoomInTheLines_PutsTheSeedsOutsideAndTheRunHasNotEnded()
    {
        await using var queue = OpenQueue(Clock, new QueueBounds { MaxQueued = 2 });
        await queue.CreateCrawlAsync(Some.Crawl("other"), default);
        await queue.SubmitAsync("other", Some.Jobs("https://b.example/1", "https://b.example/2"), default);
        var due = Clock.GetUtcNow();
        await queue.CreateRecurringAsync(Recurring(), Some.Jobs("https://a.example/1", "https://a.example/2"), due, default);

        var run = await queue.BeginRunAsync(RecurringId, due, due + Hour, default);

        (await queue.CountAsync(run!.CrawlId, default)).Should().BeEquivalentTo(new { Queued = 0, Deferred = 2 });
        (await queue.EndRunAsync(run.CrawlId, default)).Should().BeFalse("its pages come into line as there is room");
        (await queue.TakeUpAsync(lineBelow: 10, atMost: 10, default)).Should().Be(2);
    }

    [Fact]
    public async Task BeginRunAsync_ManyCallersAtOnce_ExactlyOneBeginsIt()
    {
        await CreateRecurringAsync("https://a.example/1");
        var (due, next) = (Clock.GetUtcNow(), Clock.GetUtcNow() + Hour);

        var runs = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Queue.BeginRunAsync(RecurringId, due, next, default))));

        runs.Should().ContainSingle(run => run != null);
        (await Queue.CountAsync(runs.Single(run => run is not null)!.CrawlId, default)).Queued.Should().Be(1);
        (await Queue.FindRecurringAsync(RecurringId, default))!.LastRun!.Number.Should().Be(1);
    }

    [Fact]
    public async Task BeginRunAsync_NotDueYet_BeginsNothing()
    {
        var due = Clock.GetUtcNow() + Hour;
        await Queue.CreateRecurringAsync(Recurring(), Urls("https://a.example/"), due, default);

        (await Queue.BeginRunAsync(RecurringId, due, due + Hour, default)).Should().BeNull();
        Clock.Advance(Hour);
        (await Queue.BeginRunAsync(RecurringId, due, due + Hour, default)).Should().NotBeNull();
    }

    [Fact]
    public async Task BeginRunAsync_LastRunStillGoing_BeginsNothingUntilItHasEndedThenOne()
    {
        await CreateRecurringAsync("https://a.example/1");
        var first = await BeginAsync();
        Clock.Advance(3 * Hour);

        (await BeginAsync()).Should().BeNull("the first has jobs");
        (await Queue.EndRunAsync(first!.CrawlId, default)).Should().BeFalse("it has jobs");
        await SettleAsync(await ClaimAsync(), Some.Ack());
        (await BeginAsync()).Should().BeNull("nobody has said that nothing can come any more");
        (await Queue.EndRunAsync(first.CrawlId, default)).Should().BeTrue();
        (await Queue.EndRunAsync(first.CrawlId, default)).Should().BeFalse("it has ended before");

        var second = await BeginAsync();

        second.Should().BeEquivalentTo(new { Number = 2, DueAt = first.StartedAt + Hour, StartedAt = Clock.GetUtcNow() });
        second!.CrawlId.Should().NotBe(first.CrawlId);
    }

    [Fact]
    public async Task BeginRunAsync_ManyDueTimesMissed_AreCaughtUpOnce()
    {
        await CreateRecurringAsync("https://a.example/1");
        await RunOnceAsync();
        Clock.Advance(TimeSpan.FromDays(30));

        (await RunOnceAsync()).Should().NotBeNull("it is caught up");

        (await BeginAsync()).Should().BeNull("and once: the next is due in an hour");
        (await Queue.FindRecurringAsync(RecurringId, default)).Should().BeEquivalentTo(new { NextRunAt = Clock.GetUtcNow() + Hour });
    }

    [Fact]
    public async Task BeginRunAsync_FailedPagesOfTheLastRunAreBackInLine_BeginsNothing()
    {
        await CreateRecurringAsync("https://a.example/1");
        var run = await BeginAsync();
        var failed = await ClaimAsync();
        await SettleAsync(failed, new Settlement.DeadLetter(Some.Failure()));
        await Queue.EndRunAsync(run!.CrawlId, default);
        Clock.Advance(Hour);

        await Queue.RequeueAsync(run.CrawlId, [failed.Job.Id], default);

        (await BeginAsync()).Should().BeNull();
        await SettleAsync(await ClaimAsync(), Some.Ack());
        (await BeginAsync()).Should().NotBeNull("its end was told before");
    }

    [Fact]
    public async Task BeginRunAsync_ClockWasPutBack_StillHasANameOfItsOwn()
    {
        await CreateRecurringAsync("https://a.example/1");
        var first = await BeginAsync(TimeSpan.FromMilliseconds(1));
        await SettleAsync(await ClaimAsync(), Some.Ack());
        await Queue.EndRunAsync(first!.CrawlId, default);
        Clock.Advance(TimeSpan.FromMilliseconds(1));

        var second = await BeginAsync();

        second!.CrawlId.Should().Be(first.CrawlId + "-2");
    }

    [Fact]
    public async Task BeginRunAsync_Misuse_Throws()
    {
        await CreateRecurringAsync();

        await Queue.Awaiting(queue => queue.BeginRunAsync("nothing", Some.Noon, Some.Noon + Hour, default)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*nothing*");
        await Queue.Awaiting(queue => queue.BeginRunAsync(RecurringId, Some.Noon, Some.Noon, default)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        (await Queue.EndRunAsync("nothing", default)).Should().BeFalse();
    }

    [Fact]
    public async Task ReadResultsAsync_SecondRun_HasItsOwnAlone()
    {
        await CreateRecurringAsync("https://a.example/1");
        var first = await RunOnceAsync("first");
        Clock.Advance(Hour);
        var second = await RunOnceAsync("second");

        (await Queue.ReadResultsAsync(first!.CrawlId, 0, 10, default)).Select(result => result.Document.Title).Should().Equal("first");
        (await Queue.ReadResultsAsync(second!.CrawlId, 0, 10, default)).Select(result => result.Document.Title).Should().Equal("second");
    }

    // ------------------------------------------------------------------ freshness

    [Fact]
    public async Task FindFreshAsync_ReadByAnEarlierRunWithinTheAge_ReturnsItsDocument()
    {
        await CreateRecurringAsync(freshFor: 2 * Hour, "https://a.example/1", "https://a.example/2");
        var first = await BeginAsync();
        await SettleAsync(await ClaimAsync(), AckNow("https://a.example/1"));
        (await Queue.FindFreshAsync(first!.CrawlId, CanonicalUrl.Parse("https://a.example/1"), default)).Should().BeNull("this run read it, no earlier one");
        await SettleAsync(await ClaimAsync(), new Settlement.DeadLetter(Some.Failure()));
        await Queue.EndRunAsync(first.CrawlId, default);
        Clock.Advance(2 * Hour);

        var second = await BeginAsync();

        var found = await Queue.FindFreshAsync(second!.CrawlId, CanonicalUrl.Parse("https://a.example/1"), default);
        found.Should().BeEquivalentTo(new { Url = "https://a.example/1", FetchedAt = first.StartedAt });
        (await Queue.FindFreshAsync(second.CrawlId, CanonicalUrl.Parse("https://a.example/2"), default)).Should().BeNull("it was not read");
        Clock.Advance(10 * Hour);
        (await Queue.FindFreshAsync(second.CrawlId, CanonicalUrl.Parse("https://a.example/1"), default)).Should().NotBeNull("as old as it was when the run began");
    }

    [Fact]
    public async Task FindFreshAsync_OlderThanTheAge_ReturnsNull()
    {
        await CreateRecurringAsync(freshFor: 2 * Hour, "https://a.example/1");
        await RunOnceAsync();
        Clock.Advance((2 * Hour) + TimeSpan.FromMilliseconds(1));

        var second = await BeginAsync();

        (await Queue.FindFreshAsync(second!.CrawlId, CanonicalUrl.Parse("https://a.example/1"), default)).Should().BeNull();
    }

    [Fact]
    public async Task FindFreshAsync_TakenAgainRunAfterRun_GrowsTooOldInTheEnd()
    {
        await CreateRecurringAsync(freshFor: 2 * Hour, "https://a.example/1");
        var read = Clock.GetUtcNow();
        await RunOnceAsync();

        foreach (var expected in new[] { true, true, false })
        {
            Clock.Advance(Hour);
            var run = await BeginAsync();
            var fresh = await Queue.FindFreshAsync(run!.CrawlId, CanonicalUrl.Parse("https://a.example/1"), default);
            (fresh is not null).Should().Be(expected);
            await SettleAsync(await ClaimAsync(), fresh is null ? AckNow("https://a.example/1") : new Settlement.Ack(fresh with { Reused = true }, [], []));
            (await Queue.FindRecurringAsync(RecurringId, default))!.LastRun!.Reused.Should().Be(expected ? 1 : 0);
            (await Queue.ReadResultsAsync(run.CrawlId, 0, 10, default)).Single().Document.FetchedAt.Should().Be(expected ? read : Clock.GetUtcNow());
            await Queue.EndRunAsync(run.CrawlId, default);
        }
    }

    [Fact]
    public async Task FindFreshAsync_NoAgeOrNoRun_ReturnsNull()
    {
        await CreateRecurringAsync("https://a.example/1");
        await RunOnceAsync();
        Clock.Advance(Hour);
        var second = await BeginAsync();

        (await Queue.FindFreshAsync(second!.CrawlId, CanonicalUrl.Parse("https://a.example/1"), default)).Should().BeNull();
        (await Queue.FindFreshAsync("nothing", CanonicalUrl.Parse("https://a.example/1"), default)).Should().BeNull();
    }

    [Fact]
    public async Task ClaimNextAsync_FreshPages_AreClaimedThoughTheirSiteRefuses()
    {
        await CreateRecurringAsync(freshFor: 2 * Hour, "https://a.example/1");
        var first = await BeginAsync();
        await SettleAsync(await ClaimAsync(), new Settlement.Ack(PageNow("https://a.example/1"), Some.Jobs("https://a.example/2"), []));
        await SettleAsync(await ClaimAsync(), AckNow("https://a.example/2"));
        await Queue.EndRunAsync(first!.CrawlId, default);
        Clock.Advance(Hour);
        await BeginAsync();
        var gate = new FakeGate(Clock) { Limit = 1, ClosedUntil = { [Some.Target("https://a.example/")] = Clock.GetUtcNow() + Hour } };

        var seed = await Queue.ClaimNextAsync(Engine.Browser, AllLanes, gate, "worker", Minute, default);
        seed!.Permit.Dispose();
        await SettleAsync(seed.Claimed, new Settlement.Ack(PageNow("https://a.example/1"), Some.Jobs("https://a.example/2", "https://a.example/new"), []));
        var linked = await Queue.ClaimNextAsync(Engine.Browser, AllLanes, gate, "worker", Minute, default);

        linked!.Claimed.Job.Url.Value.Should().Be("https://a.example/2");
        linked.Permit.Dispose();
        (await Queue.ClaimNextAsync(Engine.Browser, AllLanes, gate, "worker", Minute, default)).Should().BeNull("a page that is not fresh waits for its site");
        (await Queue.SettleAsync(linked.Claimed.Claim, new Settlement.Return(), default)).Should().BeTrue();
        (await Queue.ClaimNextAsync(Engine.Browser, AllLanes, gate, "worker", Minute, default))!.Claimed.Job.Id.Should().Be(linked.Claimed.Job.Id, "it goes back where it was");
    }

    private static Crawl Recurring(TimeSpan? freshFor = null) => new(
        RecurringId, Some.Spec() with { MaxPages = 1000, Lane = Lane.Background, Priority = 7, Recurrence = new Recurrence("0 * * * *", "UTC", freshFor) }, Some.Noon);

    private static NewJob[] Urls(params string[] urls) => Some.Jobs(urls);

    private Task CreateRecurringAsync(params string[] seeds) => Queue.CreateRecurringAsync(Recurring(), Urls(seeds), Clock.GetUtcNow(), default);

    private Task CreateRecurringAsync(TimeSpan freshFor, params string[] seeds) =>
        Queue.CreateRecurringAsync(Recurring(freshFor), Urls(seeds), Clock.GetUtcNow(), default);

    /// <summary>Begins the run that is due; the one after it is due some time after now, by default an hour.</summary>
    private async Task<CrawlRun?> BeginAsync(TimeSpan? gap = null)
    {
        var crawl = await Queue.FindRecurringAsync(RecurringId, default);
        return crawl!.NextRunAt > Clock.GetUtcNow() ? null : await Queue.BeginRunAsync(RecurringId, crawl.NextRunAt, Clock.GetUtcNow() + (gap ?? Hour), default);
    }

    /// <summary>A run of one page, from beginning to end.</summary>
    private async Task<CrawlRun?> RunOnceAsync(string title = "A page")
    {
        var run = await BeginAsync();
        await SettleAsync(await ClaimAsync(), new Settlement.Ack(PageNow("https://a.example/1") with { Title = title }, [], []));
        (await Queue.EndRunAsync(run!.CrawlId, default)).Should().BeTrue();
        return run;
    }

    private PageDocument PageNow(string url) => Some.Page(url) with { FetchedAt = Clock.GetUtcNow() };

    private Settlement.Ack AckNow(string url) => new(PageNow(url), [], []);
}
