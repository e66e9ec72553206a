using System.Diagnostics;
using System.Globalization;
using BrowserFarm.Benchmarks.Machine;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing.Sqlite;

namespace BrowserFarm.Benchmarks.Queueing;

/// <summary>Fills a queue on disk with as many jobs as a large crawl has, and measures what a farm does with it; every commit is flushed to the disk.</summary>
internal sealed class QueueBenchmark(int jobs, int targets)
{
    private const string Crawl = "bench";
    private const int SubmitBatch = 1000;
    private const int Claims = 2000;
    private const int Workers = 16;
    private const int JobsPerWorker = 600;

    private static readonly TimeSpan ClaimFor = TimeSpan.FromHours(1);
    private static readonly Lane[] Lanes = Enum.GetValues<Lane>();

    private readonly BenchGate _gate = new();

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        using var folder = new OwnTempFolder();
        var path = Path.Combine(Path.GetTempPath(), "bench.db");
        var table = new MarkdownTable("What", "Demanded", "Measured", "Processor time");

        Progress("a flush of this disk");
        Add(table, "flush of 4 KB to this disk, p50, p99 of 300", "", Quantiles(Flushes(Path.Combine(Path.GetTempPath(), "flush"))), "");

        var queue = SqliteJobQueue.Open(path, TimeProvider.System);
        try
        {
            Progress($"submitting {jobs} jobs");
            var submitting = await MeasureAsync(() => SubmitAsync(queue, cancellationToken));
            Add(table, $"bulk submission of {jobs} jobs over {targets} targets, {SubmitBatch} at a time", "10 000 jobs/s", PerSecond(jobs, submitting.Wall), PerItem(jobs, submitting.Processor));

            Progress("opening again");
            await queue.DisposeAsync();
            var opening = await MeasureAsync(async () =>
            {
                queue = SqliteJobQueue.Open(path, TimeProvider.System);
                await queue.NextReadyAsync(Engine.Browser, cancellationToken);
            });
            Add(table, "opening that database again", "2 s", Figures.Milliseconds(opening.Wall), Figures.Milliseconds(opening.Processor));

            Progress("claiming");
            var claims = new Samples();
            var claiming = await MeasureAsync(() => ClaimAsync(queue, claims, cancellationToken));
            Add(table, $"claim, one worker: p50, p99 of {claims.Count}", "p99 5 ms", Quantiles(claims), PerItem(claims.Count, claiming.Processor));

            Progress("claiming and ending");
            var working = await MeasureAsync(() => Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(queue, $"worker {worker}", cancellationToken)))));
            Add(table, $"claim and ack, {Workers} workers", "2 000/s", PerSecond(Workers * JobsPerWorker, working.Wall), PerItem(Workers * JobsPerWorker, working.Processor));

            Progress("claiming among blocked targets");
            _gate.Closed = Enumerable.Range(0, targets * 9 / 10).Select(number => $"https://{Host(number)}").ToHashSet();
            var first = new Samples();
            await ClaimAsync(queue, first, cancellationToken, count: targets / 5);   // meets and moves those that are blocked
            var among = new Samples();
            var blocked = await MeasureAsync(() => ClaimAsync(queue, among, cancellationToken));
            Add(table, $"the claim that finds {_gate.Closed.Count} targets blocked: worst of {first.Count}", "", Figures.Milliseconds(first.Quantile(1)), "");
            Add(table, $"claim among {_gate.Closed.Count} blocked targets: p50, p99 of {among.Count}", "p99 5 ms", Quantiles(among), PerItem(among.Count, blocked.Processor));
        }
        finally
        {
            await queue.DisposeAsync();
        }

        Add(table, "database, peak of this process's memory", "400 MB", $"{Figures.Megabytes(new FileInfo(path).Length)}, {Figures.Megabytes(PeakBytes())}", "");
        return $"### Queue\n\n{table}";
    }

    /// <summary>The first fifth of the URLs is of one target, the rest of all in turn, as links come in.</summary>
    private async Task SubmitAsync(SqliteJobQueue queue, CancellationToken cancellationToken)
    {
        var spec = new CrawlSpec { Seeds = [], MaxPages = jobs, Page = new PageWish([PageFormat.Text], []) };
        await queue.CreateCrawlAsync(new Crawl(Crawl, spec, TimeProvider.System.GetUtcNow()), cancellationToken);
        var batch = new List<NewJob>(SubmitBatch);
        for (var i = 0; i < jobs; i++)
        {
            var host = i % 5 == 0 ? targets - 1 : i % (targets - 1);
            var page = i.ToString(CultureInfo.InvariantCulture);
            batch.Add(new NewJob(CanonicalUrl.Parse($"https://{Host(host)}/catalogue/section-{page[^1]}/page-{page}.html"), Depth: i % 4, FoundOn: $"https://{Host(host)}/"));
            if (batch.Count < SubmitBatch && i < jobs - 1)
                continue;

            var receipt = await queue.SubmitAsync(Crawl, batch, key: null, cancellationToken);
            if (receipt.Accepted != batch.Count)
                throw new InvalidOperationException($"Of {batch.Count} new jobs {receipt.Accepted} were accepted.");
            batch.Clear();
        }
    }

    private async Task ClaimAsync(SqliteJobQueue queue, Samples samples, CancellationToken cancellationToken, int count = Claims)
    {
        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var next = await queue.ClaimNextAsync(Engine.Browser, Lanes, _gate, "bench", ClaimFor, cancellationToken);
            samples.Add(Stopwatch.GetElapsedTime(started));
            if (next is null)
                throw new InvalidOperationException("There is nothing to claim; give more --jobs.");
        }
    }

    private async Task WorkAsync(SqliteJobQueue queue, string worker, CancellationToken cancellationToken)
    {
        var text = string.Concat(Enumerable.Range(0, 400).Select(number => $"word{number} "));
        for (var i = 0; i < JobsPerWorker; i++)
        {
            var next = await queue.ClaimNextAsync(Engine.Browser, Lanes, _gate, worker, ClaimFor, cancellationToken)
                ?? throw new InvalidOperationException("There is nothing to claim; give more --jobs.");
            var url = next.Claimed.Job.Url.Value;
            var page = new PageDocument
            {
                Url = url,
                FinalUrl = url,
                Status = 200,
                Title = "A page",
                ContentType = "text/html",
                FetchedAt = TimeProvider.System.GetUtcNow(),
                TimingsMs = new PageTimings(1, 2, 3, 4),
                Text = text,
            };
            next.Permit.Dispose();
            if (!await queue.SettleAsync(next.Claimed.Claim, new Settlement.Ack(page, [], []), cancellationToken))
                throw new InvalidOperationException($"The claim of {url} was lost.");
        }
    }

    /// <summary>What one flushed write costs here: the floor of everything that is durable.</summary>
    private static Samples Flushes(string path)
    {
        var samples = new Samples();
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var page = new byte[4096];
        for (var i = 0; i < 300; i++)
        {
            var started = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, page, i * (long)page.Length);
            RandomAccess.FlushToDisk(file);
            samples.Add(Stopwatch.GetElapsedTime(started));
        }

        return samples;
    }

    private static async Task<(TimeSpan Wall, TimeSpan Processor)> MeasureAsync(Func<Task> work)
    {
        var processor = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        await work();
        return (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - processor);
    }

    /// <summary>The most resident memory this process ever had: <c>VmHWM</c>, see proc(5).</summary>
    private static long PeakBytes()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>Into the table, and at once to whoever waits: a run takes minutes.</summary>
    private static void Add(MarkdownTable table, params string[] cells)
    {
        table.Add(cells);
        Console.Error.WriteLine($"bench: queue, {string.Join(" | ", cells)}");
    }

    private static string Host(int number) => $"site-{number:00000}.example";

    private static string PerSecond(int count, TimeSpan time) => $"{count / time.TotalSeconds:0}/s";

    private static string PerItem(int count, TimeSpan processor) => $"{processor.TotalMicroseconds / count:0} µs each";

    private static string Quantiles(Samples samples) => $"{Figures.Milliseconds(samples.Quantile(0.5))}, {Figures.Milliseconds(samples.Quantile(0.99))}";

    private static void Progress(string what) => Console.Error.WriteLine($"bench: queue, {what}...");
}
