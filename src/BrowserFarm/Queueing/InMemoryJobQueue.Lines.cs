using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <content>Lines: which is next, when each is ready again, and what its jobs waited for.</content>
public sealed partial class InMemoryJobQueue
{
    private LineEntry LineUnsynchronized(TargetKey target, Lane lane, Engine engine, DateTimeOffset now)
    {
        var line = _lines.Find(line => line.Target == target && line.Lane == lane && line.Engine == engine);
        if (line is null)
            _lines.Add(line = new LineEntry(target, lane, engine, now));
        return line;
    }

    /// <summary>By the lane of each job's crawl.</summary>
    private List<LaneDepth> LanesUnsynchronized() =>
    [
        .. _lines.SelectMany(line => line.Jobs).Where(entry => entry.State == JobState.Queued).GroupBy(entry => _crawls[entry.Job.CrawlId].Crawl.Spec.Lane)
            .OrderBy(lane => lane.Key).Select(lane => new LaneDepth(lane.Key, lane.Count(entry => !entry.IsDeferred), lane.Count(entry => entry.IsDeferred))),
    ];

    private LineEntry? FirstLineUnsynchronized(Engine engine, Lane lane, DateTimeOffset now) => _lines
        .Where(line => line.Engine == engine && line.Lane == lane && line.Queued.Any() && line.ReadyAt <= now)
        .MinBy(line => (line.ReadyAt, line.Served));

    private LineEntry LineOfUnsynchronized(JobEntry entry) => _lines.First(line => line.Jobs.Contains(entry));

    private void ReassignUnsynchronized(JobEntry entry, Engine engine, DateTimeOffset now)
    {
        LineOfUnsynchronized(entry).Jobs.Remove(entry);
        entry.Job = entry.Job with { Engine = engine };
        LineUnsynchronized(entry.Target, entry.Job.Lane, engine, now).Jobs.Add(entry);
    }

    /// <summary>A job comes into its line: what it waits for counts from now, or from when it is due.</summary>
    private void ComeUnsynchronized(JobEntry entry, LineEntry line, DateTimeOffset now, long outside)
    {
        AccountUnsynchronized(other => other.Target == line.Target);
        var nowMs = Milliseconds(now);
        entry.QueuedAt = DateTimeOffset.FromUnixTimeMilliseconds(nowMs - outside);
        entry.Outside = outside;
        entry.ForDueTime = Math.Max(0, entry.DueAt == AtOnce ? 0 : Milliseconds(entry.DueAt) - nowMs);
        entry.Came = entry.ForDueTime == 0 ? line.Clock.Sums : null;
    }

    private void OpenUnsynchronized(TargetKey target, DateTimeOffset? opensAt, WaitCause why)
    {
        AccountUnsynchronized(line => line.Target == target);
        foreach (var line in _lines.Where(line => line.Target == target))
            line.Open(opensAt ?? SetAside, why);
    }

    private void PutBackUnsynchronized(Func<LineEntry, bool> which)
    {
        var now = time.GetUtcNow();
        foreach (var target in _lines.Where(line => line.OpensAt == SetAside && which(line)).Select(line => line.Target).Distinct().ToList())
        {
            AccountUnsynchronized(line => line.Target == target);
            foreach (var line in _lines.Where(line => line.Target == target && line.OpensAt == SetAside && which(line)))
                line.Open(now, line.Clock.Why);
        }
    }

    /// <summary>Brings the sums of lines up to now, and gives jobs that became due since the last time those of that moment.</summary>
    private void AccountUnsynchronized(Func<LineEntry, bool> which)
    {
        var now = Milliseconds(time.GetUtcNow());
        foreach (var line in _lines.Where(which))
        {
            foreach (var entry in line.Queued.Where(entry => entry.Came is null && Milliseconds(entry.DueAt) <= now))
                entry.Came = line.Clock.At(Milliseconds(entry.DueAt), down: 0);
            line.Clock = line.Clock.Next(now, down: 0, line.Clock.OpensAt, line.Clock.Why);
        }
    }

    /// <summary>Rounded up: nothing is ever due before its time.</summary>
    private static long Milliseconds(DateTimeOffset time) =>
        time == SetAside ? long.MaxValue : time.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds();

    private sealed class LineEntry(TargetKey target, Lane lane, Engine engine, DateTimeOffset opensAt)
    {
        public TargetKey Target { get; } = target;

        public Lane Lane { get; } = lane;

        public Engine Engine { get; } = engine;

        public DateTimeOffset OpensAt { get; private set; } = opensAt;

        /// <summary>What it has waited for.</summary>
        public LineClock Clock { get; set; } = new(Waits.None, Milliseconds(opensAt), Milliseconds(opensAt), WaitCause.Turn, DownSeen: 0);

        /// <summary>Its clock must have been brought up to now.</summary>
        public void Open(DateTimeOffset at, WaitCause why)
        {
            OpensAt = at;
            Clock = Clock with { OpensAt = Milliseconds(at), Why = why };
        }

        public long Served { get; set; }

        public List<JobEntry> Jobs { get; } = [];

        public IEnumerable<JobEntry> Queued => Jobs.Where(entry => entry.State == JobState.Queued && !entry.IsDeferred);

        public IEnumerable<JobEntry> Deferred => Jobs.Where(entry => entry.IsDeferred);

        public DateTimeOffset ReadyAt => Queued.Min(entry => entry.DueAt) is var due && due > OpensAt ? due : OpensAt;
    }
}
