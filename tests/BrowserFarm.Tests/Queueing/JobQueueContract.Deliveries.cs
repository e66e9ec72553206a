using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <content>What was delivered to webhooks.</content>
public abstract partial class JobQueueContract
{
    [Fact]
    public async Task FindDeliveredAsync_NothingNoted_LeavesEveryResult()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        await SettleAsync(await ClaimAsync(), Some.Ack());
        await SettleAsync(await ClaimAsync(), Some.Ack());

        (await Queue.FindDeliveredAsync(CrawlId, default)).Should().Be(new Delivered(0, Undelivered: 2, WithEnd: false));
        (await Queue.FindUndeliveredAsync(default)).Should().Equal(CrawlId);
    }

    [Fact]
    public async Task NoteDeliveredAsync_FurtherAndFurther_NeverGoesBack()
    {
        await CreateAsync("https://a.example/1", "https://a.example/2");
        await SettleAsync(await ClaimAsync(), Some.Ack());
        await SettleAsync(await ClaimAsync(), Some.Ack());
        var numbers = (await Queue.ReadResultsAsync(CrawlId, 0, 10, default)).Select(result => result.Sequence).ToList();

        await Queue.NoteDeliveredAsync(CrawlId, new Delivered(numbers[0], 0, WithEnd: false), default);
        (await Queue.FindDeliveredAsync(CrawlId, default)).Should().Be(new Delivered(numbers[0], Undelivered: 1, WithEnd: false));

        await Queue.NoteDeliveredAsync(CrawlId, new Delivered(numbers[1], 0, WithEnd: true), default);
        await Queue.NoteDeliveredAsync(CrawlId, new Delivered(numbers[0], 0, WithEnd: false), default);
        await Queue.NoteDeliveredAsync(CrawlId, new Delivered(numbers[1], 0, WithEnd: false), default);
        (await Queue.FindDeliveredAsync(CrawlId, default)).Should().Be(new Delivered(numbers[1], Undelivered: 0, WithEnd: true));
        (await Queue.FindUndeliveredAsync(default)).Should().BeEmpty();
    }

    [Fact]
    public async Task FindUndeliveredAsync_ResultAfterTheEnd_NamesTheCrawlAgain()
    {
        await CreateAsync("https://a.example/1");
        await Queue.NoteDeliveredAsync(CrawlId, new Delivered(0, 0, WithEnd: true), default);
        (await Queue.FindUndeliveredAsync(default)).Should().BeEmpty();

        await SettleAsync(await ClaimAsync(), Some.Ack());

        (await Queue.FindUndeliveredAsync(default)).Should().Equal(CrawlId);
        var last = (await Queue.ReadResultsAsync(CrawlId, 0, 10, default))[^1].Sequence;
        await Queue.NoteDeliveredAsync(CrawlId, new Delivered(last, 0, WithEnd: false), default);
        (await Queue.FindDeliveredAsync(CrawlId, default)).WithEnd.Should().BeFalse("it did not end with what came after");
    }

    [Fact]
    public async Task FindUndeliveredAsync_SeveralCrawls_NamesTheOldestFirst()
    {
        foreach (var name in new[] { "z", "a", "m" })
            await Queue.CreateCrawlAsync(Some.Crawl(name), default);
        await Queue.NoteDeliveredAsync("a", new Delivered(0, 0, WithEnd: true), default);

        (await Queue.FindUndeliveredAsync(default)).Should().Equal("z", "m");
    }

    [Fact]
    public async Task Deliveries_UnknownCrawl_AreRefused()
    {
        await Queue.Invoking(queue => queue.FindDeliveredAsync("none", default)).Should().ThrowAsync<InvalidOperationException>();
        await Queue.Invoking(queue => queue.NoteDeliveredAsync("none", new Delivered(1, 0, WithEnd: false), default)).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task FindDeliveredAsync_OfARun_CountsItsOwnResults()
    {
        await CreateRecurringAsync("https://a.example/");
        var first = await RunOnceAsync();
        Clock.Advance(Hour);
        var second = await RunOnceAsync();

        (await Queue.FindUndeliveredAsync(default)).Should().Equal(first!.CrawlId, second!.CrawlId);
        (await Queue.FindDeliveredAsync(second.CrawlId, default)).Undelivered.Should().Be(1);
    }
}
