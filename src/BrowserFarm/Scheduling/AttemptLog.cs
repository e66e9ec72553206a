using BrowserFarm.Jobs;

namespace BrowserFarm.Scheduling;

/// <summary>The last attempts of this machine: how many a second, how long, and how many failed through our own fault. Safe for concurrent use.</summary>
public sealed class AttemptLog(TimeProvider time)
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    /// <summary>Fewer say nothing.</summary>
    private const int LeastForAShare = 10;

    private readonly Lock _gate = new();
    private readonly Queue<EndedAttempt> _ended = new();
    private readonly int[] _running = new int[Enum.GetValues<Engine>().Length];
    private long _lastProgress = time.GetTimestamp();

    /// <summary>Time since an attempt began or ended; since the start when none did.</summary>
    public TimeSpan SinceProgress => time.GetElapsedTime(Interlocked.Read(ref _lastProgress));

    /// <summary>Attempts that have begun and not ended.</summary>
    public int Running(Engine engine) => Volatile.Read(ref _running[(int)engine]);

    public void Begin(Engine engine)
    {
        Interlocked.Exchange(ref _lastProgress, time.GetTimestamp());
        Interlocked.Increment(ref _running[(int)engine]);
    }

    /// <summary>One that was begun has ended.</summary>
    /// <param name="took">From the claim to the settlement.</param>
    /// <param name="isTrouble">It failed, and neither the page nor the site was at fault.</param>
    /// <param name="isToRepeat">It failed and will be made again.</param>
    public void End(Engine engine, TimeSpan took, bool isTrouble, bool isToRepeat)
    {
        Interlocked.Exchange(ref _lastProgress, time.GetTimestamp());
        Interlocked.Decrement(ref _running[(int)engine]);
        lock (_gate)
        {
            _ended.Enqueue(new EndedAttempt(time.GetTimestamp(), engine, took, isTrouble, isToRepeat));
            ForgetUnsynchronized();
        }
    }

    /// <summary>Of the last minute.</summary>
    public AttemptLook Look()
    {
        lock (_gate)
        {
            ForgetUnsynchronized();
            if (_ended.Count == 0)
                return new AttemptLook(0, TimeSpan.Zero, 0, 0);

            // Over the time since the oldest, so that the first minute shows the truth as well.
            var seconds = Math.Max(1, time.GetElapsedTime(_ended.Peek().At).TotalSeconds);
            var ofBrowsers = _ended.Where(ended => ended.Engine == Engine.Browser).ToList();
            return new AttemptLook(
                ofBrowsers.Count / seconds,
                TimeSpan.FromSeconds(ofBrowsers.Count == 0 ? 0 : ofBrowsers.Average(ended => ended.Took.TotalSeconds)),
                ShareUnsynchronized(ended => ended.IsTrouble),
                ShareUnsynchronized(ended => ended.IsToRepeat));
        }
    }

    private double ShareUnsynchronized(Func<EndedAttempt, bool> which) => _ended.Count < LeastForAShare ? 0 : _ended.Count(which) / (double)_ended.Count;

    private void ForgetUnsynchronized()
    {
        while (_ended.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > Span)
            _ended.Dequeue();
    }

    private readonly record struct EndedAttempt(long At, Engine Engine, TimeSpan Took, bool IsTrouble, bool IsToRepeat);
}

/// <summary>The attempts of the last minute.</summary>
/// <param name="PerSecond">Attempts a second in browsers.</param>
/// <param name="MeanTime">Mean time of these.</param>
/// <param name="TroubleShare">Share of all attempts that failed through our own fault, 0 to 1; 0 of fewer than ten.</param>
/// <param name="RetryShare">Share of all attempts that failed and will be made again, 0 to 1; 0 of fewer than ten.</param>
public sealed record AttemptLook(double PerSecond, TimeSpan MeanTime, double TroubleShare, double RetryShare);
