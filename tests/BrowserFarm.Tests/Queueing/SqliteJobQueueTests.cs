using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using Microsoft.Data.Sqlite;
using TestKit;

namespace BrowserFarm.Tests.Queueing;

public sealed class SqliteJobQueueTests : JobQueueContract
{
    private readonly TempFolder _folder = new();

    private string DatabasePath => _folder.Combine("crawl.db");

    protected override IJobQueue OpenQueue(TimeProvider time) => SqliteJobQueue.Open(DatabasePath, time);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Open_AfterDispose_FindsEverything()
    {
        var (running, failed) = await FillAsync();

        await Queue.DisposeAsync();
        await using var again = SqliteJobQueue.Open(DatabasePath, Clock);

        await AssertFilledAsync(again, running, failed);
    }

    [Fact]
    public async Task Open_CopyTakenWhileInUse_FindsEverythingThatWasAcknowledged()
    {
        var (running, failed) = await FillAsync();

        // What a killed process leaves: the database and its log as they are, with nothing closed.
        var crashed = _folder.Combine("crashed.db");
        File.Copy(DatabasePath, crashed);
        File.Copy(DatabasePath + "-wal", crashed + "-wal");
        await using var again = SqliteJobQueue.Open(crashed, Clock);

        await AssertFilledAsync(again, running, failed);
    }

    [Fact]
    public async Task Open_LogCutOffInTheMiddle_FindsABeginningOfWhatHappened()
    {
        await FillAsync();
        var crashed = _folder.Combine("crashed.db");
        File.Copy(DatabasePath, crashed);
        var log = await File.ReadAllBytesAsync(DatabasePath + "-wal");
        await File.WriteAllBytesAsync(crashed + "-wal", log[..(log.Length * 2 / 3)]);

        await using var again = SqliteJobQueue.Open(crashed, Clock);

        if (await again.FindCrawlAsync(CrawlId, default) is null)
            return;
        var counts = await again.CountAsync(CrawlId, default);
        counts.Succeeded.Should().Be((await again.ReadResultsAsync(CrawlId, 0, 10, default)).Count, "a result and its job's end are one transaction");
        counts.Failed.Should().Be((await again.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Count);
    }

    [Fact]
    public async Task Open_SchemaOfALaterRelease_SaysSo()
    {
        await Queue.DisposeAsync();
        Sql(DatabasePath, "PRAGMA user_version = 99");

        var open = () => SqliteJobQueue.Open(DatabasePath, Clock);

        open.Should().Throw<QueueStorageException>().WithMessage("*crawl.db*later release*99*");
    }

    [Theory]
    [InlineData("Dear diary, today I was opened as a database. Again and again and again and again and again and again and again.")]
    [InlineData("short")]
    public void Open_TextFile_SaysThatItIsNoDatabase(string text)
    {
        var path = _folder.Combine("diary.txt");
        File.WriteAllText(path, text);

        var open = () => SqliteJobQueue.Open(path, Clock);

        open.Should().Throw<QueueStorageException>().WithMessage("*diary.txt*not a database*");
        File.ReadAllText(path).Should().Be(text, "somebody's file is not ours to change");
    }

    [Fact]
    public async Task Open_TruncatedFile_FailsWithTheFilesName()
    {
        await FillAsync();
        await Queue.DisposeAsync();
        var truncated = _folder.Combine("truncated.db");
        var bytes = await File.ReadAllBytesAsync(DatabasePath);
        await File.WriteAllBytesAsync(truncated, bytes[..(4096 * 2)]);

        var use = async () =>
        {
            await using var queue = SqliteJobQueue.Open(truncated, Clock);
            await queue.ReadyTargetsAsync(0, 10, default);
            await queue.ClaimAsync(Some.Target("https://a.example/"), "worker", TimeSpan.FromMinutes(1), default);
            await queue.ReadResultsAsync(CrawlId, 0, 10, default);
        };

        await use.Should().ThrowAsync<QueueStorageException>().WithMessage("*truncated.db*");
    }

    [Fact]
    public void Open_FolderThere_FailsWithTheFilesName()
    {
        Directory.CreateDirectory(_folder.Combine("folder.db"));

        var open = () => SqliteJobQueue.Open(_folder.Combine("folder.db"), Clock);

        open.Should().Throw<QueueStorageException>().WithMessage("*folder.db*");
    }

    [Fact]
    public void Open_NoSuchFolder_FailsWithTheFilesName()
    {
        var open = () => SqliteJobQueue.Open(_folder.Combine("nowhere/crawl.db"), Clock);

        open.Should().Throw<QueueStorageException>().WithMessage("*nowhere/crawl.db*");
    }

    [Fact]
    public async Task ReadResultsAsync_DamagedDocument_FailsAsDamagedStorage()
    {
        await FillAsync();
        Sql(DatabasePath, "UPDATE results SET document = x'00112233445566'");

        var read = () => Queue.ReadResultsAsync(CrawlId, 0, 10, default);

        await read.Should().ThrowAsync<QueueStorageException>();
    }

    [Fact]
    public async Task WriteAsync_AfterDispose_FailsAsClosed()
    {
        await FillAsync();
        await Queue.DisposeAsync();

        var submit = () => Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/late"), default);

        await submit.Should().ThrowAsync<QueueStorageException>().WithMessage("*closed*");
    }

    [Fact]
    public async Task DisposeAsync_Twice_IsHarmless()
    {
        await Queue.DisposeAsync();

        var again = async () => await Queue.DisposeAsync();

        await again.Should().NotThrowAsync();
    }

    [Fact]
    public async Task DisposeAsync_WithWorkUnderWay_CarriesItThrough()
    {
        await CreateAsync();
        var submits = Enumerable.Range(0, 200).Select(number => Queue.SubmitAsync(CrawlId, Some.Jobs($"https://a.example/{number}"), default)).ToList();

        await Queue.DisposeAsync();

        var receipts = await Task.WhenAll(submits);
        receipts.Sum(receipt => receipt.Accepted).Should().Be(200);
        await using var again = SqliteJobQueue.Open(DatabasePath, Clock);
        (await again.CountAsync(CrawlId, default)).Queued.Should().Be(200);
    }

    [Fact]
    public async Task WriteAsync_OneOfAGroupFails_LeavesTheOthersAlone()
    {
        using var database = SqliteDatabase.Open(_folder.Combine("group.db"));
        await using var writer = new SqliteWriter(database);
        using var hold = new ManualResetEventSlim();
        var first = writer.WriteAsync(_ => { hold.Wait(); return 0; }, default);   // while it waits, the others gather behind it

        var good = Enumerable.Range(0, 20).Select(number => writer.WriteAsync(session => InsertTarget(session, $"good {number}"), default)).ToList();
        var thrown = writer.WriteAsync<int>(session => InsertTarget(session, "thrown") == 1 ? throw new InvalidOperationException("mine") : 0, default);
        var refused = writer.WriteAsync(session => InsertTarget(session, "refused") + session.Execute("INSERT INTO attempts (job, epoch) VALUES (1, 1)"), default);
        var wrong = writer.WriteAsync(session => InsertTarget(session, "wrong") + InsertTarget(session, "good 1"), default);
        var late = writer.WriteAsync(session => InsertTarget(session, "late"), default);
        hold.Set();

        await first;
        await Task.WhenAll(good);
        await late;
        await thrown.Invoking(task => task).Should().ThrowAsync<InvalidOperationException>().WithMessage("mine");
        await refused.Invoking(task => task).Should().ThrowAsync<SqliteException>();
        await wrong.Invoking(task => task).Should().ThrowAsync<SqliteException>();
        database.Read(session => session.All("SELECT target FROM targets", row => row.GetString(0)))
            .Should().BeEquivalentTo(Enumerable.Range(0, 20).Select(number => $"good {number}").Append("late"), "what failed undid itself and nobody else");
    }

    [Fact]
    public async Task WriteAsync_FullDisk_FailsWithTheReasonAndGoesOnWhenThereIsRoom()
    {
        using var database = SqliteDatabase.Open(_folder.Combine("full.db"));
        await using var writer = new SqliteWriter(database);
        await writer.WriteAsync(session => InsertTarget(session, "before"), default);
        var pages = await writer.WriteAsync(session => session.First("PRAGMA page_count", row => row.GetInt64(0)), default);
        await writer.WriteAsync(session => session.First($"PRAGMA max_page_count = {pages}", row => row.GetInt64(0)), default);

        var write = () => writer.WriteAsync(session => InsertTarget(session, new string('x', 100_000)), default);

        await write.Should().ThrowAsync<QueueStorageException>().WithMessage("*full.db*full*");
        await writer.WriteAsync(session => session.First("PRAGMA max_page_count = 1000000", row => row.GetInt64(0)), default);
        await writer.WriteAsync(session => InsertTarget(session, "after"), default);
        database.Read(session => session.All("SELECT target FROM targets", row => row.GetString(0))).Should().BeEquivalentTo("before", "after");
    }

    [Fact]
    public async Task WriteAsync_CalledOffWhileWaiting_WritesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await CreateAsync();

        var submit = () => Queue.SubmitAsync(CrawlId, Some.Jobs("https://a.example/1"), cancelled.Token);

        await submit.Should().ThrowAsync<OperationCanceledException>();
        (await Queue.CountAsync(CrawlId, default)).Total.Should().Be(0);
    }

    private static int InsertTarget(SqliteSession session, string name) => session.Execute("INSERT INTO targets (target) VALUES (?1)", name);

    private static void Sql(string path, string statement)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = statement;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>One job in every state.</summary>
    private async Task<(ClaimedJob Running, Job Failed)> FillAsync()
    {
        await CreateAsync("https://a.example/running", "https://a.example/failed", "https://a.example/done", "https://a.example/queued");
        var target = Some.Target("https://a.example/");
        var running = await ClaimAsync(target);
        var failed = await ClaimAsync(target);
        await SettleAsync(failed, new Settlement.DeadLetter(Some.Failure()));
        await SettleAsync(
            await ClaimAsync(target),
            new Settlement.Ack(Some.Page("https://a.example/done"), Some.Jobs("https://b.example/found"), [new SkippedUrl("x", SkipReason.BadUrl, FoundOn: null)]));
        return (running, failed.Job);
    }

    private static async Task AssertFilledAsync(SqliteJobQueue queue, ClaimedJob running, Job failed)
    {
        (await queue.FindCrawlAsync(CrawlId, default)).Should().BeEquivalentTo(Some.Crawl(CrawlId));
        (await queue.CountAsync(CrawlId, default)).Should().Be(new CrawlCounts(Queued: 2, Running: 1, Succeeded: 1, Failed: 1, Cancelled: 0));
        (await queue.CountSkippedAsync(CrawlId, default)).Should().Equal(new Dictionary<SkipReason, long> { [SkipReason.BadUrl] = 1 });
        (await queue.ReadResultsAsync(CrawlId, 0, 10, default)).Should().ContainSingle().Which.Document.Url.Should().Be("https://a.example/done");
        (await queue.ReadDeadLettersAsync(CrawlId, 0, 10, default)).Should().ContainSingle().Which.Job.Should().Be(failed);
        (await queue.SubmitAsync(CrawlId, Some.Jobs("https://b.example/found"), default)).Duplicates.Should().Be(1);
        (await queue.SettleAsync(running.Claim, Some.Ack("https://a.example/running"), default)).Should().BeTrue("the claim is still the latest");
    }
}
