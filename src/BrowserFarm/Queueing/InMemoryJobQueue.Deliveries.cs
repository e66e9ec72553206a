namespace BrowserFarm.Queueing;

/// <content>What was delivered to webhooks.</content>
public sealed partial class InMemoryJobQueue
{
    public Task<IReadOnlyList<string>> FindUndeliveredAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<string>>(
                [.. _crawls.Values.Where(entry => DeliveredUnsynchronized(entry) is { WithEnd: false } or { Undelivered: > 0 }).Select(entry => entry.Crawl.Id)]);
        }
    }

    public Task<Delivered> FindDeliveredAsync(string crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(DeliveredUnsynchronized(CrawlUnsynchronized(crawlId)));
    }

    public Task NoteDeliveredAsync(string crawlId, Delivered delivered, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var entry = CrawlUnsynchronized(crawlId);
            if (delivered.Sequence > entry.Delivered)
                (entry.Delivered, entry.DeliveredEnd) = (delivered.Sequence, delivered.WithEnd);
            else if (delivered.Sequence == entry.Delivered)
                entry.DeliveredEnd |= delivered.WithEnd;
        }

        return Task.CompletedTask;
    }

    private Delivered DeliveredUnsynchronized(CrawlRow entry) => new(
        entry.Delivered,
        _results.Count(result => result.CrawlId == entry.Crawl.Id && result.Result.Sequence > entry.Delivered),
        entry.DeliveredEnd);
}
