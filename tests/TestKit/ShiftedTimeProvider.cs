namespace TestKit;

/// <summary>The system's clock, put forward by as much as the test says: time passes by itself, and days can be left out. Timers know nothing of it.</summary>
public sealed class ShiftedTimeProvider : TimeProvider
{
    private long _shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _shift));

    /// <summary>Puts the clock forward.</summary>
    public void Shift(TimeSpan step) => Interlocked.Add(ref _shift, step.Ticks);
}
