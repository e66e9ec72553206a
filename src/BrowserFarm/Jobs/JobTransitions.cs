namespace BrowserFarm.Jobs;

/// <summary>Which states may follow which; every implementation of the queue asks here. Drawn in <c>docs/job-states.md</c>.</summary>
public static class JobTransitions
{
    public static bool IsTerminal(JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    public static bool IsLegal(JobState from, JobState to) => (from, to) switch
    {
        (JobState.Queued, JobState.Running or JobState.Cancelled) => true,
        (JobState.Failed, JobState.Queued) => true,   // by a person
        (JobState.Running, JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Queued) => true,
        _ => false,
    };

    /// <summary>The state a settlement leads to from <see cref="JobState.Running"/>.</summary>
    public static JobState After(Settlement settlement) => settlement switch
    {
        Settlement.Ack => JobState.Succeeded,
        Settlement.DeadLetter => JobState.Failed,
        Settlement.Cancel => JobState.Cancelled,
        _ => JobState.Queued,
    };
}
