using BrowserFarm.Limiting;

namespace BrowserFarm.Simulation;

/// <summary>A site that bears so much and no more, and does not say how much.</summary>
internal abstract class SimulatedTarget(VirtualClock clock, Dice dice)
{
    /// <summary>Requests a second that it can answer well now, at best.</summary>
    public abstract double Capacity { get; }

    /// <summary>Requests in flight at once that make full use of it; one, when it counts requests a second.</summary>
    public abstract double UsefulConcurrency { get; }

    protected VirtualClock Clock => clock;

    protected Dice Dice => dice;

    /// <summary>Asks it once; the answer comes later.</summary>
    public abstract void Ask(Action<LimitReport> answered);

    /// <summary>A refusal is quick: it costs the site nothing.</summary>
    protected void Refuse(Action<LimitReport> answered, TargetVerdict verdict, TimeSpan? retryAfter)
    {
        var time = dice.Around(TimeSpan.FromMilliseconds(20), 0.2);
        clock.After(time, () => answered(new LimitReport(verdict, retryAfter)));
    }
}

/// <summary>Answers 429 to whoever comes when so many requests are in its hands already.</summary>
/// <param name="limit">Requests at once, by time.</param>
/// <param name="retryAfter">What it asks for when it refuses; null for nothing.</param>
internal sealed class HardLimitTarget(VirtualClock clock, Dice dice, Func<TimeSpan, int> limit, TimeSpan latency, double noise, TimeSpan? retryAfter)
    : SimulatedTarget(clock, dice)
{
    private int _inHand;

    public override double Capacity => limit(Clock.Now) / (latency.TotalSeconds * Math.Exp(noise * noise / 2));   // the mean of a lognormal

    public override double UsefulConcurrency => limit(Clock.Now);

    public override void Ask(Action<LimitReport> answered)
    {
        if (_inHand >= limit(Clock.Now))
        {
            Refuse(answered, TargetVerdict.Throttled, retryAfter);
            return;
        }

        _inHand++;
        var time = Dice.Around(latency, noise);
        Clock.After(time, () =>
        {
            _inHand--;
            answered(new LimitReport(TargetVerdict.Good, FirstByte: time));
        });
    }
}

/// <summary>Answers everybody, one after the other: more than it can do makes everybody wait, and too much of that is a 503.</summary>
internal sealed class QueueingTarget(VirtualClock clock, Dice dice, Func<TimeSpan, int> servers, TimeSpan service, double noise, int longestQueue)
    : SimulatedTarget(clock, dice)
{
    private readonly Queue<(TimeSpan Came, Action<LimitReport> Answered)> _line = new();
    private int _serving;

    public override double Capacity => servers(Clock.Now) / (service.TotalSeconds * Math.Exp(noise * noise / 2));

    public override double UsefulConcurrency => servers(Clock.Now);

    public override void Ask(Action<LimitReport> answered)
    {
        if (_line.Count >= longestQueue)
        {
            Refuse(answered, TargetVerdict.Overloaded, retryAfter: null);
            return;
        }

        _line.Enqueue((Clock.Now, answered));
        Serve();
    }

    private void Serve()
    {
        while (_serving < servers(Clock.Now) && _line.TryDequeue(out var next))
        {
            _serving++;
            Clock.After(Dice.Around(service, noise), () =>
            {
                _serving--;
                next.Answered(new LimitReport(TargetVerdict.Good, FirstByte: Clock.Now - next.Came));
                Serve();
            });
        }
    }
}

/// <summary>Counts requests, not how many are open: so many a second, with a bucket for bursts; 429 when the bucket is empty.</summary>
internal sealed class TokenBucketTarget(VirtualClock clock, Dice dice, double rate, double burst, TimeSpan latency, double noise, TimeSpan? retryAfter)
    : SimulatedTarget(clock, dice)
{
    private double _spent;
    private TimeSpan _filledAt;

    public override double Capacity => rate;

    public override double UsefulConcurrency => Math.Max(1, rate * latency.TotalSeconds);

    public override void Ask(Action<LimitReport> answered)
    {
        _spent = Math.Max(0, _spent - (rate * (Clock.Now - _filledAt).TotalSeconds));
        _filledAt = Clock.Now;
        if (burst - _spent < 1)
        {
            Refuse(answered, TargetVerdict.Throttled, retryAfter);
            return;
        }

        _spent++;
        var time = Dice.Around(latency, noise);
        Clock.After(time, () => answered(new LimitReport(TargetVerdict.Good, FirstByte: time)));
    }
}
