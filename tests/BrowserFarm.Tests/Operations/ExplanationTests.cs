using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Scheduling;
using ContextPool.Memory;

namespace BrowserFarm.Tests.Operations;

public sealed class ExplanationTests
{
    private static readonly DateTimeOffset Now = Some.Noon;
    private static readonly LineView Open = new(Some.Target("https://a.example/"), Lane.Normal, Engine.Browser, Queued: 5, Deferred: 0, OpensAt: Now.AddSeconds(-1), DueAt: null);
    private static readonly TargetStatus Target = new("https://a.example", Limit: 2, InFlight: 2, BlockedUntil: null, SpacedUntil: null, SecondsPerRequest: 3);
    private static readonly FarmStatus Busy = Status(busy: 4, Target);

    [Fact]
    public void Of_NoFarmWorks_SaysThatFirst()
    {
        var why = Explanation.Of(Queued(Open with { OpensAt = null }, ahead: 3), status: null, Now);

        why.Should().Be(new Explanation(new Wait(WaitCause.NobodyWorks, "no program works on this crawl"), Position: 3, About: null));
    }

    [Fact]
    public void Of_JobWithATimeOfItsOwn_WaitsForThatAndNamesTheTry()
    {
        var record = new AttemptRecord(1, Now, Now, "worker 1", "retry", "http-503", "busy");
        var queued = Queued(Open, ahead: 0, dueAt: Now.AddSeconds(30)) with { Attempts = [record] };

        var why = Explanation.Of(queued, Busy, Now);

        why.Wait.Cause.Should().Be(WaitCause.DueTime);
        why.Wait.Until.Should().Be(Now.AddSeconds(30));
        why.Wait.Reason.Should().Contain("http-503").And.Contain("try 1");
        why.About.Should().Be(Now.AddSeconds(30));
    }

    [Fact]
    public void Of_TargetAtItsLimit_TellsHowMuchThatIsAndReckonsByRounds()
    {
        var why = Explanation.Of(Queued(Open with { OpensAt = null }, ahead: 4), Busy, Now);

        why.Wait.Should().Be(new Wait(WaitCause.TargetLimit, "its site has 2 of 2 requests in flight"));
        why.About.Should().Be(Now.AddSeconds(9), "one round to end, two of two for those before it");
    }

    [Theory]
    [InlineData(true, WaitCause.TargetBlocked)]
    [InlineData(false, WaitCause.Spacing)]
    public void Of_TargetClosedForATime_TellsWhetherItRefusedOrIsSpaced(bool blocked, WaitCause cause)
    {
        var line = Open with { OpensAt = Now.AddSeconds(20) };
        var status = Status(busy: 1, Target with { BlockedUntil = blocked ? Now.AddSeconds(20) : null, InFlight = 0 });

        var why = Explanation.Of(Queued(line, ahead: 0), status, Now);

        why.Wait.Cause.Should().Be(cause);
        why.Wait.Until.Should().Be(Now.AddSeconds(20));
        why.About.Should().Be(Now.AddSeconds(20));
    }

    [Theory]
    [InlineData(4, WaitCause.Turn)]
    [InlineData(3, WaitCause.Turn)]
    public void Of_OpenLine_WaitsForAWorkerOrItsTurn(int busy, WaitCause cause) =>
        Explanation.Of(Open, Status(busy, Target), Now).Cause.Should().Be(cause);

    [Fact]
    public void Of_NothingCanBeWritten_SaysThatOfEveryLine()
    {
        Explanation.Of(Open, Busy with { Storage = "the disk is full" }, Now).Should().Be(new Wait(WaitCause.Turn, "the disk is full"));
        Explanation.Of(Open, Busy.Silenced("it says nothing"), Now).Should().Be(new Wait(WaitCause.Turn, "it says nothing"));
    }

    [Fact]
    public void Of_ItsTurn_TellsTheLanesShare() =>
        Explanation.Of(Open, Status(busy: 3, Target), Now).Reason.Should().Be("its turn (its lane has 3 of 10, and what the others leave)");

    [Fact]
    public void Of_LineWhoseJobsAllHaveTimes_WaitsForTheFirst() =>
        Explanation.Of(Open with { DueAt = Now.AddMinutes(1) }, Busy, Now).Should().Match<Wait>(wait => wait.Cause == WaitCause.DueTime && wait.Until == Now.AddMinutes(1));

    [Fact]
    public void Of_TargetThatNobodyTimed_SaysThatNobodyCanSay() =>
        Explanation.Of(Queued(Open, ahead: 4), Status(busy: 4), Now).About.Should().BeNull();

    [Fact]
    public void FromJson_OfWhatWasWritten_IsTheSame() => FarmStatus.FromJson(Busy.ToJson()).Should().BeEquivalentTo(Busy);

    [Fact]
    public void Of_LineOfTheHttpEngine_GoesByItsOwnWorkers()
    {
        var line = Open with { Engine = Engine.Http };

        Explanation.Of(line, Busy, Now).Cause.Should().Be(WaitCause.Turn, "those with a browser are all busy, and these are not");
        Explanation.Of(line, Busy with { HttpBusy = 16 }, Now).Should().Match<Wait>(wait => wait.Cause == WaitCause.Turn && wait.Reason.Contains("16 workers without a browser"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"at\": \"2026-")]
    [InlineData("[]")]
    public void FromJson_SomethingElse_IsNone(string text) => FarmStatus.FromJson(System.Text.Encoding.UTF8.GetBytes(text)).Should().BeNull();

    private static Whereabouts.Queued Queued(LineView line, long ahead, DateTimeOffset? dueAt = null) => new(Some.Claimed(), dueAt, ahead, line, Now, Waits.None, []);

    private static FarmStatus Status(int busy, params TargetStatus[] targets) => new(
        Now, PipelineState.Flowing, "pages run", FoundPerSecond: 1, EndedPerSecond: 2, DrainSeconds: 60, Slots: 4, busy, BudgetBound.Capacity,
        AtOnce: 3.5, TargetsBear: 6, LaneWeights: [6, 3, 1], Contexts: 4, ContextsInUse: busy, CapacityBound.Memory, HttpSlots: 16, HttpBusy: 3, new DiscoverySnapshot(DiscoveryPause.None, [], 0), NodesAdvised: null, targets);
}
