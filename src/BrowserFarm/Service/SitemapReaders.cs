using System.Collections.Concurrent;
using BrowserFarm.Diagnostics;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Service;

/// <summary>Reads the sitemaps of crawls that want it, beside their jobs, each crawl's on its own.</summary>
/// <remarks>What is stopped on the way begins anew when the service starts; the queue knows what it has.</remarks>
public sealed class SitemapReaders(IJobQueue queue, StorageWait storage, WorkSignal signal, TimeProvider time, ILogger<SitemapSeeder> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Reading> _readings = new(StringComparer.Ordinal);

    public bool IsReading(string crawlId) => _readings.ContainsKey(crawlId);

    /// <summary>Begins to read those of a crawl, unless they are read, or being read, or it wants none.</summary>
    public void Begin(CrawlPlan plan)
    {
        if (plan.Sitemaps is null || plan.Folder.SitemapsAreRead)
            return;

        var reading = new Reading();
        if (_readings.TryAdd(plan.Crawl.Id, reading))
            reading.Task = ReadAsync(plan, reading.Stop.Token);
        else
            reading.Stop.Dispose();
    }

    /// <summary>The crawl was called off.</summary>
    public void End(string crawlId)
    {
        if (_readings.TryGetValue(crawlId, out var reading))
            _ = reading.Stop.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var reading in _readings.Values)
            await reading.Stop.CancelAsync();
        await Task.WhenAll(_readings.Values.Select(reading => reading.Task));
    }

    private async Task ReadAsync(CrawlPlan plan, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            await new SitemapSeeder(plan, queue, storage, signal, time, logger).SeedOnceAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or CrawlCancelledException)
        {
            // Called off, or begun anew when the service starts.
        }
        catch (Exception exception) when (exception is QueueStorageException or IOException)
        {
            logger.SitemapsNotRead(plan.Crawl.Id, exception.Message);
        }
        finally
        {
            // Its source is left to the collector, having neither timer nor handle: somebody may be about to cancel it.
            _readings.TryRemove(plan.Crawl.Id, out _);
        }
    }

    private sealed class Reading
    {
        public CancellationTokenSource Stop { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;
    }
}
