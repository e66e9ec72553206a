using BrowserFarm.Rendering.Readiness;
using TestKit;

namespace BrowserFarm.Tests.Rendering;

public sealed class LoadWaitTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<TaskCompletionSource> _asked = [];

    [Fact]
    public async Task ReachedAsync_Answered_IsAskedOnce()
    {
        var wait = Wait();

        _asked[0].SetResult();

        await wait.WaitAsync(Bounds.Short);
        _asked.Should().ContainSingle();
    }

    [Fact]
    public async Task ReachedAsync_MissedByTheFirstQuestion_IsHeardByTheSecond()
    {
        var wait = Wait();
        await PassAsync(LoadWait.FirstPause, questions: 2);

        _asked[1].SetResult();

        await wait.WaitAsync(Bounds.Short);
    }

    [Fact]
    public async Task ReachedAsync_LateAnswerToTheFirstQuestion_Counts()
    {
        var wait = Wait();
        await PassAsync(LoadWait.FirstPause, questions: 2);
        await PassAsync(LoadWait.FirstPause * 2, questions: 3);

        _asked[0].SetResult();

        await wait.WaitAsync(Bounds.Short);
    }

    [Fact]
    public async Task ReachedAsync_QuestionRunsOutOfTime_SaysSo()
    {
        var wait = Wait();

        _asked[0].SetException(new TimeoutException("navigation"));

        (await FluentActions.Awaiting(() => wait.WaitAsync(Bounds.Short)).Should().ThrowAsync<TimeoutException>()).WithMessage("navigation");
    }

    [Fact]
    public async Task ReachedAsync_CalledOff_WaitsNoLonger()
    {
        using var stop = new CancellationTokenSource();
        var wait = Wait(stop.Token);

        await stop.CancelAsync();

        await FluentActions.Awaiting(() => wait.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
    }

    private Task Wait(CancellationToken stop = default) => LoadWait.ReachedAsync(
        () =>
        {
            _asked.Add(new TaskCompletionSource());
            return _asked[^1].Task;
        },
        _time, stop);

    private async Task PassAsync(TimeSpan pause, int questions)
    {
        _time.Advance(pause);
        await Eventually.HoldsAsync(() => _asked.Count == questions && _time.ArmedTimers > 0, Bounds.Short, $"question {questions} is asked");
    }
}
