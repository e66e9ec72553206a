using BrowserFarm.Operations;
using FsCheck;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Operations;

public sealed class PipelineRulesTests
{
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromMinutes(2);
    private static readonly PipelineFacts Working = new(
        Queued: 10, Running: 3, NextReady: TimeSpan.Zero, Slots: 4, Contexts: 8, WaitForContext: 0, SinceProgress: TimeSpan.FromSeconds(1));

    private readonly PipelineRules _rules = new(LongestAttempt);

    public static TheoryData<string, PipelineState> States => new()
    {
        { "nothing to do", PipelineState.Idle },
        { "pages run", PipelineState.Flowing },
        { "pages run slowly", PipelineState.Flowing },
        { "a page is about to be taken", PipelineState.Flowing },
        { "all at their limits", PipelineState.Throttled },
        { "all blocked", PipelineState.Throttled },
        { "no memory", PipelineState.Starved },
        { "no room on the disk", PipelineState.Starved },
        { "all wait for contexts", PipelineState.Starved },
        { "ready and nobody takes it", PipelineState.Stalled },
        { "attempts without an end", PipelineState.Stalled },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void Decide_Situation_IsItsState(string situation, PipelineState expected)
    {
        var noneRuns = Working with { Running = 0 };
        var facts = situation switch
        {
            "nothing to do" => noneRuns with { Queued = 0, NextReady = null, SinceProgress = TimeSpan.FromHours(1) },
            "pages run" => Working,
            "no room on the disk" => Working with { Storage = "The disk is full", SinceProgress = TimeSpan.FromHours(1) },
            "pages run slowly" => Working with { SinceProgress = LongestAttempt },
            "a page is about to be taken" => noneRuns,
            "all at their limits" => noneRuns with { NextReady = null, SinceProgress = TimeSpan.FromHours(1) },
            "all blocked" => noneRuns with { NextReady = TimeSpan.FromMinutes(3), SinceProgress = TimeSpan.FromHours(1) },
            "no memory" => noneRuns with { Contexts = 0, SinceProgress = TimeSpan.FromHours(1) },
            "all wait for contexts" => Working with { WaitForContext = 3, SinceProgress = PipelineRules.Patience * 1.1 },
            "ready and nobody takes it" => noneRuns with { SinceProgress = PipelineRules.Patience * 1.1 },
            _ => Working with { SinceProgress = LongestAttempt * 1.1 },
        };

        var verdict = _rules.Decide(facts);

        verdict.State.Should().Be(expected);
        verdict.Reason.Should().NotBeEmpty().And.NotEndWith(".");
    }

    [Theory]
    [InlineData(1, 1, 0, "1 page is being worked on")]
    [InlineData(2, 1, 0, "2 pages are being worked on")]
    [InlineData(1, 40, 1, "the one page in hand waits for a browser context; there may be 8")]
    [InlineData(2, 40, 2, "all 2 pages in hand wait for a browser context; there may be 8")]
    [InlineData(1, 130, 0, "1 page is being worked on and has not ended for 130 s")]
    [InlineData(2, 130, 0, "2 pages are being worked on and none has ended for 130 s")]
    public void Decide_OneOrSeveralPages_AreSpokenOfAsSuch(int running, int seconds, int waiting, string reason) =>
        _rules.Decide(Working with { Running = running, WaitForContext = waiting, SinceProgress = TimeSpan.FromSeconds(seconds) }).Reason.Should().Be(reason);

    [Fact]
    public void Decide_ProgressJustMade_IsNeverStalled() => ForAll.Values(
        Any, facts => _rules.Decide(facts with { SinceProgress = TimeSpan.Zero }).State.Should().NotBe(PipelineState.Stalled));

    [Fact]
    public void Decide_ReadyWorkFreeRoomNoProgress_IsAlwaysStalled() => ForAll.Values(
        Any,
        facts => _rules.Decide(facts with
        {
            Queued = facts.Queued + 1,
            Running = 0,
            NextReady = -(facts.NextReady ?? TimeSpan.Zero).Duration(),
            Slots = facts.Slots + 1,
            Contexts = facts.Contexts + 1,
            SinceProgress = PipelineRules.Patience + TimeSpan.FromTicks(1) + facts.SinceProgress,
        }).State.Should().Be(PipelineState.Stalled));

    private static Gen<PipelineFacts> Any =>
        from queued in Gen.Choose(0, 1000)
        from running in Gen.Choose(0, 100)
        from ready in Gen.Choose(-100, 100)
        from isKnown in Gen.Elements(true, false)
        from slots in Gen.Choose(0, 50)
        from contexts in Gen.Choose(0, 50)
        from waiting in Gen.Choose(0, 50)
        from since in Gen.Choose(0, 1000)
        select new PipelineFacts(queued, running, isKnown ? TimeSpan.FromSeconds(ready) : null, slots, contexts, waiting, TimeSpan.FromSeconds(since));
}
