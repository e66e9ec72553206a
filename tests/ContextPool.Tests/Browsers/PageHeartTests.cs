using System.Text.Json;
using ContextPool.Browsers;
using Microsoft.Playwright;
using TestKit;

namespace ContextPool.Tests.Browsers;

public sealed class PageHeartTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ManualTimeProvider _clock = new();
    private readonly FakeSession _session = new();

    [Fact]
    public async Task BeatAsync_ScriptAnswers_IsAlive()
    {
        _session.Script.SetResult();

        await new PageHeart(_session, _clock).BeatAsync().WaitAsync(Bounds.Short);

        _session.TimesAsked.Should().Be(0);
    }

    [Fact]
    public async Task BeatAsync_ScriptHeldBackAndThreadAtRest_IsAlive()
    {
        var beat = new PageHeart(_session, _clock).BeatAsync();

        await AnswerAsync(at: 100, inTasks: 7);
        await AnswerAsync(at: 100.5, inTasks: 7.01);

        await beat.WaitAsync(Bounds.Short);
    }

    [Fact]
    public async Task BeatAsync_Loop_IsNoBeat()
    {
        var beat = new PageHeart(_session, _clock).BeatAsync();

        for (var i = 0; i < 5; i++)
            await AnswerAsync(at: 100 + (i * 0.5), inTasks: 7 + (i * 0.5));

        beat.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task BeatAsync_LoopWhoseAnswerCameLate_IsStillNoBeat()
    {
        var beat = new PageHeart(_session, _clock).BeatAsync();
        await AnswerAsync(at: 100, inTasks: 7);

        await AnswerAsync(at: 100.5, inTasks: 7.5, after: TimeSpan.FromSeconds(5));   // by our clock, half a second of work in five and a half
        await AnswerAsync(at: 106, inTasks: 13);

        beat.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task BeatAsync_NoTimesInTheAnswer_AsksAgain()
    {
        var beat = new PageHeart(_session, _clock).BeatAsync();

        await AnswerAsync(at: null, inTasks: null);
        await AnswerAsync(at: 100, inTasks: 7);
        beat.IsCompleted.Should().BeFalse("one answer tells nothing");
        await AnswerAsync(at: 101, inTasks: 7);

        await beat.WaitAsync(Bounds.Short);
    }

    [Fact]
    public async Task BeatAsync_PageGone_Fails()
    {
        var beat = new PageHeart(_session, _clock).BeatAsync();
        _session.Script.SetException(new PlaywrightException("Target closed"));

        await beat.Invoking(failing => failing).Should().ThrowAsync<PlaywrightException>().WaitAsync(Bounds.Short);
    }

    [Fact]
    public async Task BeatAsync_LastScriptStillHeldBack_IsNotAskedForAgain()
    {
        var heart = new PageHeart(_session, _clock);
        var first = heart.BeatAsync();
        await AnswerAsync(at: 100, inTasks: 7);
        await AnswerAsync(at: 101, inTasks: 7);
        await first.WaitAsync(Bounds.Short);

        var second = heart.BeatAsync();
        _session.Script.SetResult();

        await second.WaitAsync(Bounds.Short);
        _session.ScriptsAsked.Should().Be(1);
    }

    /// <summary>The pause ends, the page is asked, and answers.</summary>
    private async Task AnswerAsync(double? at, double? inTasks, TimeSpan after = default)
    {
        var asked = _session.TimesAsked;
        await Eventually.HoldsAsync(() => _clock.ArmedTimers == 1, Bounds.Short, "the pause runs");
        _clock.Advance(Pause);
        await Eventually.HoldsAsync(() => _session.TimesAsked == asked + 1, Bounds.Short, "the page is asked for its times");
        _clock.Advance(after);
        _session.AnswerTimes(at, inTasks);
    }

    private sealed class FakeSession : ICDPSession
    {
        private TaskCompletionSource<JsonElement?> _times = new();
        private int _timesAsked;

        /// <summary>The answer to the first question.</summary>
        public TaskCompletionSource Script { get; } = new();

        public event EventHandler<ICDPSession>? Close
        {
            add { }
            remove { }
        }

        public int ScriptsAsked { get; private set; }

        public int TimesAsked => Volatile.Read(ref _timesAsked);

        public void AnswerTimes(double? at, double? inTasks)
        {
            var metrics = new List<object>();
            if (at is not null)
                metrics.Add(new { name = "Timestamp", value = at });
            if (inTasks is not null)
                metrics.Add(new { name = "TaskDuration", value = inTasks });
            _times.SetResult(JsonSerializer.SerializeToElement(new { metrics }));
        }

        public async Task<JsonElement?> SendAsync(string method, Dictionary<string, object>? args = null)
        {
            if (method == "Runtime.evaluate")
            {
                ScriptsAsked++;
                await Script.Task;
                return null;
            }

            method.Should().Be("Performance.getMetrics");
            _times = new TaskCompletionSource<JsonElement?>(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Increment(ref _timesAsked);
            return await _times.Task;
        }

        public ICDPSessionEvent Event(string eventName) => throw new NotSupportedException();

        public Task DetachAsync() => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
