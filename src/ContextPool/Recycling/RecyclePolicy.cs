namespace ContextPool.Recycling;

/// <summary>Why a cell is replaced by a new one.</summary>
public enum RecycleReason
{
    /// <summary>It opened <see cref="ContextPoolOptions.MaxContextsServedPerCell"/> contexts.</summary>
    Served,

    /// <summary>It is older than <see cref="ContextPoolOptions.MaxCellAge"/>.</summary>
    Age,

    /// <summary>Browser and driver grew to more than <see cref="ContextPoolOptions.MaxCellGrowth"/> times what they needed at first.</summary>
    Growth,

    /// <summary>Its tabs crashed <see cref="ContextPoolOptions.MaxCellCrashes"/> times.</summary>
    Crashes,

    /// <summary>Its GPU process died <see cref="ContextPoolOptions.MaxCellGpuDeaths"/> times.</summary>
    GpuDeaths,

    /// <summary>It could not open <see cref="RecyclePolicy.MaxFailedOpenings"/> contexts in a row, though it answers: out of files, perhaps.</summary>
    FailedOpenings,

    /// <summary>It became <see cref="ContextPoolOptions.MaxCellSlowdown"/> times slower than it was.</summary>
    Slowdown,
}

/// <summary>What is known of a cell when its future is decided.</summary>
internal readonly record struct CellFacts(int Served, TimeSpan Age, double Growth, int Crashes, int GpuDeaths, int FailedOpenings, double Slowdown);

/// <summary>Decides when a cell has done its part. Pure.</summary>
internal static class RecyclePolicy
{
    /// <summary>More than one, for a profile that no browser can open a context with is no fault of the browser.</summary>
    public const int MaxFailedOpenings = 3;

    /// <summary>The most urgent reason first; null while it is good for more.</summary>
    public static RecycleReason? Decide(CellFacts cell, ContextPoolOptions options) =>
        cell.GpuDeaths >= options.MaxCellGpuDeaths ? RecycleReason.GpuDeaths
        : cell.Crashes >= options.MaxCellCrashes ? RecycleReason.Crashes
        : cell.FailedOpenings >= MaxFailedOpenings ? RecycleReason.FailedOpenings
        : cell.Growth > options.MaxCellGrowth ? RecycleReason.Growth
        : cell.Slowdown > options.MaxCellSlowdown ? RecycleReason.Slowdown
        : cell.Served >= options.MaxContextsServedPerCell ? RecycleReason.Served
        : cell.Age >= options.MaxCellAge ? RecycleReason.Age
        : null;
}
