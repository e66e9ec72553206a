using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using TestKit;

namespace BrowserFarm.Tests.Queueing;

/// <summary>What a due run rests on in SQLite: one transaction, whoever else has the file open, and whatever is left of its log.</summary>
public sealed class SqliteRecurringTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => _folder.Dispose();

    private string DatabasePath => _folder.Combine("crawl.db");

    [Fact]
    public async Task BeginRunAsync_SeveralProgramsWithTheSameFile_ExactlyOneBeginsEachRun()
    {
        await CreateAsync(seeds: 100);
        var nodes = Enumerable.Range(0, 4).Select(_ => SqliteJobQueue.Open(DatabasePath, _clock)).ToList();

        var due = _clock.GetUtcNow();
        var begun = await Task.WhenAll(nodes.Select(node => Task.Run(() => node.BeginRunAsync("shop", due, due.AddHours(1), default))));

        begun.Should().ContainSingle(run => run != null);
        foreach (var node in nodes)
        {
            (await node.FindRecurringAsync("shop", default)).Should().BeEquivalentTo(new { NextRunAt = due.AddHours(1), LastRun = new { Number = 1 } });
            (await node.CountAsync(begun.Single(run => run is not null)!.CrawlId, default)).Queued.Should().Be(100);
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task BeginRunAsync_KilledAnywhere_LeavesTheWholeRunOrNothing()
    {
        const int Seeds = 500;
        await CreateAsync(Seeds);
        long before;
        byte[] log;
        var due = _clock.GetUtcNow();
        await using (var queue = SqliteJobQueue.Open(DatabasePath, _clock))
        {
            await queue.SaveTargetNotesAsync([new TargetNote(Some.Target("https://a.example/"), due, "so that the log begins")], default);
            before = new FileInfo(DatabasePath + "-wal").Length;
            (await queue.BeginRunAsync("shop", due, due.AddHours(1), default)).Should().NotBeNull();
            File.Copy(DatabasePath, _folder.Combine("base.db"));
            log = await File.ReadAllBytesAsync(DatabasePath + "-wal");
        }

        log.LongLength.Should().BeGreaterThan(before + 100_000, "the run and its seeds are in the log");
        var (none, whole) = (0, 0);
        for (var length = (int)before; length <= log.Length; length += Math.Max(1, (log.Length - (int)before) / 20))
        {
            var crashed = _folder.Combine($"crashed-{length}.db");
            File.Copy(_folder.Combine("base.db"), crashed);
            await File.WriteAllBytesAsync(crashed + "-wal", log[..length]);
            await using var queue = SqliteJobQueue.Open(crashed, _clock);

            var crawl = (await queue.FindRecurringAsync("shop", default))!;
            if (crawl.LastRun is not { } run)
            {
                none++;
                crawl.NextRunAt.Should().Be(due, "it is still to be begun");
                (await queue.FindCrawlAsync(crawlId: null, default)).Should().BeNull();
                continue;
            }

            whole++;
            crawl.NextRunAt.Should().Be(due.AddHours(1));
            (await queue.CountAsync(run.CrawlId, default)).Queued.Should().Be(Seeds);
        }

        none.Should().BePositive();
        whole.Should().BePositive();
    }

    private async Task CreateAsync(int seeds)
    {
        await using var queue = SqliteJobQueue.Open(DatabasePath, _clock);
        var spec = Some.Spec() with { Recurrence = new Recurrence("0 * * * *"), MaxPages = seeds };
        await queue.CreateRecurringAsync(
            new Crawl("shop", spec, Some.Noon), [.. Enumerable.Range(1, seeds).Select(page => Some.Job($"https://a.example/{page}"))], _clock.GetUtcNow(), default);
    }
}
