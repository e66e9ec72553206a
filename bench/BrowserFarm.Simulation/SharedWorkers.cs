using BrowserFarm.Limiting;

namespace BrowserFarm.Simulation;

/// <summary>One node's workers, shared by several targets that always have work: the one that was served longest ago and is open goes first.</summary>
internal sealed class SharedWorkers(VirtualClock clock, int workers)
{
    private readonly List<Site> _sites = [];
    private int _busy;
    private long _served;
    private TimeSpan _wakesAt = TimeSpan.MaxValue;

    /// <summary>Adds a target.</summary>
    /// <returns>What it has answered well so far.</returns>
    public Func<int> Add(SimulatedTarget target, ILimitPolicy policy)
    {
        var site = new Site(target, policy);
        _sites.Add(site);
        return () => site.Good;
    }

    public void Run(TimeSpan time)
    {
        Pull();
        clock.RunUntil(clock.Now + time);
    }

    private void Pull()
    {
        while (_busy < workers && _sites.Where(site => site.Policy.OpensAt <= clock.Now).MinBy(site => site.ServedAs) is { } next)
        {
            _busy++;
            next.ServedAs = ++_served;
            var ended = next.Policy.Start();
            next.Target.Ask(report =>
            {
                _busy--;
                if (report.Verdict == TargetVerdict.Good)
                    next.Good++;
                ended(report);
                Pull();
            });
        }

        if (_busy < workers && _sites.Min(site => site.Policy.OpensAt) is { } opensAt && opensAt > clock.Now && opensAt != _wakesAt)
        {
            _wakesAt = opensAt;
            clock.After(opensAt - clock.Now, () =>
            {
                _wakesAt = TimeSpan.MaxValue;
                Pull();
            });
        }
    }

    private sealed class Site(SimulatedTarget target, ILimitPolicy policy)
    {
        public SimulatedTarget Target => target;

        public ILimitPolicy Policy => policy;

        public long ServedAs { get; set; }

        public int Good { get; set; }
    }
}
