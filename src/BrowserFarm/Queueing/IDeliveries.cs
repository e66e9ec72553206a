namespace BrowserFarm.Queueing;

/// <summary>The part of the queue that remembers which results were handed on to a webhook. The outbox is the table of results itself: this is how far it was read.</summary>
/// <exception cref="QueueStorageException">From any method: the storage is full, damaged or gone.</exception>
public interface IDeliveries
{
    /// <summary>Crawls that have results, or an end, which were not delivered; those begun first come first.</summary>
    Task<IReadOnlyList<string>> FindUndeliveredAsync(CancellationToken cancellationToken);

    /// <summary>How far a crawl's results were delivered.</summary>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    Task<Delivered> FindDeliveredAsync(string crawlId, CancellationToken cancellationToken);

    /// <summary>Notes how far they are. A number lower than one noted before changes nothing.</summary>
    /// <exception cref="InvalidOperationException">There is no such crawl.</exception>
    Task NoteDeliveredAsync(string crawlId, Delivered delivered, CancellationToken cancellationToken);
}

/// <summary>How far a crawl's results were delivered.</summary>
/// <param name="Sequence">Number of the last result that was; 0 for none.</param>
/// <param name="Undelivered">Results after it.</param>
/// <param name="WithEnd">The receiver was told that the crawl is over, after that result.</param>
public sealed record Delivered(long Sequence, long Undelivered, bool WithEnd);
