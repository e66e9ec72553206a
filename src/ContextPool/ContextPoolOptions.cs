using System.ComponentModel.DataAnnotations;
using ContextPool.Browsers;

namespace ContextPool;

/// <summary>How many contexts are lent, for how long, and by which browser.</summary>
public sealed class ContextPoolOptions
{
    /// <summary>Name of the configuration section these settings are usually bound from.</summary>
    public const string Section = "BrowserFarm:Pool";

    /// <summary>Upper bound on contexts open at once, whatever memory and processor would allow.</summary>
    /// <value>Null (default): no such bound; 1 to 10 000.</value>
    [Range(1, 10_000)]
    public int? MaxContexts { get; set; }

    /// <summary>Contexts open at once per processor core.</summary>
    /// <value>Default 4; 1 to 64. More than a few busy tabs per core only make each other late.</value>
    [Range(1, 64)]
    public int MaxContextsPerCore { get; set; } = 4;

    /// <summary>Contexts that share one browser process and one driver process, that is, one failure domain.</summary>
    /// <value>Default 12; 1 to 100. A dead browser takes this many leases with it at most.</value>
    [Range(1, 100)]
    public int MaxContextsPerCell { get; set; } = 12;

    /// <summary>Contexts a cell serves before it is replaced: browsers grow with every context they ever opened.</summary>
    /// <value>Default 100; 1 to 100 000. Source of the default: Crawlee's <c>retireBrowserAfterPageCount</c>.</value>
    [Range(1, 100_000)]
    public int MaxContextsServedPerCell { get; set; } = 100;

    /// <summary>Memory that one tab is expected to need before tabs were measured.</summary>
    /// <value>
    /// Bytes; default 150 MB; 16 MB to 4 GB, and at most <see cref="MaxTabBytes"/>. Counts like 20 measurements, so that it fades as
    /// tabs are measured. Source of the default: PSS of 52 to 90 MB per tab measured on a page of 3000 nodes, and room for heavier ones.
    /// </value>
    [Range(16L << 20, 4L << 30)]
    public long TabBytes { get; set; } = 150L << 20;

    /// <summary>Memory at which one page's process is killed: its lease is lost, its neighbours live on.</summary>
    /// <value>
    /// Bytes private to the process (resident, not shared); default 1 GB; 64 MB to 64 GB. Chosen, not measured: seven times
    /// <see cref="TabBytes"/>, far above any page that is merely heavy.
    /// </value>
    [Range(64L << 20, 64L << 30)]
    public long MaxTabBytes { get; set; } = 1L << 30;

    /// <summary>Share of the memory limit in use at which admission, once stopped, begins again.</summary>
    /// <value>Ratio; default 0.75; 0.1 to 0.99, below <see cref="HighWatermark"/>. Ten points below it, so that one tab more or less does not flip it.</value>
    [Range(0.1, 0.99)]
    public double LowWatermark { get; set; } = 0.75;

    /// <summary>Share of the memory limit in use at which nothing more is admitted.</summary>
    /// <value>Ratio; default 0.85; 0.1 to 0.99, between the other two. The default was chosen, not measured: it leaves a young tab time to grow.</value>
    [Range(0.1, 0.99)]
    public double HighWatermark { get; set; } = 0.85;

    /// <summary>Share of the memory limit in use at which running work is given up to save the rest.</summary>
    /// <value>Ratio; default 0.93; 0.1 to 0.99, above <see cref="HighWatermark"/>. Chosen, not measured: the kernel kills at 1, and before that everything stalls.</value>
    [Range(0.1, 0.99)]
    public double ShedWatermark { get; set; } = 0.93;

    /// <summary>Memory that a cell needs before it has a tab: the driver and the browser process.</summary>
    /// <value>Bytes; default 350 MB (measured: driver 126 MB + full Chromium 224 MB PSS); 0 to 4 GB.</value>
    [Range(0L, 4L << 30)]
    public long CellBaseBytes { get; set; } = 350L << 20;

    /// <summary>Share of the memory limit that is left free for everybody else on the machine.</summary>
    /// <value>Ratio; default 0.1; 0 to 0.9. At least <see cref="MinReserveBytes"/> and one tab are kept in any case.</value>
    [Range(0.0, 0.9)]
    public double ReserveRatio { get; set; } = 0.1;

    /// <summary>Least memory left free, however small the limit is.</summary>
    /// <value>Bytes; default 256 MB; 0 to 64 GB.</value>
    [Range(0L, 64L << 30)]
    public long MinReserveBytes { get; set; } = 256L << 20;

    /// <summary>Longest a browser may take to start.</summary>
    /// <value>Default 30 s; 1 s to 5 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan LaunchTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest a running browser may take to open a context; a slower one is taken for hung and killed.</summary>
    /// <value>Default 15 s; 1 s to 5 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest a context may take to close; after that its browser is killed by process id.</summary>
    /// <value>Default 3 s; 0.1 s to 1 min. Measured: a looping page closes in 20–110 ms.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Which Chromium, and how it is started.</summary>
    public LaunchProfile Launch { get; set; } = new();

    /// <summary>What every context looks like to the pages in it: viewport, locale, user agent and so on.</summary>
    public ContextProfile Context { get; set; } = new();
}
