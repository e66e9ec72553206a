namespace BrowserFarm.Limiting;

/// <summary>
/// The limit's arithmetic: a first request alone; then half a request more with every good answer until the first refusal or slowdown;
/// half after a refusal; then two more a round until just below the limit that was refused, and from there a careful step every ten to thirty
/// seconds. Of a limit below three the fraction counts, by the gap between two starts; below one it is a share of the time. Pure: state and event in, state out.
/// </summary>
/// <remarks>
/// <para>
/// Explained with plots and simulations in <c>docs/limiter.md</c>. Sources: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion
/// Avoidance", 1989 (additive increase with multiplicative decrease converges to a fair share); slow start and one cut per epoch as in TCP
/// (RFC 5681 §3.1); the plateau below the last maximum and fast convergence as in CUBIC (RFC 9438 §4.1, §4.7).
/// </para>
/// </remarks>
internal static class TargetLimit
{
    /// <summary>
    /// What growth adds in a round up to just below a limit that was refused: how much is borne is known, and the time until then is lost. Where answers only became slower it is
    /// half of that, for there more is never refused but queued.
    /// </summary>
    private const double GrowthPerRound = 2;

    /// <summary>
    /// Refused where it was refused before, a target bears what it bore until the probe: back to there in a round, by half of the limit, and answers to what was sent before the cut make room as well
    /// (as in TCP's proportional rate reduction, RFC 6937), or every probe would cost three rounds.
    /// </summary>
    private const double RecoveredPerRound = 0.5;

    /// <summary>Growth by the round ends one request below the limit that was refused last, but at least a tenth and at most a quarter below it.</summary>
    private const double LeastDistance = 0.1;
    private const double MostDistance = 0.25;

    /// <summary>Below 1, where there is no whole request less, it ends at this share.</summary>
    private const double NearWhenBelowOne = 0.8;

    /// <summary>Refused below this share of the last maximum, and not just a little earlier than the last time: somebody else takes a share, so still less is aimed at.</summary>
    private const double SharedBelow = 0.7;
    private const double FastConvergence = 0.75;

    /// <summary>Between one and two requests at once lies a factor of two. Below this limit the next whole number is allowed, and the gap between two starts makes up the fraction.</summary>
    public const double FineBelow = 3;

    /// <summary>Below <see cref="FineBelow"/> probes are tenths of the limit that was refused, and below 1 all growth is.</summary>
    private const double FineStep = 0.1;
    private const double LeastStep = 0.02;

    /// <summary>One request at a time, and then a pause of 63 times as long.</summary>
    private const double Least = 1.0 / 64;

    /// <summary>Starts are spread out: at most so many times the rate that the limit makes on average. A burst is refused where an even flow is not.</summary>
    private const double Pace = 2;

    private const double KeptWhenRaised = 0.98;
    private const double KeptWhenDoubled = 0.9;

    public static readonly TimeSpan ShortestProbeInterval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestProbeInterval = TimeSpan.FromSeconds(30);

    /// <summary>A probe mostly costs a refusal, or two: where answers take long, one of so many good ones at most, but not less often than once in <see cref="RarestProbe"/>.</summary>
    private const int AnswersPerProbe = 100;
    private static readonly TimeSpan RarestProbe = TimeSpan.FromMinutes(1);

    /// <summary>How long a request is taken to last before any was answered.</summary>
    private static readonly TimeSpan UnknownDuration = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);

    /// <summary>A target nobody has asked: one request goes first, to learn who is there and what its robots.txt asks for.</summary>
    public static TargetLimitState Initial() => new() { Limit = 1, IsUnknown = true, SlowStart = true };

    /// <summary>The earliest time at which a request may start; null when one must end first.</summary>
    public static TimeSpan? OpensAt(TargetLimitState state) =>
        state.InFlight >= state.Allowed ? null : Max(state.BlockedUntil, state.NextStart);

    public static bool IsOpen(TargetLimitState state, TimeSpan now) => OpensAt(state) is { } at && at <= now;

    /// <summary>A request starts. Whether it may is <see cref="IsOpen"/>'s to say.</summary>
    /// <param name="spacing">Least time to the next start: the target's crawl delay, or the configured gap.</param>
    public static (TargetLimitState State, LimitToken Token) Start(TargetLimitState state, TimeSpan now, TimeSpan spacing, TargetLimitOptions options)
    {
        state = AfterIdleness(state, now, options);
        var gap = Max(spacing, GapOf(state, options));
        var wasInDemand = now - Max(state.NextStart, state.BlockedUntil) < gap / 2;
        state = state with { InFlight = state.InFlight + 1, NextStart = now + gap, LastUse = now };
        return (state, new LimitToken(state.Epoch, state.InFlight, now, wasInDemand));
    }

    /// <summary>A request ended; once for every start.</summary>
    /// <param name="random">A number in [0, 1), spread evenly.</param>
    public static TargetLimitState End(
        TargetLimitState state, LimitToken token, LimitReport report, TimeSpan now, TargetLimitOptions options, double random)
    {
        state = state with { InFlight = Math.Max(0, state.InFlight - 1), LastUse = now };
        return report.Verdict switch
        {
            TargetVerdict.Good => Good(state, token, report.FirstByte, now, options),
            TargetVerdict.Throttled => Refused(state, token, report.RetryAfter, Least, now, options, random),
            // Whoever cannot keep up with one request at a time is broken, not too often asked: the pauses are for that.
            TargetVerdict.Overloaded => Refused(state, token, report.RetryAfter, Math.Min(1, state.Limit), now, options, random),
            _ => state,
        };
    }

    /// <summary>A request that had ended well went wrong after all. Only a refusal says anything new: it is heard like any other.</summary>
    /// <param name="random">A number in [0, 1), spread evenly.</param>
    public static TargetLimitState EndAgain(
        TargetLimitState state, LimitToken token, LimitReport report, TimeSpan now, TargetLimitOptions options, double random) =>
        report.Verdict is TargetVerdict.Throttled or TargetVerdict.Overloaded ? End(state with { InFlight = state.InFlight + 1 }, token, report, now, options, random) : state;

    /// <summary>Least time between two starts: of a small limit it is what makes it true, above that what keeps requests from coming in a burst.</summary>
    private static TimeSpan GapOf(TargetLimitState state, TargetLimitOptions options)
    {
        // While the limit is being searched for, a pause would only make the search longer.
        if (state.SlowStart && state.Limit >= 1)
            return TimeSpan.Zero;
        if (state.Limit >= FineBelow)
            return state.Duration is { } took ? took / (state.Limit * Pace) : TimeSpan.Zero;
        if (state.Limit >= 1)
            return (state.Duration ?? UnknownDuration) / state.Limit;

        var gap = state.Unit / state.Limit;
        return gap < options.MaxPause ? gap : options.MaxPause;
    }

    private static TargetLimitState Good(TargetLimitState state, LimitToken token, TimeSpan? firstByte, TimeSpan now, TargetLimitOptions options)
    {
        var isNewWindow = false;
        var took = now - token.StartedAt;
        state = state with { Duration = state.Duration is { } before ? before + ((took - before) / 8) : took };
        if (firstByte is { } time)
        {
            (var trend, isNewWindow) = state.Latency.Add(time, now);
            state = state with { Latency = trend };
        }

        // An answer to a request from before the cut says nothing of the load since; only where the limit is known does it make room.
        if (token.Epoch != state.Epoch)
            return token.Epoch == state.Epoch - 1 && MayRecover(state) ? Recovered(state, now) : state;

        var good = state.GoodInEpoch + 1;
        if (state.IsUnknown)
            return state with { IsUnknown = false, GoodInEpoch = good, Limit = Math.Min(options.Start, options.Max) };

        state = state with { GoodInEpoch = good, CutsInRow = good >= Math.Max(3, state.Limit) ? 0 : state.CutsInRow };
        if (state.Latency.Slowdown != Slowdown.None)
            return Slowed(state, isNewWindow, now);

        // Half of the limit was not even used: nobody needs more.
        var isNeeded = state.Limit < 1 ? token.WasInDemand : token.InFlight * 2 >= state.Limit;
        return isNeeded ? Grown(state, now, options) : state;
    }

    /// <summary>No growth while answers take longer than they might, and with every window a little less, so that a queue we made runs dry.</summary>
    private static TargetLimitState Slowed(TargetLimitState state, bool isNewWindow, TimeSpan now)
    {
        if (state.SlowStart)
            state = state with { SlowStart = false, LastMax = state.Limit, LastProbe = now };
        if (!isNewWindow)
            return state;

        var kept = state.Latency.Slowdown == Slowdown.Doubled ? KeptWhenDoubled : KeptWhenRaised;
        return state with { Limit = Math.Max(Math.Min(1, state.Limit), state.Limit * kept) };
    }

    private static TargetLimitState Grown(TargetLimitState state, TimeSpan now, TargetLimitOptions options)
    {
        if (state.SlowStart)
            return state with { Limit = Math.Min(options.Max, state.Limit + 0.5) };

        var fine = Math.Max(LeastStep, FineStep * state.LastMax);
        var near = JustBelow(state.LastMax);
        if (state.Limit < near)
        {
            if (MayRecover(state))
                return Recovered(state, now);
            var wasRefused = state.Epoch > 0;
            var growth = state.Limit < 1 ? fine : (wasRefused ? GrowthPerRound : GrowthPerRound / 2) / state.Limit;
            return state with { Limit = Math.Min(near, state.Limit + growth), LastProbe = now };
        }

        // Past the last maximum nothing was refused yet: the target bears more than it did, and how much more is worth knowing soon.
        var interval = state.Limit > state.LastMax ? ShortestProbeInterval : state.ProbeInterval;
        if (now - state.LastProbe < interval || state.Limit >= options.Max || IsTooDear(state, now))
            return state;

        var probe = state.Limit < FineBelow ? Math.Min(1, fine) : 1;
        var limit = Math.Min(options.Max, state.Limit + (state.Step * probe));
        return state with { Limit = limit, Step = limit > state.LastMax ? state.Step * 2 : 1, LastProbe = now };
    }

    /// <summary>Below three a probe is a tenth, and costs little.</summary>
    private static bool IsTooDear(TargetLimitState state, TimeSpan now) =>
        state.Limit >= FineBelow && state.Limit <= state.LastMax && state.GoodInEpoch < AnswersPerProbe && now - state.LastProbe < RarestProbe;

    /// <summary>A limit of a few requests is found again by the round: what refuses there mostly counts requests a second, and hears every one too many.</summary>
    private static bool MayRecover(TargetLimitState state) => state.IsConfirmed && state.Limit >= FineBelow && state.Limit < JustBelow(state.LastMax);

    private static TargetLimitState Recovered(TargetLimitState state, TimeSpan now) => state with
    {
        Limit = Math.Min(JustBelow(state.LastMax), state.Limit + (Math.Max(GrowthPerRound, RecoveredPerRound * state.LastMax) / state.Limit)),
        LastProbe = now,
    };

    private static double JustBelow(double lastMax) =>
        lastMax <= 1 ? NearWhenBelowOne * lastMax : lastMax - Math.Clamp(1, LeastDistance * lastMax, MostDistance * lastMax);

    private static TargetLimitState Refused(
        TargetLimitState state, LimitToken token, TimeSpan? retryAfter, double least, TimeSpan now, TargetLimitOptions options, double random)
    {
        // What the target asked for holds whoever hears it, however late.
        if (retryAfter is { } asked)
            state = state with { BlockedUntil = Max(state.BlockedUntil, now + asked) };
        if (token.Epoch != state.Epoch)
            return state;

        var used = Used(state, token);
        state = state with
        {
            LastMax = used < state.LastMax * SharedBelow ? used * FastConvergence : used,
            Limit = Math.Max(least, used / 2),
            Unit = state.Limit < 1 ? state.Unit : state.Duration ?? UnknownDuration,
            ProbeInterval = AfterRefusal(state, used),
            IsConfirmed = IsSameLimit(state, used),
            Epoch = state.Epoch + 1,
            SlowStart = false,
            IsUnknown = false,
            Step = 1,
            LastProbe = now,
            GoodInEpoch = 0,
            CutsInRow = state.CutsInRow < int.MaxValue ? state.CutsInRow + 1 : int.MaxValue,
        };
        if (state.CutsInRow == 1 && retryAfter is null && state.Limit > 1)
            return state;   // half as many is answer enough, the first time

        // Between half and all of the ceiling, so that the targets of many crawlers do not come back together.
        var ceiling = Math.Min(options.MaxPause.TotalSeconds, options.FirstPause.TotalSeconds * Math.Pow(2, Math.Min(state.CutsInRow - 1, 30)));
        return state with { BlockedUntil = Max(state.BlockedUntil, now + TimeSpan.FromSeconds(ceiling * (0.5 + (random / 2)))) };
    }

    private static bool IsSameLimit(TargetLimitState state, double used) => state.LastMax > 0 && used > state.LastMax * 0.7 && used < state.LastMax * 1.3;

    /// <summary>
    /// What was refused: of a limit that was not used up, because workers were busy elsewhere, the requests that were in flight (RFC 5681 §3.1 halves the <c>FlightSize</c>, not the window).
    /// Halving what nobody uses would change nothing.
    /// </summary>
    private static double Used(TargetLimitState state, LimitToken token) => state.Limit < FineBelow ? state.Limit : Math.Min(state.Limit, token.InFlight + 1);

    /// <summary>A probe that finds the same limit as the last one did was too soon; the next waits half as long again.</summary>
    private static TimeSpan AfterRefusal(TargetLimitState state, double used)
    {
        if (!IsSameLimit(state, used))
            return ShortestProbeInterval;

        var next = state.ProbeInterval * 1.5;
        return next < LongestProbeInterval ? next : LongestProbeInterval;
    }

    /// <summary>What a target bore a while ago it need not bear now: half for every minute in which nobody asked, down to the start.</summary>
    private static TargetLimitState AfterIdleness(TargetLimitState state, TimeSpan now, TargetLimitOptions options)
    {
        var minutes = (int)Math.Min(64, (now - state.LastUse) / IdleTime);
        if (state.InFlight > 0 || minutes < 1 || state.Limit <= options.Start)
            return state;

        return state with { Limit = Math.Max(options.Start, state.Limit / Math.Pow(2, minutes)) };
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
