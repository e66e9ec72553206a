using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>The queue without a disk: for tests, and for renderings that nobody wants to find again.</summary>
public sealed partial class InMemoryJobQueue(TimeProvider time, QueueBounds? bounds = null) : IJobQueue
{
    /// <summary>Opens at no time of its own: the target is at its limit.</summary>
    private static readonly DateTimeOffset SetAside = DateTimeOffset.MaxValue;

    private static readonly DateTimeOffset AtOnce = DateTimeOffset.MinValue;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, CrawlRow> _crawls = new(StringComparer.Ordinal);
    private readonly Dictionary<long, JobEntry> _jobs = [];
    private readonly List<LineEntry> _lines = [];
    private readonly Dictionary<string, (byte[] Digest, SubmitReceipt Receipt, DateTimeOffset At)> _submissions = new(StringComparer.Ordinal);
    private readonly IntakeRule _intake = new(bounds ?? new QueueBounds());
    private readonly List<(string CrawlId, StoredResult Result)> _results = [];
    private readonly Dictionary<TargetKey, TargetNote> _notes = [];
    private long _lastJob;
    private long _lastResult;
    private long _lastServed;

    public Task CreateCrawlAsync(Crawl crawl, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_crawls.TryAdd(crawl.Id, new CrawlRow(_crawls.Count + 1, crawl)))
                throw new InvalidOperationException($"A crawl named {crawl.Id} exists already.");
        }

        return Task.CompletedTask;
    }

    public Task<Crawl?> FindCrawlAsync(string? crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(crawlId is null
                ? _crawls.Values.MinBy(entry => entry.Crawl.CreatedAt)?.Crawl
                : _crawls.GetValueOrDefault(crawlId)?.Crawl);
        }
    }

    public Task<SubmitReceipt> SubmitAsync(string crawlId, IReadOnlyList<NewJob> jobs, string? key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var crawl = OpenCrawlUnsynchronized(crawlId);
            var now = time.GetUtcNow();
            var digest = SubmissionKey.DigestOf(crawlId, jobs);
            if (key is not null && _submissions.TryGetValue(key, out var before) && now - before.At <= SubmissionKey.KeptFor)
                return Task.FromResult(before.Digest.AsSpan().SequenceEqual(digest) ? before.Receipt : throw new SubmissionKeyException(key));

            var queued = _lines.SelectMany(line => line.Queued).ToList();
            var ofCrawl = queued.Count(entry => entry.Job.CrawlId == crawlId);
            if (_intake.WaitFor(queued.Count, ofCrawl, jobs.Count(job => !job.IsDeferred), now) is { } wait)
                return Task.FromResult(new SubmitReceipt(0, 0, 0) { RetryAfter = wait });

            var receipt = SubmitUnsynchronized(crawl, jobs);
            if (key is not null)
                _submissions[key] = (digest, receipt, now);
            return Task.FromResult(receipt);
        }
    }

    public Task<int> TakeUpAsync(long lineBelow, int atMost, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var taken = 0;
            foreach (var line in _lines.Where(line => line.Queued.Count() < lineBelow).OrderBy(line => line.Queued.Count()).ToList())
            {
                var room = (int)Math.Min(lineBelow - line.Queued.Count(), atMost - taken);
                foreach (var entry in line.Deferred.OrderBy(entry => (-entry.Job.Priority, entry.Rank, entry.Job.Id)).Take(room).ToList())
                {
                    entry.IsDeferred = false;
                    var now = time.GetUtcNow();
                    ComeUnsynchronized(entry, line, now, Milliseconds(now) - Milliseconds(entry.QueuedAt));
                    HoldIfPausedUnsynchronized(entry, now);
                    taken++;
                }
            }

            return Task.FromResult(taken);
        }
    }

    public Task<QueueDepth> DepthAsync(long longFrom, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var longest = _lines.Select(line => new LongLine(line.Target, line.Queued.Count())).Where(line => line.Queued >= Math.Max(1000, longFrom))
                .OrderByDescending(line => line.Queued).ToList();
            return Task.FromResult(new QueueDepth(_lines.Sum(line => line.Queued.Count()), _lines.Sum(line => line.Deferred.Count()), longest, LanesUnsynchronized()));
        }
    }

    public Task<TimeSpan?> OldestWaitingAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var first = _lines.SelectMany(line => line.Queued).Where(entry => entry.DueAt <= now && entry.HeldSince is null).MinBy(entry => entry.Job.Id);
            return Task.FromResult<TimeSpan?>(first is null ? TimeSpan.Zero : now - first.QueuedAt);
        }
    }

    public Task SkipAsync(string crawlId, IReadOnlyList<SkippedUrl> urls, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var crawl = CrawlUnsynchronized(crawlId);
            SkipUnsynchronized(crawl, urls);
        }

        return Task.CompletedTask;
    }

    public Task<AdmittedJob?> ClaimNextAsync(
        Engine engine, IReadOnlyList<Lane> lanes, ITargetGate gate, string worker, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var target in gate.TakeOpened())
                PutBackUnsynchronized(line => line.Target == target);
            foreach (var lane in lanes)
            {
                while (FirstLineUnsynchronized(engine, lane, now) is { } line)
                {
                    if (gate.TryAdmit(line.Target, line.Queued.Count() - 1) is { } permit)
                        return Task.FromResult<AdmittedJob?>(new AdmittedJob(ClaimUnsynchronized(line, gate, permit, worker, now, claimFor), permit));
                    var opensIn = gate.OpensIn(line.Target);
                    OpenUnsynchronized(line.Target, QueueRules.OpensAt(opensIn, now), QueueRules.CauseOf(opensIn, gate.IsBlocked(line.Target)));
                }
            }
        }

        return Task.FromResult<AdmittedJob?>(null);
    }

    public Task<IReadOnlyList<Claim>> RenewAsync(IReadOnlyList<Claim> claims, TimeSpan claimFor, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var until = time.GetUtcNow() + claimFor;
            var lost = new List<Claim>();
            foreach (var claim in claims)
            {
                if (_jobs.TryGetValue(claim.JobId, out var entry) && entry.State == JobState.Running && entry.Epoch == claim.Epoch)
                    entry.ClaimedUntil = until;
                else
                    lost.Add(claim);
            }

            return Task.FromResult<IReadOnlyList<Claim>>(lost);
        }
    }

    public Task<DateTimeOffset?> NextReadyAsync(Engine engine, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_lines
                .Where(line => line.Engine == engine && line.Queued.Any() && line.ReadyAt < SetAside)
                .Min(line => (DateTimeOffset?)line.ReadyAt));
        }
    }

    public Task<bool> SettleAsync(Claim claim, Settlement settlement, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(claim.JobId, out var entry))
                return Task.FromResult(false);

            var isLatest = entry.State == JobState.Running && entry.Epoch == claim.Epoch;
            settlement = QueueRules.In(_crawls[entry.Job.CrawlId].Phase, settlement);
            if (isLatest)
                SettleUnsynchronized(entry, settlement, QueueRules.NameOf(settlement));
            else if (entry.Attempts.FindIndex(attempt => attempt.Epoch == claim.Epoch && attempt.Ended == QueueRules.Lost) is >= 0 and var at)
                entry.Attempts[at] = entry.Attempts[at] with { Ended = QueueRules.Fenced };
            PutBackUnsynchronized(line => line.Target == entry.Target);
            return Task.FromResult(isLatest);
        }
    }

    public Task<int> RescueAsync(bool everyClaim, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var lost = _jobs.Values.Where(entry => entry.State == JobState.Running && (everyClaim || entry.ClaimedUntil < now)).ToList();
            foreach (var entry in lost)
                SettleUnsynchronized(entry, QueueRules.In(_crawls[entry.Job.CrawlId].Phase, QueueRules.AfterLoss(entry.Job.Refunds, now)), QueueRules.Lost);
            PutBackUnsynchronized(line => line.Queued.Any());
            return Task.FromResult(lost.Count);
        }
    }

    public Task<CrawlCounts> CountAsync(string? crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(CountUnsynchronized(crawlId));
    }

    public Task<IReadOnlyDictionary<SkipReason, long>> CountSkippedAsync(string crawlId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyDictionary<SkipReason, long>>(
                (_crawls.GetValueOrDefault(crawlId)?.Skipped.Values ?? Enumerable.Empty<SkipReason>())
                    .CountBy(reason => reason).ToDictionary(pair => pair.Key, pair => (long)pair.Value));
        }
    }

    public Task<IReadOnlyList<StoredResult>> ReadResultsAsync(string crawlId, long afterSequence, int atMost, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<StoredResult>>([.. _results
                .Where(row => row.CrawlId == crawlId && row.Result.Sequence > afterSequence)
                .Take(atMost).Select(row => row.Result)]);
        }
    }

    public async Task<IReadOnlyList<long>> FindSequencesAsync(string crawlId, long afterSequence, int atMost, CancellationToken cancellationToken) =>
        [.. (await ReadResultsAsync(crawlId, afterSequence, atMost, cancellationToken)).Select(result => result.Sequence)];

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(DeadLetterFilter filter, long afterJob, int atMost, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<DeadLetter>>(
                [.. FailedUnsynchronized(filter, afterJob).Take(atMost).Select(entry => new DeadLetter(entry.Job, entry.Failure!, [.. entry.Attempts]))]);
        }
    }

    public Task<RequeuedPart> RequeueAsync(DeadLetterFilter filter, long afterJob, int atMost, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (filter.Crawl is { } named)
                _ = OpenCrawlUnsynchronized(named);
            var part = FailedUnsynchronized(filter, afterJob).Take(atMost).ToList();
            long? last = part.Count < atMost ? null : part[^1].Job.Id;
            var open = part.Where(entry => _crawls[entry.Job.CrawlId].Phase != CrawlPhase.Cancelled).ToList();
            foreach (var entry in open)
                RequeueUnsynchronized(entry);
            return Task.FromResult(new RequeuedPart(open.Count, part.Count - open.Count, last));
        }
    }

    private IEnumerable<JobEntry> FailedUnsynchronized(DeadLetterFilter filter, long afterJob) => _jobs.Values
        .Where(entry => entry.State == JobState.Failed && entry.Job.Id > afterJob
            && (filter.Crawl is null || entry.Job.CrawlId == filter.Crawl) && (filter.Class is null || entry.Failure!.Class == filter.Class))
        .OrderBy(entry => entry.Job.Id);

    public Task<int> RequeueAsync(string crawlId, IReadOnlyList<long> jobs, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _ = OpenCrawlUnsynchronized(crawlId);
            var failed = jobs.Distinct().Select(id => _jobs.GetValueOrDefault(id))
                .Where(entry => entry is { State: JobState.Failed } && entry.Job.CrawlId == crawlId).ToList();
            foreach (var entry in failed)
                RequeueUnsynchronized(entry!);
            return Task.FromResult(failed.Count);
        }
    }

    private void RequeueUnsynchronized(JobEntry entry)
    {
        entry.Move(JobState.Queued);
        entry.Job = entry.Job with { Attempts = 0, Holds = 0, Refunds = 0 };
        entry.Rank = QueueRules.RankOfRequeued;
        entry.DueAt = AtOnce;
        entry.Failure = null;
        ComeUnsynchronized(entry, LineOfUnsynchronized(entry), time.GetUtcNow(), outside: 0);
        HoldIfPausedUnsynchronized(entry, time.GetUtcNow());
    }

    public Task SaveTargetNotesAsync(IReadOnlyList<TargetNote> notes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var note in notes)
                _notes[note.Target] = note;
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<TargetNote>> ReadTargetNotesAsync(int atMost, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<TargetNote>>([.. _notes.Values
                .OrderByDescending(note => note.UsedAt).ThenBy(note => note.Target.Value, StringComparer.Ordinal).Take(atMost)]);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private CrawlRow CrawlUnsynchronized(string crawlId) => _crawls.GetValueOrDefault(crawlId) ?? throw QueueRules.NoSuchCrawl(crawlId);

    private CrawlRow OpenCrawlUnsynchronized(string crawlId) =>
        CrawlUnsynchronized(crawlId) is { Phase: not CrawlPhase.Cancelled } crawl ? crawl : throw new CrawlCancelledException(crawlId);

    private SubmitReceipt SubmitUnsynchronized(CrawlRow crawl, IReadOnlyList<NewJob> jobs)
    {
        var now = time.GetUtcNow();
        int accepted = 0, duplicates = 0, overBudget = 0;
        foreach (var job in jobs)
        {
            if (crawl.Urls.Contains(job.Url.Value))
            {
                duplicates++;
            }
            else if (crawl.Urls.Count >= crawl.Crawl.Spec.MaxPages)
            {
                overBudget++;
                crawl.Skipped.TryAdd(job.Url.Value, SkipReason.MaxPages);
            }
            else
            {
                accepted++;
                crawl.Urls.Add(job.Url.Value);
                var stored = new Job(++_lastJob, crawl.Crawl.Id, job.Url, job.Depth, Attempts: 0, Holds: 0, Refunds: 0, job.Lane, job.Priority, job.Engine);
                var target = FreshUnsynchronized(crawl.Crawl.Id, job.Url) is null ? job.Url.Target : TargetKey.Stored;
                var entry = new JobEntry(stored, target, QueueRules.RankOf(crawl.Crawl.Spec.Order, stored.Id, job.Depth)) { IsDeferred = job.IsDeferred };
                _jobs.Add(stored.Id, entry);
                var line = LineUnsynchronized(target, job.Lane, job.Engine, now);
                line.Jobs.Add(entry);
                ComeUnsynchronized(entry, line, now, outside: 0);
                if (!entry.IsDeferred)
                    HoldIfPausedUnsynchronized(entry, now);
            }
        }

        return new SubmitReceipt(accepted, duplicates, overBudget);
    }

    private static void SkipUnsynchronized(CrawlRow crawl, IReadOnlyList<SkippedUrl> urls)
    {
        foreach (var url in urls.Where(url => !crawl.Urls.Contains(url.Url)))
            crawl.Skipped.TryAdd(url.Url, url.Reason);
    }

    private ClaimedJob ClaimUnsynchronized(LineEntry line, ITargetGate gate, IDisposable permit, string worker, DateTimeOffset now, TimeSpan claimFor)
    {
        try
        {
            // Before anything is changed: a gate may fail.
            var opensIn = gate.OpensIn(line.Target);
            var (nextTurn, why) = (QueueRules.NextTurn(opensIn, now), QueueRules.CauseOf(opensIn, gate.IsBlocked(line.Target)));
            AccountUnsynchronized(other => other.Target == line.Target);
            var entry = line.Queued.Where(entry => entry.DueAt <= now).MinBy(entry => (-entry.Job.Priority, entry.Rank, entry.Job.Id))!;
            entry.Move(JobState.Running);
            entry.Waited = line.Clock.Sums - entry.Came!;
            entry.Job = entry.Job with { Attempts = entry.Job.Attempts + 1 };
            entry.Epoch++;
            entry.ClaimedUntil = now + claimFor;
            entry.StartedAt = now;
            entry.Worker = worker;
            OpenUnsynchronized(line.Target, nextTurn, why);
            _lastServed++;
            foreach (var served in _lines.Where(other => other.Target == line.Target))
                served.Served = _lastServed;
            return new ClaimedJob(entry.Job, new Claim(entry.Job.Id, entry.Epoch));
        }
        catch
        {
            permit.Dispose();
            throw;
        }
    }

    private void SettleUnsynchronized(JobEntry entry, Settlement settlement, string ended)
    {
        var now = time.GetUtcNow();
        var failure = QueueRules.FailureOf(settlement);
        var (dueAt, attempts, holds, refunds) = QueueRules.Effect(settlement, entry.Job, now);
        entry.Attempts.Add(new AttemptRecord(entry.Epoch, entry.StartedAt, now, entry.Worker, ended, failure?.Class, failure?.Reason)
        {
            QueuedAt = entry.QueuedAt,
            Waited = entry.Waited with { Outside = entry.Outside, DueTime = entry.ForDueTime, Context = (long)settlement.ForContext.TotalMilliseconds },
        });
        entry.Move(JobTransitions.After(settlement));
        if (JobTransitions.IsTerminal(entry.State))
        {
            _intake.NoteEnd(now);
            entry.Files = [.. QueueRules.FilesOf(settlement)];
        }

        entry.Failure = failure;
        entry.DueAt = dueAt > now ? dueAt.Value : AtOnce;
        entry.Job = entry.Job with { Attempts = attempts, Holds = holds, Refunds = refunds };
        if (settlement is Settlement.Reassign to)
            ReassignUnsynchronized(entry, to.Engine, now);
        if (entry.State == JobState.Queued)
        {
            ComeUnsynchronized(entry, LineOfUnsynchronized(entry), now, outside: 0);
            HoldIfPausedUnsynchronized(entry, now);
        }

        if (settlement is Settlement.Ack ack)
        {
            var crawl = _crawls[entry.Job.CrawlId];
            _results.Add((entry.Job.CrawlId, new StoredResult(++_lastResult, ack.Document)));
            NoteReadUnsynchronized(entry.Job, ack.Document);
            if (crawl.Phase != CrawlPhase.Cancelled)
                SubmitUnsynchronized(crawl, ack.Discovered);
            SkipUnsynchronized(crawl, ack.Skipped);
        }
    }

    private sealed class CrawlRow(long number, Crawl crawl)
    {
        public long Number { get; } = number;

        public Crawl Crawl { get; } = crawl;

        public CrawlPhase Phase { get; set; }

        public HashSet<string> Urls { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, SkipReason> Skipped { get; } = new(StringComparer.Ordinal);

        /// <summary>Number of the last result that was delivered.</summary>
        public long Delivered { get; set; }

        public bool DeliveredEnd { get; set; }
    }

    private sealed class JobEntry(Job job, TargetKey target, long rank)
    {
        public Job Job { get; set; } = job;

        /// <summary>Whose line it waits in.</summary>
        public TargetKey Target { get; } = target;

        public long Rank { get; set; } = rank;

        public JobState State { get; private set; } = JobState.Queued;

        /// <summary>It waits for room in its line.</summary>
        public bool IsDeferred { get; set; }

        public DateTimeOffset DueAt { get; set; } = AtOnce;

        public DateTimeOffset ClaimedUntil { get; set; }

        public DateTimeOffset StartedAt { get; set; }

        public string Worker { get; set; } = "";

        public long Epoch { get; set; }

        /// <summary>Since when it waits, or waited before it was claimed.</summary>
        public DateTimeOffset QueuedAt { get; set; }

        /// <summary>Its line's sums when it came, or became due; null while it is not due.</summary>
        public Waits? Came { get; set; }

        /// <summary>Milliseconds that it waited outside of the line, of its present wait.</summary>
        public long Outside { get; set; }

        /// <summary>Milliseconds that it waits for a time of its own.</summary>
        public long ForDueTime { get; set; }

        /// <summary>What its line has waited for since it came, at the claim.</summary>
        public Waits Waited { get; set; } = Waits.None;

        /// <summary>Since when it is held because its crawl is paused; null when it is not.</summary>
        public DateTimeOffset? HeldSince { get; set; }

        /// <summary>What its line had waited for since it came, when it was held.</summary>
        public Waits BeforeHold { get; set; } = Waits.None;

        public AttemptFailure? Failure { get; set; }

        /// <summary>Files that its result, or its evidence, names.</summary>
        public IReadOnlyList<string> Files { get; set; } = [];

        public List<AttemptRecord> Attempts { get; } = [];

        public void Move(JobState to)
        {
            if (!JobTransitions.IsLegal(State, to))
                throw new InvalidOperationException($"Job {Job.Id} cannot go from {State} to {to}.");
            State = to;
        }
    }
}
