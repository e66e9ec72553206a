using System.Globalization;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Storage;
using BrowserFarm.Storage.Exports;

namespace BrowserFarm.Hosting;

/// <summary>A look at a crawl's folder from outside, whether somebody works on it or not. Changes nothing.</summary>
public sealed class CrawlInspection : IDisposable
{
    /// <summary>Means the results of all runs of a recurring crawl.</summary>
    public const string EveryRun = "all";

    /// <summary>A result may have many megabytes.</summary>
    private const int ResultsAtOnce = 10;

    private readonly SqliteQueueView _queue;
    private readonly string _folder;

    private CrawlInspection(SqliteQueueView queue, string folder, Crawl crawl, RecurringCrawl? recurring)
    {
        _queue = queue;
        _folder = folder;
        Crawl = crawl;
        Recurring = recurring;
    }

    /// <summary>The crawl; of a recurring one the last run, or before the first what it is to be.</summary>
    public Crawl Crawl { get; }

    /// <summary>Null when the crawl is run once.</summary>
    public RecurringCrawl? Recurring { get; }

    /// <exception cref="CrawlFolderException">There is no crawl in the folder.</exception>
    /// <exception cref="QueueStorageException">The database is damaged or of another release.</exception>
    public static CrawlInspection Open(string folderPath)
    {
        var database = CrawlFolder.DatabaseIn(folderPath);
        if (!File.Exists(database))
            throw new CrawlFolderException($"There is no crawl in {folderPath} (no crawl.db).");
        var queue = SqliteQueueView.Open(database);
        try
        {
            var recurring = queue.FindRecurring();
            return CrawlOf(queue, recurring) is { } crawl
                ? new CrawlInspection(queue, folderPath, crawl, recurring)
                : throw new CrawlFolderException($"{database} holds no crawl: it was interrupted before it began. Delete the folder and start again.");
        }
        catch
        {
            queue.Dispose();
            throw;
        }
    }

    public CrawlCounts Count() => _queue.Count(Crawl.Id);

    /// <summary>Hands the results that are stored so far to a writer, in their order, a few in memory at a time.</summary>
    /// <param name="run">Of a recurring crawl: a run by its number or name, or <see cref="EveryRun"/>; null is the last one.</param>
    /// <param name="afterSequence">Number of the last result that is not wanted; 0 wants all.</param>
    /// <returns>How many.</returns>
    /// <exception cref="FormatException">There is no such run.</exception>
    public async Task<long> ExportAsync(IResultWriter writer, string? run, long afterSequence, CancellationToken cancellationToken)
    {
        var written = 0L;
        foreach (var crawl in CrawlsOf(run))
        {
            for (var after = afterSequence; ;)
            {
                var results = _queue.ReadResults(crawl, after, ResultsAtOnce);
                if (results.Count == 0)
                    break;

                foreach (var result in results)
                    await writer.WriteAsync(result, cancellationToken);
                written += results.Count;
                after = results[^1].Sequence;
            }
        }

        await writer.CompleteAsync(cancellationToken);
        return written;
    }

    /// <inheritdoc cref="SqliteQueueView.Lines"/>
    public IReadOnlyList<LineView> Lines(int atMost) => _queue.Lines(atMost);

    /// <inheritdoc cref="SqliteQueueView.Locate(string, CanonicalUrl, DateTimeOffset)"/>
    public Whereabouts Locate(CanonicalUrl url, DateTimeOffset now) => _queue.Locate(Crawl.Id, url, now);

    /// <inheritdoc cref="SqliteQueueView.Locate(string, long, DateTimeOffset)"/>
    public Whereabouts Locate(long job, DateTimeOffset now) => _queue.Locate(Crawl.Id, job, now);

    /// <inheritdoc cref="SqliteQueueView.Waited"/>
    public Waits Waited() => _queue.Waited(Crawl.Id);

    /// <summary>What the program that works on the crawl says of itself; null when none does.</summary>
    /// <remarks>A program that is there and has written no status for a while cannot: its last one is returned, with what is known of the reason.</remarks>
    public FarmStatus? Status(DateTimeOffset now)
    {
        if (CrawlFolder.ReadStatus(_folder) is not { } json || FarmStatus.FromJson(json) is not { } status)
            return null;
        if (now - status.At < FarmStatus.FreshFor)
            return status;

        var silence = now - status.At;
        return !CrawlFolder.IsHeld(_folder) ? null
            : CrawlFolder.HasRoom(_folder) ? status.Silenced(string.Create(CultureInfo.InvariantCulture, $"a program works on this crawl and has said nothing for {silence.TotalSeconds:0} s: it may have been stopped, or its disk hangs"))
            : status.Silenced($"the disk that holds {_folder} is full; it goes on by itself when there is room");
    }

    private List<string> CrawlsOf(string? run)
    {
        if (run is null)
            return [Crawl.Id];
        var runs = Recurring is null
            ? throw new FormatException($"{Crawl.Id} is run once: it has no run '{run}'.")
            : _queue.Runs();
        var wanted = runs.Where(one => run == EveryRun || run == one.Name || run == one.Number.ToString(CultureInfo.InvariantCulture)).Select(one => one.CrawlId).ToList();
        return wanted.Count > 0 || run == EveryRun
            ? wanted
            : throw new FormatException($"There is no run '{run}' of {Recurring.Id}; it has {runs.Count}{(runs.Count == 0 ? "" : $", the last is {runs[^1].Number}, {runs[^1].Name}")}.");
    }

    private static Crawl? CrawlOf(SqliteQueueView queue, RecurringCrawl? recurring) => recurring switch
    {
        null => queue.FindCrawl(),
        { LastRun: { } run } => queue.FindCrawl(run.CrawlId),
        _ => new Crawl(recurring.Id, recurring.Spec, recurring.CreatedAt),
    };

    public void Dispose() => _queue.Dispose();
}
