using System.Collections.Concurrent;
using BrowserFarm.Jobs;

namespace BrowserFarm.Workers;

/// <summary>The jobs that this program works on at the moment, so that somebody can call them off. Safe for concurrent use.</summary>
public sealed class RunningJobs(TimeProvider time)
{
    private readonly ConcurrentDictionary<long, RunningJob> _jobs = new();

    /// <summary>Jobs in hand, those begun first first.</summary>
    public IReadOnlyList<RunningJob> All => [.. _jobs.Values.OrderBy(job => job.Since)];

    /// <summary>Notes a job for as long as the attempt runs and is settled.</summary>
    /// <param name="end">Cancelled when the attempt must end for another reason.</param>
    public RunningJob Enter(Job job, string worker, CancellationToken end)
    {
        var running = new RunningJob(this, job, worker, time.GetUtcNow(), end);
        _jobs[job.Id] = running;
        return running;
    }

    /// <summary>Ends attempts: their pages are closed and their jobs end as cancelled, unless they have succeeded by then.</summary>
    /// <param name="which">Of the jobs in hand.</param>
    /// <param name="within">How long to wait for their ends.</param>
    /// <returns>How many there were, and how many of them have ended.</returns>
    public async Task<(int Running, int Ended)> CancelAsync(Func<Job, bool> which, TimeSpan within, CancellationToken cancellationToken)
    {
        var running = _jobs.Values.Where(one => which(one.Job)).ToList();
        foreach (var one in running)
            one.Cancel();
        try
        {
            await Task.WhenAll(running.Select(one => one.Ended)).WaitAsync(within, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What has not ended by now is told, and ends a little later.
        }

        return (running.Count, running.Count(one => one.Ended.IsCompleted));
    }

    private void Forget(RunningJob running) => _jobs.TryRemove(KeyValuePair.Create(running.Job.Id, running));

    /// <summary>A job in hand.</summary>
    public sealed class RunningJob : IDisposable
    {
        private readonly RunningJobs _owner;
        private readonly Lock _gate = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CancellationTokenSource? _end;

        internal RunningJob(RunningJobs owner, Job job, string worker, DateTimeOffset since, CancellationToken end)
        {
            _owner = owner;
            Job = job;
            Worker = worker;
            Since = since;
            _end = CancellationTokenSource.CreateLinkedTokenSource(end);
            Token = _end.Token;
        }

        public Job Job { get; }

        public string Worker { get; }

        public DateTimeOffset Since { get; }

        /// <summary>Cancelled when the attempt must end.</summary>
        public CancellationToken Token { get; }

        /// <summary>Somebody called it off.</summary>
        public bool IsCancelled { get; private set; }

        internal Task Ended => _ended.Task;

        public void Dispose()
        {
            lock (_gate)
            {
                _end?.Dispose();
                _end = null;
            }

            _owner.Forget(this);
            _ended.TrySetResult();
        }

        internal void Cancel()
        {
            lock (_gate)
            {
                if (_end is null)
                    return;
                IsCancelled = true;
                _ = _end.CancelAsync();   // what hangs on it runs elsewhere, not under the lock
            }
        }
    }
}
