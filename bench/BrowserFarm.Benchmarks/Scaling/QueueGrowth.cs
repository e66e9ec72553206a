using System.Diagnostics;
using System.Globalization;
using BrowserFarm.Benchmarks.Queueing;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing.Sqlite;
using TestKit;

namespace BrowserFarm.Benchmarks.Scaling;

/// <summary>What a job costs the queue when so many wait: submitted, claimed and ended, every commit flushed; 16 workers share commits, as in a farm.</summary>
internal static class QueueGrowth
{
    private const string Crawl = "bench";
    private const int SubmitBatch = 1000;
    private const int Workers = 16;
    private const int JobsPerWorker = 50;
    private const int Targets = 100;

    private static readonly int[] Sizes = [1_000, 100_000, 1_000_000];
    private static readonly Lane[] Lanes = Enum.GetValues<Lane>();

    /// <summary>5 KB, which compress to one.</summary>
    private static readonly string Text = string.Concat(Enumerable.Range(0, 600).Select(number => $"word{number} "));

    public static async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await MeasureAsync(Sizes[0], cancellationToken);   // compiles
        var table = new MarkdownTable("Jobs waiting", "Processor time: submit, µs", "claim and ack, µs", "all of a job, ms", "Wall time: claim, p50, p99", "Claimed and ended a second", "Database");
        foreach (var size in Sizes)
        {
            await Console.Error.WriteLineAsync($"queue: {size} jobs");
            table.Add(await MeasureAsync(size, cancellationToken));
        }

        return $"### What a job costs the queue\n\n{Targets} targets, {Workers} workers, {SubmitBatch} jobs a submission, results of 5 KB.\n\n{table}";
    }

    private static async Task<string[]> MeasureAsync(int size, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        var path = folder.Combine("bench.db");
        await using var queue = SqliteJobQueue.Open(path, TimeProvider.System);
        await queue.CreateCrawlAsync(new Crawl(Crawl, new CrawlSpec { Seeds = [], MaxPages = size, Page = new PageWish([PageFormat.Text], []) }, TimeProvider.System.GetUtcNow()), cancellationToken);

        var before = Environment.CpuUsage.TotalTime;
        foreach (var batch in Enumerable.Range(0, size).Select(JobOf).Chunk(SubmitBatch))
            await queue.SubmitAsync(Crawl, batch, key: null, cancellationToken);
        var submitted = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / size;

        var claims = new Samples();
        (before, var began) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(queue, $"worker {worker}", claims, cancellationToken), cancellationToken)));
        var (took, worked) = (Stopwatch.GetElapsedTime(began), (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / (Workers * JobsPerWorker));
        return
        [
            F(size, "#,0"), F(submitted, "0"), F(worked, "0"), F((submitted + worked) / 1000, "0.00"), $"{Figures.Milliseconds(claims.Quantile(0.5))}, {Figures.Milliseconds(claims.Quantile(0.99))}",
            F(Workers * JobsPerWorker / took.TotalSeconds, "0"), Figures.Megabytes(new FileInfo(path).Length),
        ];
    }

    private static NewJob JobOf(int number) => new(CanonicalUrl.Parse(string.Create(CultureInfo.InvariantCulture, $"https://site-{number % Targets}.example/catalogue/page-{number}.html")), Depth: number % 4, FoundOn: null);

    private static async Task WorkAsync(SqliteJobQueue queue, string worker, Samples claims, CancellationToken cancellationToken)
    {
        var gate = new BenchGate();
        for (var i = 0; i < JobsPerWorker; i++)
        {
            var asked = Stopwatch.GetTimestamp();
            var next = await queue.ClaimNextAsync(Engine.Browser, Lanes, gate, worker, TimeSpan.FromHours(1), cancellationToken) ?? throw new InvalidOperationException("There is nothing to claim.");
            lock (claims)
                claims.Add(Stopwatch.GetElapsedTime(asked));
            next.Permit.Dispose();
            var url = next.Claimed.Job.Url.Value;
            var page = new PageDocument { Url = url, FinalUrl = url, Status = 200, Title = "A page", ContentType = "text/html", FetchedAt = TimeProvider.System.GetUtcNow(), TimingsMs = new PageTimings(1, 2, 3, 4), Text = Text };
            if (!await queue.SettleAsync(next.Claimed.Claim, new Settlement.Ack(page, [], []), cancellationToken))
                throw new InvalidOperationException($"The claim of {url} was lost.");
        }
    }

    private static string F(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
