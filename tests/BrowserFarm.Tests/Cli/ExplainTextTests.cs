using BrowserFarm.Cli;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Cli;

public sealed class ExplainTextTests
{
    private static readonly CrawlSpec Spec = Some.Spec() with { Recurrence = new Recurrence("0 * * * *", "Europe/Berlin", TimeSpan.FromHours(6)) };

    private static readonly CrawlRun Run = new(3, "shop/2026-01-01T11-00-00Z", Some.Noon.AddHours(-1), Some.Noon.AddHours(-1), Some.Noon.AddMinutes(-58), Some.Noon, Reused: 4);

    [Fact]
    public void Overview_WaitingForTheNextRun_TellsOfTheLastAndTheNext() =>
        Lines(Some.Noon.AddMinutes(2), Run, FarmStatus.Waiting(Some.Noon.AddMinutes(2), Some.Noon)).Should().Equal(
            "shop        idle: the next run is due at 2026-01-01 12:02:00Z",
            "recurs      0 * * * * by the clock of Europe/Berlin; pages are fresh for 6h",
            "runs        3; the last began 2026-01-01 11:00:00Z and ended after 2:00: 1 read, 4 still fresh, 2 failed",
            "next run    2026-01-01 12:02:00Z, in 2:00",
            "pages       5 done, 2 failed, 0 queued, 0 running");

    [Fact]
    public void Overview_NobodyRunsItAndARunIsOverdue_TellsThatItIsCaughtUp()
    {
        var lines = Lines(Some.Noon.AddDays(-2), Run with { EndedAt = null }, status: null);

        lines[0].Should().Be("shop        nobody works on it; go on with ./farm crawl --resume shop");
        lines[2].Should().Contain("and has not ended");
        lines[3].Should().Be("next run    was due 2025-12-30 12:00:00Z, 2 d 0:00:00 ago; --resume catches it up, once");
    }

    [Fact]
    public void Overview_BeforeTheFirstRun_SaysSo() => Lines(Some.Noon, last: null, status: null)[2].Should().Be("runs        none yet");

    private static string[] Lines(DateTimeOffset nextRunAt, CrawlRun? last, FarmStatus? status) =>
        new ExplainText("shop", status, Some.Noon).Overview(
            new Crawl(last?.CrawlId ?? "shop", Spec, Some.Noon), new RecurringCrawl("shop", Spec, Some.Noon, nextRunAt, last),
            new CrawlCounts(Queued: 0, Running: 0, Succeeded: 5, Failed: 2, Cancelled: 0), Waits.None, [], "")
        .Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
