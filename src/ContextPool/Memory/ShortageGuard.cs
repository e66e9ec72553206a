using ContextPool.Browsers;
using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ContextPool.Memory;

/// <summary>Watches what is left of memory many times a second and kills the largest page when it is about to run out, so that the kernel need not.</summary>
/// <remarks>See <see cref="Shortage"/> for when and whom. One victim at a look; what it held counts as available while it dies.</remarks>
internal sealed class ShortageGuard : IAsyncDisposable
{
    /// <summary>A killed process that has not ended after this will not soon (it waits for a disk): its memory is not reckoned with any more.</summary>
    private static readonly TimeSpan DyingTime = TimeSpan.FromSeconds(2);

    private readonly ContextPoolOptions _options;
    private readonly IMemoryProbe _memory;
    private readonly IProcessProbe _processes;
    private readonly BrowserFleet _fleet;
    private readonly CellInspector _inspector;
    private readonly TimeProvider _time;
    private readonly PoolMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Dictionary<ProcessIdentity, (long Bytes, long KilledAt)> _dying = [];
    private (long Bytes, long At)? _last;
    private long? _lastKill;

    public ShortageGuard(
        ContextPoolOptions options, IMemoryProbe memory, IProcessProbe processes, BrowserFleet fleet, CellInspector inspector, TimeProvider time,
        PoolMetrics metrics, ILogger logger)
    {
        _options = options;
        _memory = memory;
        _processes = processes;
        _fleet = fleet;
        _inspector = inspector;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        // Set anew after every look, so that no two run at once.
        _timer = time.CreateTimer(static guard => ((ShortageGuard)guard!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Again(Shortage.NextLook(long.MaxValue));
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick()
    {
        var next = Shortage.NextLook(long.MaxValue);
        try
        {
            var began = _time.GetTimestamp();
            next = Shortage.NextLook(Look(began));
            _metrics.MemoryProbed(_time.GetElapsedTime(began));
        }
        catch (Exception exception)
        {
            // In a timer it would end the program. The monitor says so once a second when memory cannot be read.
            _logger.GuardFailed(exception.Message);
        }
        finally
        {
            Again(next);
        }
    }

    /// <returns>What is available, in bytes, as far as it is known.</returns>
    private long Look(long now)
    {
        if (_fleet.Count == 0)
            return long.MaxValue;

        var sample = _memory.Sample();
        var fall = _last is { } last && _time.GetElapsedTime(last.At, now) is { Ticks: > 0 } elapsed
            ? (last.Bytes - sample.AvailableBytes) / elapsed.TotalSeconds
            : 0;
        _last = (sample.AvailableBytes, now);

        foreach (var (process, (_, killedAt)) in _dying)
        {
            if (!process.IsAlive || _time.GetElapsedTime(killedAt, now) > DyingTime)
                _dying.Remove(process);
        }

        var available = sample.AvailableBytes + _dying.Values.Sum(dying => dying.Bytes);
        if (Shortage.IsNear(available, fall, _lastKill is { } kill ? _time.GetElapsedTime(kill, now) : null, _options))
            KillOne(available, now);
        return sample.AvailableBytes;
    }

    private void KillOne(long available, long now)
    {
        var processes = _fleet.Cells.Where(cell => cell.Driver is not null)
            .SelectMany(cell => _processes.TreeOf(cell.Driver!.Value).Select(process => (Cell: cell, Process: process)))
            .Where(found => !_dying.ContainsKey(found.Process.Id));
        if (Shortage.Victim(processes, found => found.Process) is not var (cell, victim))
            return;

        _lastKill = now;
        _dying[victim.Id] = (victim.PrivateBytes, now);
        _metrics.KilledForMemory(victim.Kind);
        _logger.KilledForMemory(cell.Id, victim.Kind, victim.Id.Pid, victim.PrivateBytes >> 20, available >> 20);
        if (victim.Kind == BrowserProcessKind.Browser)
        {
            _fleet.Condemn(cell, CellLossReason.MemoryExceeded);
            return;
        }

        if (victim.Kind == BrowserProcessKind.Renderer)
            cell.MemoryKills.Note(Shortage.BlameFor(victim.PrivateBytes, _inspector.TabBytes));
        victim.Id.Kill();
    }

    private void Again(TimeSpan after)
    {
        try
        {
            _timer.Change(after, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // Closed during the look.
        }
    }
}
