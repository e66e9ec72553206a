using BrowserFarm.Limiting;

namespace BrowserFarm.Simulation;

/// <summary>Nodes that always have work for one target, each with its own limit, on a virtual clock.</summary>
internal sealed class LimiterSimulation
{
    private readonly VirtualClock _clock;
    private readonly SimulatedTarget _target;
    private readonly List<Node> _nodes;
    private readonly List<(TimeSpan At, LimitReport Report)> _answers = [];
    private readonly List<(TimeSpan At, double Limit)> _limits = [];
    private TimeSpan _blockedUntil;
    private int _asked;
    private int _askedWhileBlocked;

    /// <param name="nodes">Policies of the nodes; each gets the whole target for itself, as far as it knows.</param>
    /// <param name="pageTime">How long a request's place stays taken after its answer: the time to render.</param>
    /// <param name="workersPerNode">Most requests a node has in flight altogether.</param>
    public LimiterSimulation(VirtualClock clock, SimulatedTarget target, IEnumerable<ILimitPolicy> nodes, TimeSpan pageTime = default, int workersPerNode = int.MaxValue)
    {
        _clock = clock;
        _target = target;
        _nodes = [.. nodes.Select(policy => new Node(this, policy, pageTime, workersPerNode))];
    }

    /// <summary>Runs so long and tells what happened.</summary>
    public SimulationResult Run(TimeSpan time)
    {
        var capacity = 0.0;
        var samples = 0;
        void Sample()
        {
            capacity += _target.Capacity;
            samples++;
            _limits.Add((_clock.Now, _nodes.Sum(node => node.Limit)));
            _clock.After(TimeSpan.FromMilliseconds(100), Sample);
        }

        Sample();
        foreach (var node in _nodes)
            node.Pull();
        _clock.RunUntil(_clock.Now + time);
        return new SimulationResult(time, capacity / samples, _asked, _askedWhileBlocked, _answers, _limits);
    }

    private void Asked()
    {
        _asked++;
        if (_clock.Now < _blockedUntil)
            _askedWhileBlocked++;
    }

    private void Answered(LimitReport report)
    {
        _answers.Add((_clock.Now, report));
        if (report.RetryAfter is { } asked && _clock.Now + asked > _blockedUntil)
            _blockedUntil = _clock.Now + asked;
    }

    private sealed class Node(LimiterSimulation simulation, ILimitPolicy policy, TimeSpan pageTime, int workers)
    {
        private TimeSpan _wakesAt = TimeSpan.MaxValue;
        private int _busy;

        public double Limit => policy.Limit;

        /// <summary>Starts whatever may start, and wakes when more may.</summary>
        public void Pull()
        {
            var clock = simulation._clock;
            while (_busy < workers && policy.OpensAt is { } opensAt)
            {
                if (opensAt > clock.Now)
                {
                    WakeAt(opensAt);
                    return;
                }

                Ask(policy.Start());
            }
        }

        private void Ask(Action<LimitReport> ended)
        {
            _busy++;
            simulation.Asked();
            simulation._target.Ask(report =>
            {
                simulation.Answered(report);
                // A refusal is no page: nothing is rendered.
                simulation._clock.After(report.Verdict == TargetVerdict.Good ? pageTime : TimeSpan.Zero, () =>
                {
                    _busy--;
                    ended(report);
                    Pull();
                });
            });
        }

        private void WakeAt(TimeSpan at)
        {
            if (_wakesAt == at)
                return;

            _wakesAt = at;
            simulation._clock.After(at - simulation._clock.Now, () =>
            {
                _wakesAt = TimeSpan.MaxValue;
                Pull();
            });
        }
    }
}

/// <summary>What a simulation came to.</summary>
/// <param name="Capacity">Good answers a second that the target could have given, its mean over the time.</param>
/// <param name="AskedWhileBlocked">Requests sent while a Retry-After that had been heard was not over.</param>
/// <param name="Answers">In the order in which they came.</param>
/// <param name="Limits">Sum of the nodes' limits, ten times a second.</param>
internal sealed record SimulationResult(
    TimeSpan Time, double Capacity, int Asked, int AskedWhileBlocked, IReadOnlyList<(TimeSpan At, LimitReport Report)> Answers, IReadOnlyList<(TimeSpan At, double Limit)> Limits)
{
    public int Good => Answers.Count(answer => answer.Report.Verdict == TargetVerdict.Good);

    public int Refused => Answers.Count(answer => answer.Report.Verdict is TargetVerdict.Throttled or TargetVerdict.Overloaded);

    /// <summary>Good answers against what the target could have given.</summary>
    public double Utilisation => Good / (Capacity * Time.TotalSeconds);

    /// <summary>Refusals among all answers.</summary>
    public double RefusedShare => Answers.Count == 0 ? 0 : (double)Refused / Answers.Count;

    /// <summary>Good answers a second between two times.</summary>
    public double Rate(TimeSpan from, TimeSpan to) =>
        Answers.Count(answer => answer.Report.Verdict == TargetVerdict.Good && answer.At > from && answer.At <= to) / (to - from).TotalSeconds;

    /// <summary>Refusals among the answers between two times.</summary>
    public double RefusedShareIn(TimeSpan from, TimeSpan to)
    {
        var answers = Answers.Where(answer => answer.At > from && answer.At <= to).ToList();
        return answers.Count == 0 ? 0 : (double)answers.Count(answer => answer.Report.Verdict != TargetVerdict.Good) / answers.Count;
    }

    /// <summary>Middle of the times to the first byte, in milliseconds.</summary>
    public double MedianFirstByte
    {
        get
        {
            var times = Answers.Where(answer => answer.Report.FirstByte is not null).Select(answer => answer.Report.FirstByte!.Value.TotalMilliseconds).Order().ToList();
            return times.Count == 0 ? 0 : times[times.Count / 2];
        }
    }
}
