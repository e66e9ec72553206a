namespace ContextPool.Recycling;

/// <summary>What has happened to a cell that makes it worse than a new one. Safe to touch from any thread.</summary>
internal sealed class CellWear
{
    private readonly Lock _gate = new();
    private readonly Drift _opening = new();
    private readonly Drift _scrubbing = new();
    private int _crashes;
    private int _gpuDeaths;
    private int _failedOpenings;
    private long _pssBytes;
    private long _baseBytes;
    private long _firstBaseBytes;

    /// <summary>Tabs whose process died.</summary>
    public int Crashes => Volatile.Read(ref _crashes);

    /// <summary>GPU processes that died; Chromium ends itself at the sixth (measured).</summary>
    public int GpuDeaths => Volatile.Read(ref _gpuDeaths);

    /// <summary>Memory of all its processes when last measured; 0 before.</summary>
    public long PssBytes => Interlocked.Read(ref _pssBytes);

    /// <summary>That of the browser and driver without tabs.</summary>
    public long BaseBytes => Interlocked.Read(ref _baseBytes);

    /// <summary>How long a browser takes to become as large as it is at work: one that has just started is no measure of it.</summary>
    /// <remarks>Measured: with four tabs on large applications browser and driver need 2.1 times what they did when nothing was open yet, after ten contexts.</remarks>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    /// <summary>Base now, as a multiple of the most it was in its first minute; 1 before it was measured.</summary>
    public double Growth
    {
        get
        {
            lock (_gate)
                return _firstBaseBytes == 0 ? 1 : (double)_baseBytes / _firstBaseBytes;
        }
    }

    /// <summary>How much slower it has become, as a multiple of its own early speed: the worse of opening contexts and of navigating away.</summary>
    public double Slowdown
    {
        get
        {
            lock (_gate)
                return Math.Max(_opening.Ratio, _scrubbing.Ratio);
        }
    }

    /// <summary>Contexts in a row that could not be opened in it.</summary>
    public int FailedOpenings => Volatile.Read(ref _failedOpenings);

    public void NoteFailedOpening() => Interlocked.Increment(ref _failedOpenings);

    public void NoteCrash() => Interlocked.Increment(ref _crashes);

    public void NoteGpuDeath() => Interlocked.Increment(ref _gpuDeaths);

    /// <param name="age">Of the cell.</param>
    public void NoteMemory(long totalBytes, long baseBytes, TimeSpan age)
    {
        lock (_gate)
        {
            _pssBytes = totalBytes;
            _baseBytes = baseBytes;
            if (_firstBaseBytes == 0 || age <= Settling)
                _firstBaseBytes = Math.Max(_firstBaseBytes, baseBytes);
        }
    }

    public void NoteOpening(TimeSpan took)
    {
        Volatile.Write(ref _failedOpenings, 0);
        lock (_gate)
            _opening.Add(took);
    }

    public void NoteScrub(TimeSpan took)
    {
        lock (_gate)
            _scrubbing.Add(took);
    }
}
