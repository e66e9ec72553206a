using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>What somebody wants to find again about a target. The queue keeps it and does not look into it.</summary>
/// <param name="UsedAt">When the target was used last; of more notes than are asked for, the latest are read.</param>
/// <param name="Text">Whatever the writer understands.</param>
public sealed record TargetNote(TargetKey Target, DateTimeOffset UsedAt, string Text);
