using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;

namespace BrowserFarm.Tests.Scheduling;

public sealed class RunPolicyTests
{
    private static readonly Recurrence Hourly = new("0 * * * *");
    private static readonly CronTimes Times = CronTimes.Parse(Hourly, Some.Noon);

    [Fact]
    public void Decide_NothingDue_WaitsUntilItIs() =>
        Decide(nextRunAt: Some.Noon, now: Some.Noon.AddTicks(-1)).Should().Be(new RunStep.Wait(Some.Noon));

    [Fact]
    public void Decide_Due_BeginsAndTheNextIsTheFirstAfterNow() =>
        Decide(nextRunAt: Some.Noon, now: Some.Noon).Should().Be(new RunStep.Begin(Some.Noon, Some.Noon.AddHours(1)));

    [Fact]
    public void Decide_ManyMissed_BeginsOneAndTheNextIsTheFirstAfterNow() =>
        Decide(nextRunAt: Some.Noon, now: Some.Noon.AddDays(40).AddMinutes(30)).Should().Be(new RunStep.Begin(Some.Noon, Some.Noon.AddDays(40).AddHours(1)));

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, true, true)]     // failed pages were put back in line after its end
    [InlineData(true, false, false)]
    public void Decide_LastRun_GoesOnUntilItHasEndedAndHasNoJobs(bool hasEnded, bool hasJobs, bool goesOn)
    {
        var run = new CrawlRun(1, "shop/1", Some.Noon, Some.Noon, hasEnded ? Some.Noon : null, FreshSince: null, Reused: 0);

        var step = Decide(nextRunAt: Some.Noon, now: Some.Noon.AddHours(5), run, hasJobs);

        (step is RunStep.GoOn).Should().Be(goesOn);
    }

    private static RunStep Decide(DateTimeOffset nextRunAt, DateTimeOffset now, CrawlRun? last = null, bool lastHasJobs = false) =>
        RunPolicy.Decide(new RecurringCrawl("shop", Some.Spec() with { Recurrence = Hourly }, Some.Noon, nextRunAt, last), lastHasJobs, Times, now);
}
