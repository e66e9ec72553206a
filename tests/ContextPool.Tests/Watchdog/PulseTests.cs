using ContextPool.Watchdog;
using TestKit;

namespace ContextPool.Tests.Watchdog;

public sealed class PulseTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _clock = new();
    private Func<Task> _answer = () => Task.CompletedTask;
    private int _questions;

    [Fact]
    public void SilentFor_NeverAsked_CountsFromTheBeginning()
    {
        Pass(3);
        var pulse = Create();
        pulse.SilentFor.Should().Be(TimeSpan.Zero);

        Pass(7);

        pulse.SilentFor.Should().Be(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void AskEvery_BeforeTheFirstInterval_AsksNothing()
    {
        var pulse = Create();

        Pass(9.9);
        pulse.AskEvery(Interval);
        _questions.Should().Be(0);
        Pass(0.1);
        pulse.AskEvery(Interval);

        _questions.Should().Be(1);
        pulse.SilentFor.Should().Be(TimeSpan.Zero, "the answer came at once");
    }

    [Fact]
    public void AskEvery_CalledOften_AsksOncePerInterval()
    {
        var pulse = Create();

        for (var second = 0; second < 60; second++)
        {
            Pass(1);
            pulse.AskEvery(Interval);
        }

        _questions.Should().Be(6);
    }

    [Fact]
    public async Task AskEvery_QuestionStillOpen_AsksNoOther()
    {
        var answer = new TaskCompletionSource();
        _answer = () => answer.Task;
        var pulse = Create();
        Pass(10);
        pulse.AskEvery(Interval);

        Pass(100);
        pulse.AskEvery(Interval);
        _questions.Should().Be(1);
        pulse.SilentFor.Should().Be(TimeSpan.FromSeconds(110));
        answer.SetResult();

        await Eventually.HoldsAsync(() => pulse.SilentFor == TimeSpan.Zero, Bounds.Short, "a late answer is an answer");
        pulse.AskEvery(Interval);
        _questions.Should().Be(2);
    }

    [Fact]
    public void AskEvery_QuestionFails_SilenceGoesOnAndItIsAskedAgain()
    {
        _answer = () => Task.FromException(new InvalidOperationException("gone"));
        var pulse = Create();
        Pass(10);
        pulse.AskEvery(Interval);
        Pass(10);
        pulse.AskEvery(Interval);

        _questions.Should().Be(2);
        pulse.SilentFor.Should().Be(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void AskEvery_QuestionThrowsAtOnce_IsTheSame()
    {
        _answer = () => throw new InvalidOperationException("gone");
        var pulse = Create();
        Pass(10);

        pulse.Invoking(asked => asked.AskEvery(Interval)).Should().NotThrow();

        pulse.SilentFor.Should().Be(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Forgive_SomeSilence_IsTakenOff()
    {
        var pulse = Create();
        Pass(30);

        pulse.Forgive(TimeSpan.FromSeconds(20));

        pulse.SilentFor.Should().Be(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Forgive_MoreThanThereWas_LeavesNoneAndNoNegative()
    {
        var pulse = Create();
        Pass(5);

        pulse.Forgive(TimeSpan.FromSeconds(20));

        pulse.SilentFor.Should().Be(TimeSpan.Zero);
    }

    private Pulse Create() => new(
        () =>
        {
            _questions++;
            return _answer();
        },
        _clock);

    private void Pass(double seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));
}
