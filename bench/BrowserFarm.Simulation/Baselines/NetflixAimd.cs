using BrowserFarm.Limiting;

namespace BrowserFarm.Simulation.Baselines;

/// <summary>AIMD as Netflix's concurrency-limits has it: one more for every good answer that found half of the limit used, a tenth less for every drop or time-out.</summary>
/// <remarks>
/// Source: <c>AIMDLimit.java</c> of Netflix/concurrency-limits (back-off ratio 0.9, time-out 5 s, at most 200, starts at 20). Its least limit is
/// 20 as well, which no target here would bear; 1 is used instead, in its favour.
/// </remarks>
internal sealed class NetflixAimd : ILimitPolicy
{
    private const int Most = 200;
    private const double BackOff = 0.9;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private int _limit = 20;
    private int _inFlight;

    public double Limit => _limit;

    public TimeSpan? OpensAt => _inFlight < _limit ? TimeSpan.Zero : null;

    public Action<LimitReport> Start()
    {
        var inFlight = ++_inFlight;
        return report =>
        {
            _inFlight--;
            if (report.Verdict != TargetVerdict.Good || report.FirstByte > Timeout)
                _limit = Math.Max(1, (int)(_limit * BackOff));
            else if (inFlight * 2 >= _limit)
                _limit = Math.Min(Most, _limit + 1);
        };
    }
}
