namespace BrowserFarm.Cli;

/// <summary>How fast a count has risen of late.</summary>
internal sealed class RateMeter
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Queue<(TimeSpan At, long Count)> _samples = new();

    /// <summary>Rises per second over the last ten seconds.</summary>
    public double PerSecond { get; private set; }

    /// <param name="at">Time since any fixed start; not less than at the last call.</param>
    public void Add(TimeSpan at, long count)
    {
        _samples.Enqueue((at, count));
        while (_samples.Count > 2 && at - _samples.Peek().At > Window)
            _samples.Dequeue();

        var first = _samples.Peek();
        PerSecond = at > first.At ? (count - first.Count) / (at - first.At).TotalSeconds : 0;
    }
}
