using System.Text.Json;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Workers;
using TestKit;

namespace BrowserFarm.IntegrationTests.Workers;

/// <summary>Recurring crawls: real queue on disk, real Chromium, a clock that can be put forward.</summary>
public sealed class LocalRunsTests : IAsyncLifetime
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly TempFolder _folder = new();
    private readonly ShiftedTimeProvider _clock = new();
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        Link("/", "/a", "/b", "/gone");
        Link("/a", "/b");
        Link("/b", "/a");
    }

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task NextAsync_DailyCrawl_RunsAtOnceAndThenWhenItIsDueEachCompleteInItself()
    {
        await using var runs = await BeginAsync();
        await RunAsync(runs);
        var told = new TaskCompletionSource<DateTimeOffset>();

        var next = runs.NextAsync(until => told.TrySetResult(until), CancellationToken.None);

        (await told.Task.WaitAsync(Bounds.Short)).Should().Be(runs.Crawl.NextRunAt).And.BeAfter(_clock.GetUtcNow()).And.BeBefore(_clock.GetUtcNow() + Day);
        next.IsCompleted.Should().BeFalse("nothing is due");
        _clock.Shift(Day);
        await using (var second = await next.WaitAsync(Bounds.Medium))
            await runs.RunAsync(second).WaitAsync(Bounds.Long);

        runs.Crawl.LastRun.Should().BeEquivalentTo(new { Number = 2, Reused = 0 }).And.Match<CrawlRun>(run => run.EndedAt != null);
        Folders().Should().HaveCount(2).And.AllSatisfy(folder =>
        {
            Paths(folder).Should().BeEquivalentTo("/", "/a", "/b");
            File.ReadAllLines(Path.Join(folder, "failures.ndjson")).Should().ContainSingle();
        });
    }

    [Fact]
    public async Task NextAsync_ManyDueTimesMissedWhileNobodyRan_CatchesUpOnce()
    {
        await using (var runs = await BeginAsync())
            await RunAsync(runs);
        _clock.Shift(30 * Day);

        await using var again = await ResumeAsync();
        await RunAsync(again);

        using var stop = new CancellationTokenSource();
        var next = again.NextAsync(_ => stop.Cancel(), stop.Token);
        await next.Awaiting(task => task.WaitAsync(Bounds.Medium)).Should().ThrowAsync<OperationCanceledException>("the next is only due tomorrow");
        again.Crawl.Should().BeEquivalentTo(new { LastRun = new { Number = 2 } });
        again.Crawl.NextRunAt.Should().BeAfter(_clock.GetUtcNow()).And.BeOnOrBefore(_clock.GetUtcNow() + Day);
        Folders().Should().HaveCount(2);
    }

    [Fact]
    public async Task RunAsync_PagesReadRecently_AreTakenAgainWithoutARequest()
    {
        await using var runs = await BeginAsync(fresh: 2 * Day);
        await RunAsync(runs);
        _clock.Shift(Day);
        Link("/gone");   // failed before, so it is asked for again
        var before = Visits();

        await RunAsync(runs);

        Visits()[..3].Should().Equal(before[..3], "they are fresh");
        Visits()[3].Should().BeGreaterThan(before[3]);
        runs.Crawl.LastRun!.Reused.Should().Be(3);
        var (first, second) = (Results(Folders()[0]), Results(Folders()[1]));
        second.Keys.Should().BeEquivalentTo("/", "/a", "/b", "/gone");
        second["/a"].GetProperty("reused").GetBoolean().Should().BeTrue();
        second["/a"].GetProperty("fetchedAt").GetDateTimeOffset().Should().Be(first["/a"].GetProperty("fetchedAt").GetDateTimeOffset());
        second["/gone"].TryGetProperty("reused", out _).Should().BeFalse();

        before = Visits();
        _clock.Shift(Day);
        await RunAsync(runs);
        Visits()[..3].Zip(before).Should().OnlyContain(visits => visits.First > visits.Second, "two days and a little is too old");
        Visits()[3].Should().Be(before[3], "it was read a day ago");

        int[] Visits() => [.. new[] { "/", "/a", "/b", "/gone" }.Select(_site.VisitsTo)];
    }

    [Fact]
    public async Task NextAsync_StoppedInARun_GoesOnWithThatRun()
    {
        string began;
        await using (var runs = await BeginAsync())
        {
            await using var run = await runs.NextAsync(_ => { }, CancellationToken.None);
            began = run.Crawl.Id;
            run.Stop();
            await runs.RunAsync(run).WaitAsync(Bounds.Medium);
            runs.Crawl.LastRun!.EndedAt.Should().BeNull();
        }

        _clock.Shift(3 * Day);
        await using (var again = await ResumeAsync())
        {
            await using (var run = await again.NextAsync(_ => { }, CancellationToken.None))
            {
                run.Crawl.Id.Should().Be(began);
                await again.RunAsync(run).WaitAsync(Bounds.Long);
            }

            await RunAsync(again);
            again.Crawl.LastRun!.Number.Should().Be(2, "what became due meanwhile begins when it has ended");
        }

        Folders().Should().HaveCount(2).And.AllSatisfy(folder => Paths(folder).Should().BeEquivalentTo("/", "/a", "/b"));
    }

    [Fact]
    public async Task RequeueAsync_RecurringCrawl_TakesTheLastRunWhichThenGoesOn()
    {
        await using (var runs = await BeginAsync())
            await RunAsync(runs);
        Link("/gone");

        (await FailedPages.RequeueAsync(_folder.Combine("crawl"), _ => true, CancellationToken.None)).Should().Be((1, 1));

        await using var again = await ResumeAsync();
        await RunAsync(again);
        again.Crawl.LastRun!.Number.Should().Be(1);
        Paths(Folders().Single()).Should().BeEquivalentTo("/", "/a", "/b", "/gone");
    }

    [Fact]
    public async Task AddAsync_RecurringCrawl_AddsToTheLastRunWhichThenGoesOn()
    {
        await using (var runs = await BeginAsync())
            await RunAsync(runs);
        _clock.Shift(Day);
        await using (var runs = await ResumeAsync())
            await RunAsync(runs);
        Link("/added");

        var receipt = await AddedPages.AddAsync(_folder.Combine("crawl"), [CanonicalUrl.Parse(_site.UriOf("/added").AbsoluteUri)], key: null, CancellationToken.None);

        receipt.Accepted.Should().Be(1);
        await using var again = await ResumeAsync();
        await RunAsync(again);
        again.Crawl.LastRun!.Number.Should().Be(2);
        Paths(Folders()[0]).Should().NotContain("/added");
        Paths(Folders()[1]).Should().BeEquivalentTo("/", "/a", "/b", "/added");
    }

    [Fact]
    public async Task RunAsync_FirstBrowserDoesNotStart_LeavesNothingBehind()
    {
        var config = Config();
        config.Launch.ExecutablePath = "/bin/false";
        await using var runs = await LocalRuns.BeginAsync(
            _folder.Combine("crawl"), Spec(fresh: null), [Start], config, new FarmOptions(), logging: null, _clock, CancellationToken.None);

        var run = () => RunAsync(runs);

        await run.Should().ThrowAsync<global::ContextPool.BrowserLaunchException>();
        Directory.Exists(_folder.Combine("crawl")).Should().BeFalse();
    }

    [Fact]
    public async Task TryResumeAsync_CrawlThatIsRunOnce_LeavesItAlone()
    {
        await using (await LocalCrawl.BeginAsync(
            _folder.Combine("crawl"), Spec(fresh: null) with { Recurrence = null }, [Start], Config(), new FarmOptions(), logging: null, CancellationToken.None))
        {
            // Begun and not run.
        }

        (await LocalRuns.TryResumeAsync(_folder.Combine("crawl"), Config(), new FarmOptions(), logging: null, _clock, CancellationToken.None)).Should().BeNull();

        await using var crawl = await LocalCrawl.ResumeAsync(_folder.Combine("crawl"), Config(), new FarmOptions(), logging: null, CancellationToken.None);
        (await crawl.LookAsync(CancellationToken.None)).Jobs.Queued.Should().Be(1);
    }

    [Fact]
    public async Task RunAsync_OnlyTheLastRunIsKept_ForgetsTheOneBeforeWithWhatItAloneHad()
    {
        var spec = Spec(fresh: null);
        spec = spec with { Page = spec.Page with { Formats = [PageFormat.Raw] }, Recurrence = spec.Recurrence! with { KeepRuns = 1 }, Http = ["*"] };
        await using var runs = await LocalRuns.BeginAsync(
            _folder.Combine("crawl"), spec, [Start], Config(), new FarmOptions { Workers = 3 }, logging: null, _clock, CancellationToken.None);
        await RunAsync(runs);
        var (first, before) = (runs.Crawl.LastRun!, Artifacts());
        before.Should().HaveCount(3);
        Link("/a", "/b", "/b#changed");
        _clock.Shift(Day);

        await RunAsync(runs);

        Folders().Should().ContainSingle().Which.Should().EndWith(runs.Crawl.LastRun!.Name);
        Artifacts().Should().HaveCount(3, "those that stayed as they were are there once");
        Artifacts().Intersect(before).Should().HaveCount(2, "what only the first run read is gone");
        using (var look = CrawlInspection.Open(_folder.Combine("crawl")))
            look.Count().Succeeded.Should().Be(3);
        (await OldRuns.ForgetAsync(_folder.Combine("other"), 1, CancellationToken.None).Awaiting(task => task).Should().ThrowAsync<global::BrowserFarm.Storage.CrawlFolderException>()).Which.Message.Should().Contain("no crawl");
        first.Number.Should().Be(1);

        List<string> Artifacts() => [.. Directory.EnumerateFiles(_folder.Combine("crawl/artifacts"), "*.gz", SearchOption.AllDirectories)];
    }

    private CanonicalUrl Start => CanonicalUrl.Parse(_site.BaseUri.AbsoluteUri);

    private static async Task RunAsync(LocalRuns runs)
    {
        await using var run = await runs.NextAsync(_ => { }, CancellationToken.None).WaitAsync(Bounds.Medium);
        await runs.RunAsync(run).WaitAsync(Bounds.Long);
    }

    private Task<LocalRuns> BeginAsync(TimeSpan? fresh = null) => LocalRuns.BeginAsync(
        _folder.Combine("crawl"), Spec(fresh), [Start], Config(), new FarmOptions { Workers = 3 }, logging: null, _clock, CancellationToken.None);

    private async Task<LocalRuns> ResumeAsync() => (await LocalRuns.TryResumeAsync(
        _folder.Combine("crawl"), Config(), new FarmOptions { Workers = 3 }, logging: null, _clock, CancellationToken.None))!;

    private CrawlSpec Spec(TimeSpan? fresh) => new()
    {
        Seeds = [Start.Value],
        Page = new PageWish([PageFormat.Text], []),
        Recurrence = new Recurrence("@daily", "UTC", fresh),
    };

    private static PlaywrightConfig Config() => PlaywrightConfigFile.Read(Path.Join(RepositoryRoot.Path, PlaywrightConfigFile.FileName));

    private void Link(string path, params string[] links) =>
        _site.MapHtml(path, $"<title>{path}</title>{string.Concat(links.Select(link => $"<a href=\"{link}\">{link}</a> "))}");

    /// <summary>Of the runs, the earliest first.</summary>
    private string[] Folders() => [.. Directory.EnumerateDirectories(_folder.Combine("crawl/runs")).Order(StringComparer.Ordinal)];

    private static List<string> Paths(string folder) => [.. Results(folder).Keys];

    private static Dictionary<string, JsonElement> Results(string folder) => File.ReadAllLines(Path.Join(folder, "results.ndjson"))
        .Select(line => JsonDocument.Parse(line).RootElement)
        .ToDictionary(result => new Uri(result.GetProperty("url").GetString()!).PathAndQuery, StringComparer.Ordinal);
}
