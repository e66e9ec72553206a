namespace ContextPool.Memory;

/// <summary>How near memory is to running out.</summary>
public enum PressureLevel
{
    /// <summary>Contexts may be admitted.</summary>
    Normal,

    /// <summary>Nothing more is admitted; what is open goes on.</summary>
    High,

    /// <summary>Running work is given up, a little at a time, so that the kernel does not choose for us.</summary>
    Critical,
}

/// <summary>Turns readings into a level that does not flutter. Pure.</summary>
/// <remarks>
/// <para>
/// Up at once: <em>high</em> at <see cref="ContextPoolOptions.HighWatermark"/>, at more than 10 % of partial stall, or when a group was
/// throttled since the last reading; <em>critical</em> at <see cref="ContextPoolOptions.ShedWatermark"/> or at more than 5 % of full
/// stall. Down one level per reading: from critical below the high watermark, from high at or below
/// <see cref="ContextPoolOptions.LowWatermark"/> with no stall and no throttling.
/// </para>
/// <para>
/// A stall is a mean of ten seconds and stays above its mark for many more after memory was freed. So a full stall that falls
/// neither makes nor keeps the level critical (it keeps it high): or all tabs would be shed for a shortage that is over.
/// </para>
/// <para>
/// The ratio is of the tight limit. On a large machine without one it is of the machine's memory, and other programs that fill it make
/// the pressure; that is meant, for their memory is missing here just the same. Source of the stall marks: chosen from the meaning of
/// pressure stall information (Linux <c>Documentation/accounting/psi.rst</c>), not measured.
/// </para>
/// </remarks>
internal static class MemoryPressure
{
    /// <summary>Percent of ten seconds in which somebody waited for memory, above which nothing is admitted.</summary>
    private const double HighStall = 10;

    /// <summary>Percent of ten seconds in which everybody waited for memory, above which work is given up.</summary>
    private const double CriticalStall = 5;

    /// <param name="now">The level before this reading.</param>
    /// <param name="previous">The reading before this one; null for the first.</param>
    /// <returns>The level after it.</returns>
    public static PressureLevel Next(PressureLevel now, MemorySample sample, MemorySample? previous, ContextPoolOptions options)
    {
        var used = sample.UsedRatio;
        var stalls = sample.StallFull10 > CriticalStall;
        var isThrottled = sample.HighEvents > previous?.HighEvents;

        if (used >= options.ShedWatermark)
            return PressureLevel.Critical;
        if (stalls && !(sample.StallFull10 <= previous?.StallFull10))   // begins or grows
            return PressureLevel.Critical;
        if (now == PressureLevel.Critical && (used >= options.HighWatermark || (stalls && sample.StallFull10 >= previous?.StallFull10)))
            return PressureLevel.Critical;

        var isHigh = used >= options.HighWatermark || sample.StallSome10 > HighStall || stalls || isThrottled;
        if (isHigh || now == PressureLevel.Critical)
            return PressureLevel.High;

        return now == PressureLevel.High && used > options.LowWatermark ? PressureLevel.High : PressureLevel.Normal;
    }
}
