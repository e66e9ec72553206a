using System.Collections.Concurrent;
using TestKit;

namespace ContextPool.Tests;

/// <summary>Alone, because whoever else runs would wait for a thread.</summary>
[CollectionDefinition(nameof(TakesAllThreads), DisableParallelization = true)]
public sealed class TakesAllThreads;

[Collection(nameof(TakesAllThreads))]
public sealed class OwnThreadTimersTests
{
    private readonly OwnThreadTimers _clock = new();

    [Fact]
    public async Task Tick_ThreadPoolHasNoThreadLeft_ComesAllTheSame()
    {
        using var release = new ManualResetEventSlim();
        var ticked = 0;
        var blocked = 0;
        // More than the pool starts at once: whoever needs a thread of it now waits.
        var takers = Environment.ProcessorCount * 4;
        using var ended = new CountdownEvent(takers);
        for (var i = 0; i < takers; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    Interlocked.Increment(ref blocked);
                    release.Wait(Bounds.Medium);
                    ended.Signal();
                },
                null);
        }

        await using var timer = _clock.CreateTimer(_ => Interlocked.Increment(ref ticked), null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
        var hasTicked = SpinWait.SpinUntil(() => Volatile.Read(ref ticked) >= 3, Bounds.Short);
        release.Set();
        // Some get their thread only now; the events live until the last of them has gone.
        var haveAllEnded = ended.Wait(Bounds.Medium);

        hasTicked.Should().BeTrue();
        haveAllEnded.Should().BeTrue();
        Volatile.Read(ref blocked).Should().BePositive();
    }

    [Fact]
    public async Task Callback_TakesLongerThanThePeriod_NeverRunsTwiceAtOnceAndAlwaysOnTheSameThread()
    {
        int running = 0, most = 0, ticks = 0;
        using var never = new ManualResetEventSlim();
        var threads = new ConcurrentDictionary<int, bool>();
        await using var timer = _clock.CreateTimer(
            _ =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                threads.TryAdd(Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread);
                never.Wait(TimeSpan.FromMilliseconds(10));
                Interlocked.Decrement(ref running);
                Interlocked.Increment(ref ticks);
            },
            null, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));

        await Eventually.HoldsAsync(() => Volatile.Read(ref ticks) >= 5, Bounds.Short, "it goes on");

        most.Should().Be(1);
        threads.Should().ContainSingle().Which.Value.Should().BeFalse();
    }

    [Fact]
    public async Task Change_TimerThatWaitsForEver_Ticks()
    {
        var ticks = 0;
        await using var timer = _clock.CreateTimer(_ => Interlocked.Increment(ref ticks), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        ticks.Should().Be(0);

        timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan).Should().BeTrue();

        await Eventually.HoldsAsync(() => Volatile.Read(ref ticks) == 1, Bounds.Short, "the new time counts");
    }

    [Fact]
    public async Task Change_FromInsideTheCallback_SetsTheNextTick()
    {
        var ticks = 0;
        ITimer? timer = null;
        timer = _clock.CreateTimer(
            _ =>
            {
                if (Interlocked.Increment(ref ticks) < 3)
                    timer!.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        await Eventually.HoldsAsync(() => Volatile.Read(ref ticks) == 3, Bounds.Short, "each tick sets the next");
        await timer.DisposeAsync();
    }

    [Fact]
    public async Task DisposeAsync_CallbackRuns_WaitsForIt()
    {
        using var inside = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var timer = _clock.CreateTimer(
            _ =>
            {
                inside.Set();
                go.Wait(Bounds.Medium);
            },
            null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        inside.Wait(Bounds.Short).Should().BeTrue();

        var disposing = timer.DisposeAsync().AsTask();

        disposing.IsCompleted.Should().BeFalse();
        go.Set();
        await disposing.WaitAsync(Bounds.Short);
        timer.Change(TimeSpan.Zero, TimeSpan.Zero).Should().BeFalse("it is over");
    }

    [Fact]
    public async Task DisposeAsync_FromInsideTheCallback_DoesNotWaitForItself()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ITimer? timer = null;
        timer = _clock.CreateTimer(
            _ =>
            {
                var disposing = timer!.DisposeAsync().AsTask();
                if (disposing.IsCompletedSuccessfully)
                    ended.TrySetResult();
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        await ended.Task.WaitAsync(Bounds.Short);
        await timer.DisposeAsync().AsTask().WaitAsync(Bounds.Short);
    }
}
