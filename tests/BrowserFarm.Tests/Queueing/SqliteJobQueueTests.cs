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

    private int _opened;

    protected override IJobQueue OpenQueue(TimeProvider time, QueueBounds? bounds = null) =>
        SqliteJobQueue.Open(_opened++ == 0 ? DatabasePath : _folder.Combine($"{_opened}.db"), time, bounds);

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

    [Fact]
    public async Task Open_SchemaOfAnEarlierRelease_SaysWhatToDo()
    {
        await Queue.DisposeAsync();
        Sql(DatabasePath, "PRAGMA user_version = 1");

        var open = () => SqliteJobQueue.Open(DatabasePath, Clock);

        open.Should().Throw<QueueStorageException>().WithMessage("*crawl.db*earlier release*schema 1*begin a new one*");
    }

    [Fact]
    public async Task Open_LinesSetAside_ArePutBack()
    {
        var gate = new FakeGate(Clock) { Limit = 1 };
        await CreateAsync("https://a.example/1", "https://a.example/2", "https://b.example/1");
        await ClaimNextAsync(gate);
        await ClaimNextAsync(gate);
        (await Queue.NextReadyAsync(Engine.Browser, default)).Should().BeNull("both targets are at their limit, one of them with nothing in line");

        await Queue.DisposeAsync();
        await using var again = SqliteJobQueue.Open(DatabasePath, Clock);
        await again.SubmitAsync(CrawlId, Some.Jobs("https://b.example/2"), default);

        var claimed = new List<string>();
        while (await again.ClaimNextAsync(Engine.Browser, Enum.GetValues<Lane>(), new FakeGate(Clock), "worker", TimeSpan.FromMinutes(1), default) is { } next)
            claimed.Add(next.Claimed.Job.Url.Value);
        claimed.Should().BeEquivalentTo("https://a.example/2", "https://b.example/2");
    }

    [Fact]
    public async Task SubmitAsync_AfterOpeningALongCrawl_KnowsEveryUrlBeforeAndAfterItsFilterIsFilled()
    {
        var urls = Enumerable.Range(0, 5000).Select(number => $"https://a.example/{number}").ToArray();
        await Queue.CreateCrawlAsync(Some.Crawl(CrawlId, maxPages: 10_000), default);
        await Queue.SubmitAsync(CrawlId, Some.Jobs(urls), default);
        await Queue.DisposeAsync();
        await using var again = SqliteJobQueue.Open(DatabasePath, Clock);

        for (var i = 0; i < 4; i++)
        {
            var receipt = await again.SubmitAsync(CrawlId, Some.Jobs([.. urls, $"https://a.example/new{i}"]), default);
            receipt.Should().Be(new SubmitReceipt(Accepted: 1, Duplicates: 5000, OverBudget: 0));
        }
    }

    [Fact]
    public async Task Open_AfterATimeInWhichNobodyWorked_LaysItToThat()
    {
        await CreateAsync("https://a.example/1");
        Clock.Advance(TimeSpan.FromSeconds(3));
        await Queue.DisposeAsync();
        Clock.Advance(TimeSpan.FromHours(5));

        await using var again = SqliteJobQueue.Open(DatabasePath, Clock);
        Clock.Advance(TimeSpan.FromSeconds(2));
        var claimed = await again.ClaimNextAsync(Engine.Browser, Enum.GetValues<Lane>(), new FakeGate(Clock), "worker", TimeSpan.FromMinutes(1), default);
        await again.SettleAsync(claimed!.Claimed.Claim, new Settlement.DeadLetter(Some.Failure()), default);

        (await again.ReadDeadLettersAsync(CrawlId, 0, 1, default)).Single().Attempts.Single().Waited.Should().Be(new Waits(NobodyWorks: 5 * 3_600_000, Turn: 5_000));
    }

    [Theory]
    [InlineData("SELECT id FROM lines WHERE engine = 0 AND lane = 1 AND queued > 0 AND ready_at <= 5 ORDER BY ready_at, served LIMIT 1", "lines_ready")]
    [InlineData("SELECT id FROM jobs WHERE line = 1 AND state = 0 AND due_at IS NULL ORDER BY priority DESC, rank, id LIMIT 1", "jobs_ready")]
    [InlineData("SELECT min(due_at) FROM jobs WHERE line = 1 AND state = 0 AND due_at IS NOT NULL", "jobs_waiting")]
    [InlineData("UPDATE jobs SET due_at = NULL WHERE line = 1 AND state = 0 AND due_at <= 5", "jobs_waiting")]
    [InlineData("UPDATE lines SET opens_at = 5 WHERE engine = 0 AND lane = 1 AND queued > 0 AND ready_at = 9 AND opens_at = 9", "lines_ready")]
    [InlineData("UPDATE lines SET opens_at = 5 WHERE target = 'a'", "sqlite_autoindex_lines_1")]
    [InlineData("SELECT id FROM lines WHERE deferred > 0 AND queued < 5 ORDER BY queued LIMIT 1", "lines_deferred")]
    [InlineData("SELECT target FROM lines WHERE queued >= 1000 AND queued >= 5 ORDER BY queued DESC LIMIT 1", "lines_long")]
    [InlineData("SELECT id FROM deferred WHERE line = 1 ORDER BY priority DESC, rank, id LIMIT 1", "deferred_next")]
    public void Plan_StatementsOfAClaim_StepThroughAnIndexAndSortNothing(string statement, string index)
    {
        using var database = SqliteDatabase.Open(_folder.Combine("plan.db"));

        var plan = database.Read(session => session.All("EXPLAIN QUERY PLAN " + statement, row => row.GetString(3)));

        plan.Should().ContainSingle().Which.Should().StartWith("SEARCH").And.Contain(index);
    }

    [Theory]
    [InlineData(null, null, "SEARCH finished USING INDEX finished_dead (id>?)")]
    [InlineData(null, "http-404", "SEARCH finished USING INDEX finished_class (failure_class=? AND state=? AND rowid>?)")]
    [InlineData("crawl", null, "SEARCH finished USING INDEX finished_failed (crawl=? AND id>?)")]
    [InlineData("crawl", "http-404", "SEARCH finished USING INDEX finished_crawl_class (crawl=? AND failure_class=? AND state=? AND rowid>?)")]
    public void Plan_DeadLettersOfEachFilter_AreFoundInTheirOrderByAnIndex(string? crawl, string? reason, string step)
    {
        using var database = SqliteDatabase.Open(_folder.Combine("plan.db"));
        var (statement, arguments) = SqliteDeadLetters.Select("id, url", new DeadLetterFilter(crawl, reason), afterJob: 5, atMost: 10);

        var plan = database.Read(session => session.All("EXPLAIN QUERY PLAN " + statement, row => row.GetString(3), arguments));

        plan.Should().Contain(step).And.NotContain(line => line.Contains("TEMP B-TREE") || line.StartsWith("SCAN finished"));
    }

    [Theory]
    [InlineData(SqliteQueueView.ClassesOfAll, 1)]
    [InlineData(SqliteQueueView.ClassesOfOne, 2)]
    [InlineData(SqliteQueueView.ClassTotals, 1)]
    public void Plan_ReasonsWithTheirCounts_AreCountedInAnIndexWithoutReadingJobs(string statement, int arguments)
    {
        using var database = SqliteDatabase.Open(_folder.Combine("plan.db"));

        var plan = database.Read(session => session.All("EXPLAIN QUERY PLAN " + statement, row => row.GetString(3), [.. Enumerable.Repeat<object>(1, arguments)]));

        plan.Should().ContainSingle(line => line.Contains(" finished ")).Which.Should().Contain("USING COVERING INDEX");
        plan.Should().NotContain("USE TEMP B-TREE FOR GROUP BY");
    }

    [Fact]
    public async Task DeadLetters_OfAHundredThousandFailedJobs_ArePagedAndCountedInMoments()
    {
        await CreateAsync("https://a.example/1");
        using (var connection = new SqliteConnection($"Data Source={DatabasePath}"))
        {
            connection.Open();
            using var fill = connection.CreateCommand();
            fill.CommandText = """
                WITH RECURSIVE numbers (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 400999)
                INSERT INTO finished (id, crawl, line, lane, engine, url, depth, priority, state, attempts, holds, refunds, epoch, failure_kind, failure_class, failure_reason)
                SELECT n, 1, 1, 1, 0, 'https://a.example/' || n, 0, 0, iif(n % 4 = 0, 3, 2), 1, 0, 0, 1, 0, iif(n % 4 = 0, 'http-' || (400 + n % 20), NULL), 'It failed.' FROM numbers
                """;
            fill.ExecuteNonQuery();
        }

        using var view = SqliteQueueView.Open(DatabasePath);
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var letters = await Queue.ReadDeadLettersAsync(new DeadLetterFilter(), 390_000, 100, default);
        var ofOneReason = await Queue.ReadDeadLettersAsync(new DeadLetterFilter(Class: "http-416"), 390_000, 100, default);
        var totals = view.FailureTotals(100);
        var classes = view.FailureClasses(crawlId: null, 100);
        var took = System.Diagnostics.Stopwatch.GetElapsedTime(began);

        letters.Should().HaveCount(100).And.OnlyContain(letter => letter.Job.Id > 390_000 && letter.Job.Id % 4 == 0);
        ofOneReason.Should().HaveCount(100).And.OnlyContain(letter => letter.Failure.Class == "http-416");
        totals.Sum(total => total.Count).Should().Be(100_000);
        classes.Should().HaveCount(5);
        took.Should().BeLessThan(TimeSpan.FromSeconds(2), "four questions take some tens of milliseconds; a machine that is busy gets more");
    }

    [Fact]
    public async Task Open_DatabaseWithoutWhatCameLater_GetsIt()
    {
        await CreateAsync("https://a.example/1");
        await Queue.DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={DatabasePath}"))
        {
            connection.Open();
            using var drop = connection.CreateCommand();
            drop.CommandText = "DROP INDEX finished_dead; DROP INDEX finished_class; DROP INDEX finished_crawl_class; DROP TABLE artifact_names";
            drop.ExecuteNonQuery();
        }

        await using var again = SqliteJobQueue.Open(DatabasePath, Clock);

        (await again.ReadDeadLettersAsync(new DeadLetterFilter(), 0, 10, default)).Should().BeEmpty();
    }

    [Fact]
    public void Plan_ResultsOfOneOfManyRuns_AreFoundWithoutPassingOverTheOthers()
    {
        using var database = SqliteDatabase.Open(_folder.Combine("plan.db"));

        var plan = database.Read(session => session.All("EXPLAIN QUERY PLAN SELECT seq, document FROM results WHERE crawl = 1 AND seq > 5 ORDER BY seq LIMIT 1", row => row.GetString(3)));

        plan.Should().Equal("SEARCH results USING INDEX results_crawl (crawl=? AND rowid>?)");
    }

    [Fact]
    public void Plan_JobsThatBecameDue_AreFoundByTheirLine()
    {
        using var database = SqliteDatabase.Open(_folder.Combine("plan.db"));

        var plan = database.Read(session => session.All(
            "EXPLAIN QUERY PLAN UPDATE jobs SET due_at = NULL FROM lines WHERE lines.id = jobs.line AND jobs.state = 0 AND jobs.due_at <= 5 AND lines.target = 'a'", row => row.GetString(3)));

        plan.Should().Equal(
            "SEARCH lines USING COVERING INDEX sqlite_autoindex_lines_1 (target=?)", "SEARCH jobs USING COVERING INDEX jobs_waiting (line=? AND due_at<?)");
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
            await queue.NextReadyAsync(Engine.Browser, default);
            await queue.ClaimNextAsync(Engine.Browser, Enum.GetValues<Lane>(), new FakeGate(Clock), "worker", TimeSpan.FromMinutes(1), default);
            await queue.ReadResultsAsync(CrawlId, 0, 10, default);
        };

        await use.Should().ThrowAsync<QueueStorageException>().WithMessage("*truncated.db*");
    }

    [Fact]
    public async Task WriteAsync_LockedByAnotherProgram_SaysSoAndGoesOnWhenItIsFree()
    {
        await Queue.CreateCrawlAsync(Some.Crawl("first"), default);
        using (var other = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction();   // immediate: nobody else may write

            var locked = () => Queue.CreateCrawlAsync(Some.Crawl("second"), default);
            (await locked.Should().ThrowAsync<QueueStorageException>()).WithMessage($"*{DatabasePath} is locked by another program*").Which.IsPassing.Should().BeTrue();
        }

        await Queue.CreateCrawlAsync(Some.Crawl("second"), default);
        (await Queue.FindCrawlAsync("first", default)).Should().NotBeNull();
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
        database.Read(session => session.All("SELECT target FROM lines", row => row.GetString(0)))
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

        (await write.Should().ThrowAsync<QueueStorageException>().WithMessage("*full.db*full*")).Which.IsPassing.Should().BeTrue();
        await writer.WriteAsync(session => session.First("PRAGMA max_page_count = 1000000", row => row.GetInt64(0)), default);
        await writer.WriteAsync(session => InsertTarget(session, "after"), default);
        database.Read(session => session.All("SELECT target FROM lines", row => row.GetString(0))).Should().BeEquivalentTo("before", "after");
    }

    [Fact]
    public async Task WriteAsync_GroupNotKept_UndoesWhatItsChangesDidElsewhere()
    {
        using var database = SqliteDatabase.Open(_folder.Combine("undo.db"));
        await using var writer = new SqliteWriter(database);
        var pages = await writer.WriteAsync(session => session.First("PRAGMA page_count", row => row.GetInt64(0)), default);
        await writer.WriteAsync(session => session.First($"PRAGMA max_page_count = {pages}", row => row.GetInt64(0)), default);
        using var begun = new ManualResetEventSlim();
        using var hold = new ManualResetEventSlim();
        var undone = new List<string>();

        var kept = writer.WriteAsync(_ => { begun.Set(); hold.Wait(Bounds.Medium); return "kept"; }, default, undone.Add);
        begun.Wait(Bounds.Short).Should().BeTrue();   // the others gather behind it
        var made = writer.WriteAsync(_ => "made", default, undone.Add);
        var own = writer.WriteAsync<string>(_ => throw new InvalidOperationException("mine"), default, undone.Add);
        var full = writer.WriteAsync(session => $"{InsertTarget(session, new string('x', 100_000))}", default, undone.Add);
        var never = writer.WriteAsync(_ => "never", default, undone.Add);
        hold.Set();

        (await kept).Should().Be("kept");
        foreach (var lost in new[] { made, own, full, never })
            await lost.Invoking(task => task).Should().ThrowAsync<QueueStorageException>().WithMessage("*full*");
        undone.Should().Equal("made");
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

    private static int InsertTarget(SqliteSession session, string name) => session.Execute("INSERT INTO lines (target, lane, engine, opens_at, since, down_seen) VALUES (?1, 1, 0, 0, 0, 0)", name);

    private Task<AdmittedJob?> ClaimNextAsync(FakeGate gate) =>
        Queue.ClaimNextAsync(Engine.Browser, Enum.GetValues<Lane>(), gate, "worker", TimeSpan.FromMinutes(1), default);

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
        var running = await ClaimAsync();
        var failed = await ClaimAsync();
        await SettleAsync(failed, new Settlement.DeadLetter(Some.Failure()));
        await SettleAsync(
            await ClaimAsync(),
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
