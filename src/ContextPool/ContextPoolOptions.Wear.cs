using System.ComponentModel.DataAnnotations;

namespace ContextPool;

/// <content>How long contexts are kept warm, and when browsers are replaced.</content>
public sealed partial class ContextPoolOptions
{
    /// <summary>Leases of one key that a context serves before it is closed.</summary>
    /// <value>Default 50; 1 (never kept warm) to 10 000. A tab slows down with use: 7 to 32 ms per navigation after 1000 pages have been measured.</value>
    [Range(1, 10_000)]
    public int MaxLeasesPerContext { get; set; } = 50;

    /// <summary>Age at which a context is closed instead of being lent again.</summary>
    /// <value>Default 10 min; 1 s to 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxContextAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Time after which a warm context that nobody asked for is closed.</summary>
    /// <value>Default 1 min; 1 s to 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxIdleTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Blank contexts kept open ahead for leases without a warm one, as far as capacity and memory allow.</summary>
    /// <value>Default 1; 0 to 100. None is opened before the first lease.</value>
    [Range(0, 100)]
    public int BlankContexts { get; set; } = 1;

    /// <summary>Contexts a cell serves before it is replaced: browsers grow with every context they ever opened.</summary>
    /// <value>Default 100; 1 to 100 000. Source of the default: Crawlee's <c>retireBrowserAfterPageCount</c>.</value>
    [Range(1, 100_000)]
    public int MaxContextsServedPerCell { get; set; } = 100;

    /// <summary>Age at which a cell is replaced.</summary>
    /// <value>Default 30 min; 1 s to 7 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan MaxCellAge { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Growth of browser and driver, tabs apart, at which a cell is replaced.</summary>
    /// <value>Multiple of the most in its first minute; default 2; 1.1 to 100.</value>
    [Range(1.1, 100.0)]
    public double MaxCellGrowth { get; set; } = 2;

    /// <summary>Tabs of a cell that may crash before it is replaced.</summary>
    /// <value>Default 3; 1 to 10 000.</value>
    [Range(1, 10_000)]
    public int MaxCellCrashes { get; set; } = 3;

    /// <summary>GPU processes of a cell that may die before it is replaced.</summary>
    /// <value>Default 3; 1 to 5: at the sixth Chromium ends itself (measured).</value>
    [Range(1, 5)]
    public int MaxCellGpuDeaths { get; set; } = 3;

    /// <summary>Slowness at which a cell is replaced: opening contexts, or leaving a page, against the cell's own early median.</summary>
    /// <value>Multiple; default 4; 1.5 to 100. Medians below 0.1 s are never slow.</value>
    [Range(1.5, 100.0)]
    public double MaxCellSlowdown { get; set; } = 4;
}
