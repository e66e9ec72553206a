using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <content>Forgetting old runs.</content>
public abstract partial class JobQueueContract
{
    [Fact]
    public async Task FindForgettableAsync_NoMoreRunsThanAreKept_IsNull()
    {
        await CreateRecurringAsync("https://a.example/");
        (await Queue.FindForgettableAsync(RecurringId, 1, default)).Should().BeNull("there is no run");
        await RunOnceAsync();

        (await Queue.FindForgettableAsync(RecurringId, 1, default)).Should().BeNull();
        (await Queue.FindForgettableAsync("none", 1, default)).Should().BeNull();
        await Queue.Invoking(queue => queue.FindForgettableAsync(RecurringId, 0, default)).Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task ForgetAsync_OldRun_LeavesNothingOfItAndAllOfTheOthers()
    {
        await CreateRecurringAsync("https://a.example/");
        var first = await RunWithFilesAsync("one.png", "shared.png");
        Clock.Advance(Hour);
        var second = await RunWithFilesAsync("shared.png", "two.png");

        var part = await Queue.FindForgettableAsync(RecurringId, 1, default);

        part!.Run.CrawlId.Should().Be(first.CrawlId);
        part.Files.Should().Equal(["one.png"], "what a later run names as well is needed");
        part.IsLast.Should().BeTrue();
        await Queue.ForgetAsync(part, default);
        (await Queue.FindCrawlAsync(first.CrawlId, default)).Should().BeNull();
        (await Queue.ReadResultsAsync(first.CrawlId, 0, 10, default)).Should().BeEmpty();
        (await Queue.ReadResultsAsync(second.CrawlId, 0, 10, default)).Should().ContainSingle();
        (await Queue.FindRecurringAsync(RecurringId, default))!.LastRun!.Number.Should().Be(2);
        (await Queue.FindForgettableAsync(RecurringId, 1, default)).Should().BeNull();
        Clock.Advance(Hour);
        (await RunOnceAsync())!.Number.Should().Be(3, "numbers are not given again");
    }

    [Fact]
    public async Task FindForgettableAsync_RunThatHasNotEnded_IsNull()
    {
        await CreateRecurringAsync("https://a.example/");
        await RunOnceAsync();
        Clock.Advance(Hour);
        await BeginAsync();

        (await Queue.FindForgettableAsync(RecurringId, 2, default)).Should().BeNull();
        (await Queue.FindForgettableAsync(RecurringId, 1, default))!.Run.Number.Should().Be(1, "the run on its way is the one that is kept");
    }

    [Fact]
    public async Task ForgetAsync_PageThatAnEarlierRunRead_IsAskedForAgain()
    {
        await CreateRecurringAsync(freshFor: Hour * 10, "https://a.example/1");
        await RunOnceAsync();
        Clock.Advance(Hour);
        var second = await BeginAsync();
        (await Queue.FindFreshAsync(second!.CrawlId, CanonicalUrl.Parse("https://a.example/1"), default)).Should().NotBeNull();

        await Queue.ForgetAsync((await Queue.FindForgettableAsync(RecurringId, 1, default))!, default);

        (await Queue.FindFreshAsync(second.CrawlId, CanonicalUrl.Parse("https://a.example/1"), default)).Should().BeNull();
    }

    [Fact]
    public async Task FindForgettableAsync_ResultsNotDelivered_AreKept()
    {
        var crawl = Recurring();
        await Queue.CreateRecurringAsync(crawl with { Spec = crawl.Spec with { Webhook = new WebhookSpec("http://x/", "/secret") } }, Urls("https://a.example/"), Clock.GetUtcNow(), default);
        var first = await RunOnceAsync();
        Clock.Advance(Hour);
        await RunOnceAsync();
        (await Queue.FindForgettableAsync(RecurringId, 1, default)).Should().BeNull();

        var last = (await Queue.ReadResultsAsync(first!.CrawlId, 0, 10, default))[^1].Sequence;
        await Queue.NoteDeliveredAsync(first.CrawlId, new Delivered(last, 0, WithEnd: true), default);

        (await Queue.FindForgettableAsync(RecurringId, 1, default)).Should().NotBeNull();
    }

    private async Task<CrawlRun> RunWithFilesAsync(params string[] files)
    {
        var run = await BeginAsync();
        var page = PageNow("https://a.example/") with { Artifacts = files.ToDictionary(file => file, StringComparer.Ordinal) };
        await SettleAsync(await ClaimAsync(), new Settlement.Ack(page, [], []));
        (await Queue.EndRunAsync(run!.CrawlId, default)).Should().BeTrue();
        return run;
    }
}
