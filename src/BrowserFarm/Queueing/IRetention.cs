namespace BrowserFarm.Queueing;

/// <summary>The part of the queue that forgets: old runs of recurring crawls, some jobs at a time, so that nobody waits long behind it.</summary>
/// <remarks>
/// Whoever keeps the files removes those of a part before the part is forgotten: what is interrupted between the two is found again. Only for the one who works on the
/// queue, and while no run is on its way.
/// </remarks>
/// <exception cref="QueueStorageException">From any method: the storage is full, damaged or gone.</exception>
public interface IRetention
{
    /// <summary>A part of the oldest run, if that has ended, was delivered, and there are enough later ones.</summary>
    /// <param name="keepRuns">As many of the last runs are never forgotten; at least 1.</param>
    /// <returns>Null when nothing is to be forgotten.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No run would be kept.</exception>
    Task<ForgettablePart?> FindForgettableAsync(string recurringId, int keepRuns, CancellationToken cancellationToken);

    /// <summary>Forgets the jobs of a part with their results and attempts; with the last part of a run everything that is known of it.</summary>
    Task ForgetAsync(ForgettablePart part, CancellationToken cancellationToken);
}

/// <summary>Some jobs of a run that may be forgotten.</summary>
/// <param name="Jobs">Their numbers; may be empty.</param>
/// <param name="Files">Files that these jobs name, and no other does.</param>
/// <param name="IsLast">With them the whole run is gone.</param>
public sealed record ForgettablePart(CrawlRun Run, IReadOnlyList<long> Jobs, IReadOnlyList<string> Files, bool IsLast);
