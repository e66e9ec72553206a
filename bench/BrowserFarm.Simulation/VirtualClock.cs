namespace BrowserFarm.Simulation;

/// <summary>Time that jumps from one event to the next; events of the same instant come in the order in which they were set.</summary>
internal sealed class VirtualClock
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    private long _order;

    /// <summary>Time since the start of the simulation.</summary>
    public TimeSpan Now { get; private set; }

    /// <param name="after">Negative counts as now.</param>
    public void After(TimeSpan after, Action action) => _events.Enqueue(action, (Now + (after > TimeSpan.Zero ? after : TimeSpan.Zero), _order++));

    /// <summary>Runs every event up to a time, and those that they set.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (_events.TryPeek(out _, out var when) && when.At <= end)
        {
            var action = _events.Dequeue();
            Now = when.At;
            action();
        }

        Now = end;
    }
}
