namespace ContextPool.Watchdog;

/// <summary>Somebody's signs of life: asks, remembers when the last answer came, and never asks twice at once.</summary>
/// <remarks>
/// A question that is answered late is still an answer, so none is given up: silence counts from the last answer, whoever was slow. Only
/// an answer ends silence; a question that fails does not.
/// </remarks>
internal sealed class Pulse(Func<Task> ask, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _lastAnswer;
    private TimeSpan _heardAt;
    private TimeSpan? _lastQuestion;
    private bool _isOpen;

    /// <summary>Time since the last answer, less what was forgiven. Counts from the making of this object when none ever came.</summary>
    public TimeSpan SilentFor
    {
        get
        {
            lock (_gate)
            {
                var silent = Now - _lastAnswer;
                return silent > TimeSpan.Zero ? silent : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Time since the last answer, forgiven or not: what whoever waits for it has waited.</summary>
    public TimeSpan UnheardFor
    {
        get
        {
            lock (_gate)
                return Now - _heardAt;
        }
    }

    /// <summary>Asks when the last question is at least <paramref name="interval"/> old and not open any more.</summary>
    public void AskEvery(TimeSpan interval)
    {
        lock (_gate)
        {
            if (_isOpen || Now - (_lastQuestion ?? TimeSpan.Zero) < interval)
                return;

            _lastQuestion = Now;
            _isOpen = true;
        }

        _ = AskAsync();
    }

    /// <summary>Silence that was nobody's fault but the machine's: not counted.</summary>
    public void Forgive(TimeSpan time)
    {
        lock (_gate)
            _lastAnswer += time;
    }

    private TimeSpan Now => time.GetElapsedTime(_start);

    private async Task AskAsync()
    {
        var isAnswered = true;
        try
        {
            await ask();
        }
        catch (Exception)
        {
            isAnswered = false;   // who is gone is noticed by other means
        }

        lock (_gate)
        {
            _isOpen = false;
            if (!isAnswered)
                return;

            _heardAt = Now;
            if (_heardAt > _lastAnswer)
                _lastAnswer = _heardAt;
        }
    }
}
