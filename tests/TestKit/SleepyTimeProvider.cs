namespace TestKit;

/// <summary>A clock whose timers can come late, as on a machine that was stopped for a while.</summary>
/// <remarks>
/// Time passes in two ways: <see cref="Advance"/> fires every timer when it is due; <see cref="Oversleep"/> only moves the clock, so that
/// the next timer to fire finds that it is much later than it thought.
/// </remarks>
public sealed class SleepyTimeProvider : TimeProvider
{
    private readonly ManualTimeProvider _clock = new();
    private long _slept;

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override long GetTimestamp() => _clock.GetTimestamp() + Interlocked.Read(ref _slept);

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow().AddTicks(Interlocked.Read(ref _slept));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _clock.CreateTimer(callback, state, dueTime, period);

    /// <inheritdoc cref="ManualTimeProvider.Advance"/>
    public void Advance(TimeSpan step) => _clock.Advance(step);

    /// <summary>Lets time pass without any timer noticing.</summary>
    public void Oversleep(TimeSpan step) => Interlocked.Add(ref _slept, step.Ticks);
}
