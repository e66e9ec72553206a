using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using Microsoft.Data.Sqlite;
using TestKit;

namespace BrowserFarm.Tests.Queueing;

/// <summary>Looking into a queue that somebody else works on.</summary>
public sealed class SqliteQueueViewTests : IAsyncLifetime
{
    private static readonly Lane[] Lanes = [Lane.Urgent, Lane.Normal, Lane.Background];

    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();
    private SqliteJobQueue _queue = null!;
    private SqliteQueueView _view = null!;

    public async Task InitializeAsync()
    {
        _queue = SqliteJobQueue.Open(_folder.Combine("crawl.db"), _clock);
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        _view = SqliteQueueView.Open(_folder.Combine("crawl.db"));
    }

    public async Task DisposeAsync()
    {
        _view.Dispose();
        await _queue.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Locate_JobsInLine_KnowsWhoGoesBefore()
    {
        await _queue.SubmitAsync(
            "crawl", [Some.Job("https://a.example/deep", depth: 2), Some.Job("https://a.example/seed"), Some.Job("https://a.example/important", depth: 9) with { Priority = 5 }, Some.Job("https://b.example/")], default);

        Place("https://a.example/important").Ahead.Should().Be(0);
        Place("https://a.example/seed").Ahead.Should().Be(1);
        Place("https://a.example/deep").Ahead.Should().Be(2);
        Place("https://b.example/").Ahead.Should().Be(0);
        Place("https://a.example/deep").Line.Should().BeEquivalentTo(new { Target = Some.Target("https://a.example/"), Lane = Lane.Normal, Queued = 3L, DueAt = (DateTimeOffset?)null });
        _view.Lines(10).Select(line => (line.Target.Value, line.Queued)).Should().Equal(("https://a.example", 3), ("https://b.example", 1));
        _view.Lines(1).Should().ContainSingle();
    }

    [Fact]
    public async Task ArtifactNamesOf_ResultWithAndWithoutFiles_AreToldWithoutReadingIt()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1", "https://b.example/1"), default);
        var plain = await SettleAsync(Some.Page());
        var pictured = await SettleAsync(Some.Page() with { Artifacts = new Dictionary<string, string> { ["pdf"] = "artifacts/b", ["image"] = "artifacts/a" } });
        Change("UPDATE results SET document = x'00'");

        _view.ArtifactNamesOf(plain).Should().BeEmpty();
        _view.ArtifactNamesOf(pictured).Should().Equal("image", "pdf");
    }

    [Fact]
    public async Task ArtifactNamesOf_ResultOfAnEarlierRelease_AreThoseInTheResult()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        var job = await SettleAsync(Some.Page() with { Artifacts = new Dictionary<string, string> { ["image"] = "artifacts/a" } });
        Change("DELETE FROM artifact_names");

        _view.ArtifactNamesOf(job).Should().Equal("image");
    }

    private async Task<long> SettleAsync(PageDocument page)
    {
        var claimed = (await _queue.ClaimNextAsync(Engine.Browser, Lanes, new FakeGate(_clock), "worker", TimeSpan.FromMinutes(1), default))!.Claimed;
        (await _queue.SettleAsync(claimed.Claim, new Settlement.Ack(page, [], []), default)).Should().BeTrue();
        return claimed.Job.Id;
    }

    private void Change(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.Combine("crawl.db")}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    [Fact]
    public async Task Locate_TargetAtItsLimit_ShowsTheLineSetAsideWithoutPuttingItBack()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1", "https://a.example/2"), default);
        var gate = new FakeGate(_clock) { Limit = 1 };
        var claimed = await _queue.ClaimNextAsync(Engine.Browser, Lanes, gate, "worker 1", TimeSpan.FromMinutes(1), default);

        using var again = SqliteQueueView.Open(_folder.Combine("crawl.db"));

        Place("https://a.example/2").Line.OpensAt.Should().BeNull();
        again.Lines(1).Single().OpensAt.Should().BeNull("looking changes nothing");
        var running = Located<Whereabouts.Running>("https://a.example/1");
        running.Worker.Should().Be("worker 1");
        running.Since.Should().Be(_clock.GetUtcNow());
        running.Job.Should().Be(claimed!.Claimed.Job);
    }

    [Fact]
    public async Task Locate_JobToBeTriedAgain_KnowsWhenAndWhatWas()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        var due = _clock.GetUtcNow().AddMinutes(1);
        await SettleNextAsync(new Settlement.Retry(Some.Failure(), due));

        var queued = Place("https://a.example/1");

        queued.DueAt.Should().Be(due);
        queued.Line.DueAt.Should().Be(due);
        queued.Attempts.Should().ContainSingle().Which.Class.Should().Be("http-500");
    }

    [Fact]
    public async Task Locate_WaitingJob_KnowsWhatItWaitedForSoFar()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1", "https://a.example/2"), default);
        var gate = new FakeGate(_clock) { ClosedUntil = { [Some.Target("https://a.example/")] = _clock.GetUtcNow().AddSeconds(10) } };
        (await _queue.ClaimNextAsync(Engine.Browser, Lanes, gate, "worker 1", TimeSpan.FromMinutes(1), default)).Should().BeNull();

        _clock.Advance(TimeSpan.FromSeconds(4));
        Place("https://a.example/2").Waited.Should().Be(new Waits(TargetBlocked: 4_000));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Place("https://a.example/2").Waited.Should().Be(new Waits(TargetBlocked: 10_000, Turn: 3_000));
        Place("https://a.example/2").QueuedAt.Should().Be(_clock.GetUtcNow().AddSeconds(-13));

        await SettleNextAsync(new Settlement.Retry(Some.Failure(), _clock.GetUtcNow().AddSeconds(5)));
        _clock.Advance(TimeSpan.FromSeconds(3));
        Place("https://a.example/1").Waited.Should().Be(new Waits(DueTime: 3_000), "of its present wait");
        _clock.Advance(TimeSpan.FromSeconds(4));
        Place("https://a.example/1").Waited.Should().Be(new Waits(DueTime: 5_000, Turn: 2_000));
        _view.Waited("crawl").Should().Be(new Waits(TargetBlocked: 10_000, Turn: 3_000));

        // Nobody has given a sign of life for long.
        _clock.Advance(TimeSpan.FromMinutes(1));
        Place("https://a.example/2").Waited.NobodyWorks.Should().BePositive();
    }

    [Fact]
    public async Task Locate_JobOutsideOfItsLine_KnowsWhoGoesBefore()
    {
        await _queue.SubmitAsync("crawl", [Some.Job("https://a.example/1"), Some.Job("https://a.example/2") with { IsDeferred = true }, Some.Job("https://a.example/3") with { IsDeferred = true }], default);

        var outside = Located<Whereabouts.Deferred>("https://a.example/3");

        outside.Ahead.Should().Be(1);
        outside.Line.Should().BeEquivalentTo(new { Queued = 1L, Deferred = 2L });
        _view.Count("crawl").Deferred.Should().Be(2);
    }

    [Fact]
    public async Task Locate_EndedJobs_KnowsHow()
    {
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/1"), default);
        await SettleNextAsync(Some.Ack());
        await _queue.SubmitAsync("crawl", Some.Jobs("https://a.example/2"), default);
        await SettleNextAsync(new Settlement.DeadLetter(Some.Failure(FailureKind.Permanent)));

        Located<Whereabouts.Ended>("https://a.example/1").Should().Match<Whereabouts.Ended>(ended => ended.State == JobState.Succeeded && ended.Failure == null);
        Located<Whereabouts.Ended>("https://a.example/2").Should().Match<Whereabouts.Ended>(ended => ended.State == JobState.Failed && ended.Failure!.Class == "http-500");
        _view.Locate("crawl", job: 2, _clock.GetUtcNow()).Should().BeOfType<Whereabouts.Ended>();
        _view.Count("crawl").Should().Be(new CrawlCounts(0, 0, 1, 1, 0));
        _view.Lines(10).Should().BeEmpty();
    }

    [Fact]
    public async Task Locate_SkippedAndUnknown_AreToldApart()
    {
        await _queue.SkipAsync("crawl", [new SkippedUrl("https://else.example/", SkipReason.OtherHost, "https://a.example/")], default);

        Located<Whereabouts.Skipped>("https://else.example/").Should().Be(new Whereabouts.Skipped(SkipReason.OtherHost, "https://a.example/"));
        Located<Whereabouts.Unknown>("https://never.example/");
        _view.Locate("crawl", job: 4711, _clock.GetUtcNow()).Should().BeOfType<Whereabouts.Unknown>();
        _view.Locate("no such crawl", CanonicalUrl.Parse("https://else.example/"), _clock.GetUtcNow()).Should().BeOfType<Whereabouts.Unknown>();
    }

    [Fact]
    public void Open_NoDatabase_SaysSoAndMakesNone()
    {
        var path = _folder.Combine("none.db");

        FluentActions.Invoking(() => SqliteQueueView.Open(path)).Should().Throw<QueueStorageException>().WithMessage($"*{path}*");

        File.Exists(path).Should().BeFalse();
    }

    private async Task SettleNextAsync(Settlement settlement)
    {
        var next = await _queue.ClaimNextAsync(Engine.Browser, Lanes, new FakeGate(_clock), "worker 1", TimeSpan.FromMinutes(1), default);
        next!.Permit.Dispose();
        (await _queue.SettleAsync(next.Claimed.Claim, settlement, default)).Should().BeTrue();
    }

    private Whereabouts.Queued Place(string url) => Located<Whereabouts.Queued>(url);

    private T Located<T>(string url)
        where T : Whereabouts => _view.Locate("crawl", CanonicalUrl.Parse(url), _clock.GetUtcNow()).Should().BeOfType<T>().Subject;
}
