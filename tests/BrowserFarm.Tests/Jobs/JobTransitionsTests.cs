using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Jobs;

public sealed class JobTransitionsTests
{
    [Fact]
    public void IsLegal_EveryPair_AllowsTheseAndNoOthers()
    {
        var states = Enum.GetValues<JobState>();

        var legal = from source in states from next in states where JobTransitions.IsLegal(source, next) select (source, next);

        legal.Should().BeEquivalentTo(
        [
            (JobState.Queued, JobState.Running),
            (JobState.Queued, JobState.Cancelled),
            (JobState.Running, JobState.Queued),
            (JobState.Running, JobState.Succeeded),
            (JobState.Running, JobState.Failed),
            (JobState.Running, JobState.Cancelled),
            (JobState.Failed, JobState.Queued),
        ]);
    }

    [Fact]
    public void IsTerminal_EveryState_MeansNothingFollowsByItself()
    {
        foreach (var state in Enum.GetValues<JobState>())
        {
            JobTransitions.IsTerminal(state).Should().Be(
                !Enum.GetValues<JobState>().Any(next => JobTransitions.IsLegal(state, next) && (state, next) != (JobState.Failed, JobState.Queued)));
        }
    }

    [Fact]
    public void After_EverySettlement_IsLegalFromRunning()
    {
        Settlement[] settlements =
        [
            Some.Ack(), new Settlement.Retry(Some.Failure(), Some.Noon), new Settlement.Hold(Some.Failure(), Some.Noon),
            new Settlement.Refund(Some.Failure(), Some.Noon), new Settlement.Return(), new Settlement.DeadLetter(Some.Failure()),
        ];

        settlements.Select(JobTransitions.After).Should().Equal(
            JobState.Succeeded, JobState.Queued, JobState.Queued, JobState.Queued, JobState.Queued, JobState.Failed);
        settlements.Should().OnlyContain(settlement => JobTransitions.IsLegal(JobState.Running, JobTransitions.After(settlement)));
    }
}
