using System.Collections.Concurrent;

namespace ContextPool;

/// <summary>Work that nobody waits for now but that must end before its owner does.</summary>
internal sealed class BackgroundTasks
{
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    /// <summary>Starts work and remembers it until it ends. Its failure is the work's own business; it is observed here.</summary>
    public Task Run(Func<Task> work)
    {
        var task = work();
        _running.TryAdd(task, 0);
        _ = task.ContinueWith(
            static (ended, running) =>
            {
                _ = ended.Exception;
                ((ConcurrentDictionary<Task, byte>)running!).TryRemove(ended, out _);
            },
            _running,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task;
    }

    /// <summary>Completes when nothing runs any more, work started meanwhile included. Never throws.</summary>
    public async Task WhenAllAsync()
    {
        while (_running.Keys.FirstOrDefault() is { } task)
        {
            await task.ContinueWith(static _ => { }, TaskScheduler.Default);
            _running.TryRemove(task, out _);
        }
    }
}
