using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Storage;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Delivery;

/// <summary>Sends stored results to a webhook in their order, each until it has arrived, and remembers in the queue how far it came.</summary>
/// <remarks>
/// Results are stored in the transaction that ends their job, so the table of results is the outbox: nothing that was read can be missing from it. A message is noted
/// as delivered after the receiver took it; between the two the program may die, and then it is sent again. One caller at a time.
/// </remarks>
public sealed class WebhookOutbox : IDisposable
{
    /// <summary>Results in a message: as many as there are, up to this.</summary>
    private const int MostResults = 100;

    /// <summary>A message is closed when it has so many bytes; a single result may have more.</summary>
    private const int MostBytes = 1 << 20;

    /// <summary>Results read at once: each may have many megabytes.</summary>
    private const int ReadAtOnce = 10;

    private readonly IJobQueue _queue;
    private readonly WebhookSender _sender;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private string? _problem;
    private long _messages;

    private WebhookOutbox(IJobQueue queue, WebhookSender sender, TimeProvider time, ILogger logger)
    {
        _queue = queue;
        _sender = sender;
        _time = time;
        _logger = logger;
    }

    /// <summary>Why the last message did not arrive, in words; null when it did.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Messages that arrived since this was made.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>The receiver said that it wants no more messages, ever: none is sent while this program runs.</summary>
    public bool IsGone { get; private set; }

    /// <param name="queue">Stays the caller's.</param>
    /// <exception cref="IOException">The secret cannot be read.</exception>
    /// <exception cref="FormatException">The secret is none.</exception>
    public static WebhookOutbox Open(IJobQueue queue, WebhookSpec webhook, TimeProvider time, ILogger<WebhookOutbox> logger) =>
        new(queue, new WebhookSender(new Uri(webhook.Url), WebhookSecret.Read(webhook.SecretFile), time), time, logger);

    /// <summary>Sends everything that is stored and was not delivered, of earlier runs first; and, of a crawl that is over, that it is.</summary>
    /// <param name="crawlId">The crawl that runs.</param>
    /// <param name="isOver">It is over. Earlier runs are.</param>
    /// <param name="hurry">Ends the waiting for a receiver that does not take a message: it is tried once more.</param>
    /// <returns>False when something is left, because of <paramref name="hurry"/> or because the receiver is gone.</returns>
    /// <exception cref="OperationCanceledException">Called off in the middle of a message, which is sent again another time.</exception>
    /// <exception cref="QueueStorageException">Results cannot be read, or the delivery cannot be noted.</exception>
    public async Task<bool> DeliverAsync(string crawlId, bool isOver, CancellationToken hurry, CancellationToken cancellationToken)
    {
        foreach (var id in await _queue.FindUndeliveredAsync(cancellationToken))
        {
            var crawl = await _queue.FindCrawlAsync(id, cancellationToken);
            if (!await DeliverAsync(crawl!, isOver || id != crawlId, hurry, cancellationToken))
                return false;
        }

        return true;
    }

    public void Dispose() => _sender.Dispose();

    private async Task<bool> DeliverAsync(Crawl crawl, bool isOver, CancellationToken hurry, CancellationToken cancellationToken)
    {
        var delivered = await _queue.FindDeliveredAsync(crawl.Id, cancellationToken);
        while (await NextAsync(crawl, delivered, isOver, cancellationToken) is var (message, after))
        {
            if (!await InsistAsync(message, hurry, cancellationToken))
                return false;

            Interlocked.Increment(ref _messages);
            await _queue.NoteDeliveredAsync(crawl.Id, after, CancellationToken.None);
            delivered = after;
        }

        return true;
    }

    /// <summary>The next message, and what is delivered after it; null when nothing is left.</summary>
    private async Task<(WebhookMessage Message, Delivered After)?> NextAsync(Crawl crawl, Delivered delivered, bool isOver, CancellationToken cancellationToken)
    {
        List<byte[]> lines = [];
        long first = 0, last = delivered.Sequence, bytes = 0;
        while (lines.Count < MostResults && bytes < MostBytes)
        {
            var results = await _queue.ReadResultsAsync(crawl.Id, last, ReadAtOnce, cancellationToken);
            foreach (var result in results.TakeWhile(_ => lines.Count < MostResults && bytes < MostBytes))
            {
                var line = ResultLine.Of(result);
                lines.Add(line);
                bytes += line.Length;
                first = first == 0 ? result.Sequence : first;
                last = result.Sequence;
            }

            if (results.Count < ReadAtOnce)
                break;
        }

        var now = _time.GetUtcNow();
        if (lines.Count > 0)
            return (WebhookMessage.OfResults(crawl, lines, first, last, now), delivered with { Sequence = last, WithEnd = false });
        if (!isOver || delivered.WithEnd)
            return null;
        return (WebhookMessage.OfEnd(crawl, await _queue.CountAsync(crawl.Id, cancellationToken), last, now), delivered with { WithEnd = true });
    }

    private async Task<bool> InsistAsync(WebhookMessage message, CancellationToken hurry, CancellationToken cancellationToken)
    {
        for (var tries = 1; !IsGone; tries++)
        {
            var isLast = hurry.IsCancellationRequested;
            var outcome = await _sender.SendAsync(message, cancellationToken);
            var before = Interlocked.Exchange(ref _problem, outcome.Problem);
            if (outcome.IsDelivered)
            {
                if (before is not null)
                    _logger.DeliveryGoesOn(tries);
                return true;
            }

            IsGone = outcome.IsGone;
            if (before is null)
                _logger.DeliveryFails(outcome.Problem!);
            if (isLast || IsGone)
                return false;

            await Task.Delay(DeliveryPolicy.Delay(tries, outcome.RetryAfter, Random.Shared.NextDouble()), _time, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return false;
    }
}
